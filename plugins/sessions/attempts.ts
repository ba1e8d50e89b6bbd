import { createHash, createHmac } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { Limiter } from '../../core/base/limiter.ts';
import { BATCH, inBatches } from '../../core/database/batches.ts';
import type { Issue } from '../../core/model/issue.ts';
import { toNfc } from '../../core/model/plain-text.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { ScheduledTask } from '../../core/schedule.ts';
import { toNetwork } from '../auth/hashing-queue.ts';
import { knownDevice } from './known-device.ts';
import { secondsUntilAllowed } from './sign-in-steps.ts';

interface Limit {
  /** Attempts without a delay. */
  readonly free: number;
  /** The first delay in seconds; each further attempt doubles it. */
  readonly delay: number;
  readonly longest: number;
  /** Seconds after which one attempt is forgotten. */
  readonly forgotten: number;
}

/**
 * Only failed attempts count. Strangers share the counters of the account and of their network; a known device or a session has its
 * own, so that they cannot lock the owner out.
 */
const LIMITS = {
  /** An account from one network. */
  pair: { free: 5, delay: 30, longest: 900, forgotten: 900 },
  /** An account from unknown devices everywhere. */
  account: { free: 50, delay: 5, longest: 300, forgotten: 120 },
  /** Any account from one network. All users of an office may sign in at the same time. */
  network: { free: 250, delay: 5, longest: 900, forgotten: 30 },
  /** An account from a device that it has signed in with before. */
  device: { free: 10, delay: 15, longest: 900, forgotten: 900 },
  /** An account from one of its sessions. */
  session: { free: 5, delay: 30, longest: 900, forgotten: 900 },
  /** An account from all of its sessions. */
  sessions: { free: 10, delay: 30, longest: 900, forgotten: 900 },
} satisfies Record<string, Limit>;

/**
 * Limits how many connections the attempts of one network use at once. They wait for the same rows: their counters, and their entry in
 * the audit trail. Without the limit, a flood from one network would hold every connection, and all others would have to wait.
 */
// fault: network-takes-every-connection
export const perNetwork = new Limiter<string>({ concurrency: 2 });

/** What is attempted, and by whom. */
export interface AttemptSubject {
  /** What is proven: `sign-in`, `second-factor`, `recovery`. Each kind is counted separately. */
  readonly kind: string;
  /** The account, if there is one. */
  readonly userId?: number | undefined;
  /** The address as typed. If it is given, the `beforeVerify` of `signIn.steps` can reject the attempt as well. */
  readonly email?: string | undefined;
  /**
   * The session that repeats its proof (reauthentication). Its attempts are counted separately. Omit it for a second factor: anyone
   * who knows the password can open any number of sessions.
   */
  readonly session?: string | undefined;
  /**
   * Counts the attempts of all sessions and devices of the account together. For a code that signed-in users repeat: on a remembered
   * device, somebody who knows the password can open any number of sessions without a code.
   */
  readonly allSessions?: boolean;
}

/** An attempt that is allowed. It counts as failed unless one of these functions is called. */
export interface Attempt {
  readonly retryAfter?: undefined;
  /** The proof was valid: the attempt does not count, and the counters of this account from here are cleared. Call it after the commit. */
  succeeded(): Promise<void>;
  /** Nothing was verified, for example because the server was busy: the attempt does not count. */
  withdrawn(): Promise<void>;
}
/** An attempt that is not allowed yet: respond with 429 and this Retry-After. */
export interface RejectedAttempt {
  /** Whole seconds, at least 1. */
  readonly retryAfter: number;
}

/**
 * Counts an attempt before its proof is verified, so that concurrent attempts cannot exceed the limit. One statement outside of any
 * transaction counts it, so it is kept even if something fails later. Unknown accounts are counted like existing ones.
 *
 * @example
 * const attempt = await admitAttempt(ctx, app, { kind: 'recovery', email });
 * if (attempt.retryAfter !== undefined) return showThrottled(ctx, attempt.retryAfter);
 * if (await isValid(code)) await attempt.succeeded();
 */
export function admitAttempt(ctx: Context, app: App, subject: AttemptSubject): Promise<Attempt | RejectedAttempt> {
  return perNetwork.run(() => count(ctx, app, subject), { key: toNetwork(ctx.state.ip) });
}

