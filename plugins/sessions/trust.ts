import type { App } from '../../core/app.ts';
import type { BootProblem } from '../../core/errors/boot.ts';

/**
 * The trust levels of a session, by name. Plugins add levels by declaration merging and contribute each with its rank to
 * `session.trust`.
 *
 * @example
 * declare module 'rustio-admin/sessions' {
 *   interface TrustLevels { password_only: true }
 * }
 * contributes: { 'session.trust': [{ name: 'password_only', rank: 5 }] },
 */
export interface TrustLevels {
  authenticated: true;
  elevated: true;
  mfa_verified: true;
}
/** The trust level that a session has proven: see `TrustLevels`. */
export type Trust = keyof TrustLevels & string;

/** A trust level with its rank; an item of `session.trust`. */
export interface TrustLevel {
  /** At most 40 lowercase letters and underscores. */
  readonly name: Trust;
  /** A level includes all lower ones. `authenticated` is 10, `elevated` 20, `mfa_verified` 30. */
  readonly rank: number;
}

const BUILT_IN: readonly TrustLevel[] = [
  { name: 'authenticated', rank: 10 },
  { name: 'elevated', rank: 20 },
  { name: 'mfa_verified', rank: 30 },
];

/** All levels, lowest first. */
export function trustLevels(app: Pick<App, 'contributions'>): readonly TrustLevel[] {
  return [...BUILT_IN, ...app.contributions('session.trust')].toSorted((one, other) => one.rank - other.rank);
}

/**
 * Whether a session has proven at least the required trust level.
 *
 * @example
 * passes: ({ state: { session } }, app) => session === undefined || reachesTrust(app, session.trust, 'mfa_verified'),
 */
export function reachesTrust(app: Pick<App, 'contributions'>, trust: Trust, required: Trust): boolean {
  const rankOf = (name: Trust): number | undefined => trustLevels(app).find((level) => level.name === name)?.rank;
  const needed = rankOf(required);
  return needed !== undefined && (rankOf(trust) ?? Number.NEGATIVE_INFINITY) >= needed;
}

const NAME = /^[a-z_]{1,40}$/;

/** Reports names that the table does not accept, and items that redefine a built-in level. */
export function trustProblems(app: Pick<App, 'contributions'>): readonly BootProblem[] {
  const builtIn: readonly string[] = BUILT_IN.map(({ name }) => name);
  return app.contributions('session.trust').flatMap(({ name }): readonly BootProblem[] => {
    const where = 'extension point session.trust';
    if (builtIn.includes(name)) return [{ where, problem: `The level "${name}" already belongs to sessions.` }];
    if (NAME.test(name)) return [];
    return [{ where, problem: `"${name}" must be at most 40 lowercase letters and underscores.` }];
  });
}
