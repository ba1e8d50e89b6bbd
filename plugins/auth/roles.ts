/** The five roles, from the least to the most. Finer tiers are groups. */
export const ROLES = ['user', 'staff', 'supervisor', 'administrator', 'developer'] as const;
/** The name of a role. Compare with `reaches`. */
export type Role = (typeof ROLES)[number];

/** Compare ranks, never names: a role between two others may come one day. */
const RANKS: Readonly<Record<Role, number>> = {
  user: 100,
  staff: 300,
  supervisor: 600,
  administrator: 900,
  developer: 1000,
};

/** Roles that pass every permission. At least one active account must always have one of them. */
export const COMMANDING_ROLES = ['administrator', 'developer'] as const satisfies readonly Role[];

/**
 * Whether a text is the name of a role.
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
 * const isLead = actor.kind === 'person' && reaches(actor.role, 'supervisor');
 */
export function reaches(role: Role, required: Role): boolean {
  return RANKS[role] >= RANKS[required];
}

export function outranks(role: Role, other: Role): boolean {
  return RANKS[role] > RANKS[other];
}

export function isCommanding(role: Role): boolean {
  return COMMANDING_ROLES.some((commanding) => commanding === role);
}
