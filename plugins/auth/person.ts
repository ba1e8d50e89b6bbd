import { z } from 'zod';
import type { Person } from '../../core/actor.ts';
import { ROLES, type Role } from './roles.ts';

declare module '../../core/actor.ts' {
  interface Person {
    /** What people call him; null when only the e-mail address is known. */
    readonly displayName: string | null;
    readonly role: Role;
    /** Full names of permissions, his own and those of his groups. Empty where the role passes them all. */
    readonly permissions: ReadonlySet<string>;
  }
}

/** An int8 key as the number that code works with. One over 2^53 is an error, never rounded. */
export const accountId = z
  .string()
  .transform(Number)
  .refine((id) => Number.isSafeInteger(id), 'must be a whole number below 2^53');

/** Columns of `personColumns` as PostgreSQL sends them. */
export const personShape = {
  user_id: accountId,
  email: z.string(),
  display_name: z.string().nullable(),
  role: z.enum(ROLES),
  permissions: z.array(z.string()),
};
export const personRow = z.object(personShape);

/** The actor that a row with the columns of `personShape` describes. */
export function personOf(row: z.output<typeof personRow>): Person {
  return {
    kind: 'person',
    id: row.user_id,
    name: row.email,
    displayName: row.display_name,
    role: row.role,
    permissions: new Set(row.permissions),
  };
}