async function count(ctx: Context, app: App, subject: AttemptSubject): Promise<Attempt | RejectedAttempt> {
  const { email } = subject;
  const rejected = email === undefined ? undefined : await secondsUntilAllowed(app, auditContext(ctx), { email });
  if (rejected !== undefined) return { retryAfter: rejected };
  const counters = countersOf(ctx, app, subject);
  const keys = byteArray(counters.map(({ key }) => key));
  const numbers = (of: (limit: Limit) => number) =>
    sql.array(
      counters.map(({ limit }) => of(limit)),
      'float8',
    );
  const seconds = await app.database.oneFirst(sql.type(z.object({ seconds: z.number() }))`
    select rustio_admit_attempt(
      ${keys},
      ${numbers(({ free }) => free)},
      ${numbers(({ delay }) => delay)},
      ${numbers(({ longest }) => longest)},
      ${numbers(({ forgotten }) => forgotten)}
    ) as seconds
  `);
  // fault: attempts-without-limit
  if (seconds > 0) return { retryAfter: Math.max(1, Math.ceil(seconds)) };
  const takeBack = async (cleared: readonly Buffer[]) => {
    await app.database.query(sql.unsafe`
      select rustio_withdraw_attempt(${keys}, ${numbers(({ free }) => free)}, ${byteArray(cleared)})
    `);
  };
  return {
    // Only counters of this account: somebody with one account could otherwise clear those of the network.
    succeeded: () => takeBack(counters.flatMap(({ key, own }) => (own ? [key] : []))),
    withdrawn: () => takeBack([]),
  };
}

/** Sets the status 429 and Retry-After, and returns the message for the page. */
export function tooManyAttempts(ctx: Context, { retryAfter }: RejectedAttempt): Issue {
  ctx.status = 429;
  ctx.set('retry-after', String(retryAfter));
  return { key: 'sessions.throttled', params: { minutes: Math.ceil(retryAfter / 60) } };
}

/**
 * Runs the work of an attempt. If it throws, for example because the server is too busy to hash a password, nothing was verified or
 * set, and the attempt does not count.
 */
export async function duringAttempt<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await attempt.withdrawn();
    throw error;
  }
}

/** Reports that an attempt succeeded. Its work has been done, so a failure to clear the counters is only logged. */
export async function clearAttempt(app: Pick<App, 'log'>, attempt: Attempt): Promise<void> {
  await attempt.succeeded().catch((error: unknown) => {
    app.log.warn({ err: error }, 'a successful attempt is still counted');
  });
}

interface Counter {
  readonly key: Buffer;
  readonly limit: Limit;
  /** Cleared by a success. */
  readonly own: boolean;
}

function countersOf(
  ctx: Context,
  app: App,
  { kind, userId, email, session, allSessions = false }: AttemptSubject,
): readonly Counter[] {
  const counter = (name: keyof typeof LIMITS, own: boolean, ...what: readonly string[]): Counter => ({
    key: keyOf(app, [kind, name, ...what]),
    limit: LIMITS[name],
    own,
  });
  if (session !== undefined) return [counter('session', true, session)];
  // fault: reauthentication-codes-unlimited
  if (allSessions && userId !== undefined) return [counter('sessions', true, String(userId))];
  const device = userId === undefined ? undefined : knownDevice(ctx, app, userId);
  // fault: known-device-shares-limits
  if (device !== undefined) return [counter('device', true, String(userId), device)];
  // Of an address that was typed, the same key whether it has an account or not.
  // fault: attempts-by-account
  const account = email !== undefined ? `email ${foldedAddress(email)}` : `user ${userId}`;
  const network = toNetwork(ctx.state.ip);
  return [
    counter('pair', true, account, network),
    counter('account', false, account),
    counter('network', false, network),
  ];
}

/** Longer addresses belong to no account. */
const MAX_EMAIL = 320;

/**
 * An address without differences of case. Spellings that PostgreSQL considers equal, in whatever collation, must be counted together, and no
 * others: if two spellings had a common limit only because they belong to an account, attempts would reveal the account.
 */
function foldedAddress(typed: string): string {
  const text = toNfc(typed.trim().slice(0, MAX_EMAIL));
  // Some lowercase letters have the same uppercase letter, such as the dotless ı; İ becomes an i with a separate dot.
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('\u0307', '');
}

/** Keyed, so that readers of the table cannot find typed addresses by hashing a list of them. */
function keyOf({ environment }: Pick<App, 'environment'>, parts: readonly string[]): Buffer {
  const [key] = environment.secretKeys;
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  return hash.update(JSON.stringify(['attempt', ...parts])).digest();
}

function byteArray(values: readonly Buffer[]) {
  const hex = values.map((value) => value.toString('hex'));
  return sql.fragment`array(select decode(h, 'hex') from unnest(${sql.array(hex, 'text')}) with ordinality u (h, n) order by n)`;
}

/** Deletes counters whose attempts have all been forgotten. */
export async function deleteOldAttempts({ database }: Pick<App, 'database'>, signal?: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await database.query(sql.unsafe`
      delete from rustio_attempt
      where key in (
        select key from rustio_attempt
        where counted_at < now() - interval '1 day' and blocked_until < now()
        limit ${BATCH}
        for update skip locked
      )
    `);
    return rowCount;
  });
}

export const attemptSchedule: readonly ScheduledTask[] = [
  { name: 'clean-up-attempts', every: '1 hour', run: deleteOldAttempts },
];
