import type { Role } from 'rustio-admin';

/** The roles as the documentation ranks them, repeated here: an error in the code's own list must not hide itself. */
export const RANKED: readonly Role[] = ['user', 'staff', 'supervisor', 'administrator', 'developer'];

export interface Somebody {
  readonly role: Role;
  readonly permissions: readonly string[];
}
