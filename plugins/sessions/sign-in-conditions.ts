import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { UserActor } from '../../core/policy/actor.ts';

/** What a condition can depend on. */
export interface Circumstances {
  readonly user: UserActor;
  /** The client's address, as the trusted proxies report it. */
  readonly ip: string | null;
  readonly now: Date;
  /** What was just proven: `password` or the name of a sign-in method; `token` for a request with one; undefined for those of an open session. */
  readonly method: string | undefined;
}

/**
 * A condition that users must meet in addition to proving their identity: a network, working hours. It is checked after the proof, by
 * every sign-in method and on reauthentication, so that it reveals nothing to strangers. A refused attempt is recorded as
 * `login_failed` (`reauth_failed`) with the reason `refused` and the name of the condition.
 *
 * @example
 * 'signIn.conditions': [{
 *   name: 'office-hours',
 *   message: 'You can sign in between 07:00 and 19:00 UTC.',
 *   allows: ({ now }) => now.getUTCHours() >= 7 && now.getUTCHours() < 19,
 * }],
 */
export interface SignInCondition extends Omit<Contribution, 'access'> {
  /** Shown to users who do not meet the condition, instead of the message for a wrong password: a message key or literal text. */
  readonly message: string;
  /**
   * Also checks every request of open sessions: a session that no longer meets the condition ends, with the reason `refused`. This costs
   * no statement while it is met. @defaultValue false
   */
  readonly everyRequest?: boolean;
  /**
   * Also checks every request that a program sends with a token of the user or service account: otherwise, users could reach from anywhere what
   * they can sign in to from one network only. A request that does not meet the condition gets the 401 of an invalid token. @defaultValue false
   */
  readonly tokens?: boolean;
  /**
   * Whether the user may sign in. Synchronous, because it may run with every request; for a decision that needs the database, use
   * `afterVerify` of `signIn.steps`. Any result other than `true`, or an error, is a refusal.
   */
  allows(circumstances: Circumstances, app: App): boolean;
}

const NAME = /^[a-z0-9-]{1,40}$/;

/** A condition in the config, without a plugin. */
export const signInCondition = z.custom<SignInCondition>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    NAME.test(value.name) &&
    'message' in value &&
    typeof value.message === 'string' &&
    'allows' in value &&
    typeof value.allows === 'function',
  'must have a name (lowercase letters, digits and hyphens), a message and the function allows',
);

/** The conditions of the config and of plugins. */
function conditionsOf(app: App): readonly SignInCondition[] {
  return [...app.options('sessions').conditions, ...app.contributions('signIn.conditions')];
}

/** The first condition that the user does not meet at a sign-in or reauthentication. */
export function refusingCondition(app: App, circumstances: Circumstances): SignInCondition | undefined {
  return conditionsOf(app).find((condition) => !isMet(app, condition, circumstances));
}

/** Returns the function that finds the first condition that a request of an open session, or with a token, does not meet. */
export function requestConditions(
  app: App,
  kind: 'everyRequest' | 'tokens',
): (user: UserActor, ip: string | null) => SignInCondition | undefined {
  const conditions = conditionsOf(app).filter((condition) => condition[kind] === true);
  if (conditions.length === 0) return () => undefined;
  const method = kind === 'tokens' ? 'token' : undefined;
  return (user, ip) => conditions.find((condition) => !isMet(app, condition, { user, ip, now: new Date(), method }));
}

function isMet(app: App, condition: SignInCondition, circumstances: Circumstances): boolean {
  try {
    // A promise does not meet a condition.
    // fault: promise-meets-condition
    return condition.allows(circumstances, app) === true;
  } catch (error) {
    app.log.error(
      { err: error, condition: condition.name },
      'a sign-in condition threw an error, so the user is refused',
    );
    return false;
  }
}
