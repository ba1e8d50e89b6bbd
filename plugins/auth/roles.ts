/** The five roles, lowest first. Use groups for finer distinctions. */
export const ROLES = ['user', 'staff', 'supervisor', 'administrator', 'developer'] as const;
/** The name of a role. Compare with `hasAtLeastRole`. */
export type Role = (typeof ROLES)[number];

/** Compare ranks, never names: roles may be added in between. */
const RANKS: Readonly<Record<Role, number>> = {
  user: 100,
  staff: 300,
  supervisor: 600,
  administrator: 900,
  developer: 1000,
};

/** Roles that have all permissions. At least one active account must always have one of them. */
export const ADMINISTRATIVE_ROLES = ['administrator', 'developer'] as const satisfies readonly Role[];

/**
 * Whether a string is the name of a role.
 *
 * @example
 * if (!isRole(typed)) throw new TypeError(`There is no role "${typed}".`);
 */
export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

/**
 * Whether `role` ranks at least as high as `required`.
 *
 * @example
 * const isLead = actor.kind === 'user' && hasAtLeastRole(actor.role, 'supervisor');
 */
export function hasAtLeastRole(role: Role, required: Role): boolean {
  return RANKS[role] >= RANKS[required];
}

export function outranks(role: Role, other: Role): boolean {
  return RANKS[role] > RANKS[other];
}

export function isAdministrative(role: Role): boolean {
  return ADMINISTRATIVE_ROLES.some((each) => each === role);
}
