// Devices on which their users have chosen not to be asked for a code for a while. The cookie is a credential like that of a session:
// a random token, of which the database stores a hash.

import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { BATCH, inBatches } from '../../core/database/batches.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { cookieName } from '../../core/http/cookie-name.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Context } from '../../core/request/context.ts';
import type { ScheduledTask } from '../../core/schedule.ts';
import type { EventHandlers } from '../../core/write/events.ts';
import { accountOf, accountSubject, findAccountById } from '../auth/account.ts';
import { hashOfToken, looksLikeToken, newToken } from '../sessions/token.ts';
import { rulesOf } from './options.ts';

/** Accounts per browser; the one that was remembered first is forgotten. */
const MAX_ACCOUNTS = 5;
/** Devices per account; the one that was remembered first is forgotten. */
const MAX_DEVICES = 20;
const MAX_USER_AGENT_LENGTH = 400;

type CookieOwner = Pick<App, 'config' | 'urls'>;

/** Remembers the browser of a request for a user. Returns the token for `setDeviceCookie`; undefined if devices are not remembered. */
export async function rememberFactor(
  tx: Transaction,
  context: AuditContext,
  app: App,
  ctx: Context,
): Promise<{ readonly token: string; readonly days: number } | undefined> {
  const { actor } = context;
  if (actor.kind !== 'user') return undefined;
  const { rememberDays: days } = rulesOf(app.options('mfa'), actor.role);
  if (days === 0) return undefined;
  const token = newToken();
  const userAgent =
    ctx
      .get('user-agent')
      .replace(/[^ -~]/g, '?')
      .slice(0, MAX_USER_AGENT_LENGTH) || null;
  const id = await tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into rustio_mfa_remembered_device (user_id, token_hash, user_agent, expires_at)
    values (${actor.id}, ${sql.binary(hashOfToken(token))}, ${userAgent}, now() + make_interval(secs => ${days * 86_400}))
    returning id
  `);
  await tx.query(sql.unsafe`
    delete from rustio_mfa_remembered_device
    where id in (
      select id from rustio_mfa_remembered_device where user_id = ${actor.id} order by created_at desc, id offset ${MAX_DEVICES}
    )
  `);
  await app.events.record(tx, context, 'mfa_device_remembered', {
    subject: accountSubject({ id: actor.id, email: actor.name }),
    data: { deviceId: id, days },
  });
  return { token, days };
}

/** Sends the browser the token of `rememberFactor`. Call it after the commit. */
export function setDeviceCookie(
  ctx: Context,
  app: CookieOwner,
  { token, days }: { readonly token: string; readonly days: number },
): void {
  const secure = isSecure(app);
  if (secure) ctx.cookies.secure = true; // TLS may end at a proxy
  ctx.cookies.set(rememberedCookieName(app), [token, ...readTokens(ctx, app)].slice(0, MAX_ACCOUNTS).join('.'), {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    signed: false,
    overwrite: true,
    maxAge: days * 86_400_000,
    secure,
  });
}

/** Whether the browser of a request is remembered for any user, perhaps no longer: costs no statement. */
export function hasDeviceCookie(ctx: Context, app: CookieOwner): boolean {
  return readTokens(ctx, app).length > 0;
}

/** Whether the browser of a request is remembered for this user. Records the use. */
export async function isRemembered(tx: Transaction, context: AuditContext, app: App, ctx: Context): Promise<boolean> {
  const { actor } = context;
  const tokens = readTokens(ctx, app);
  if (actor.kind !== 'user' || tokens.length === 0) return false;
  // The days as they are set now: if they were reduced, the device is asked earlier.
  const { rememberDays: days } = rulesOf(app.options('mfa'), actor.role);
  const hashes = sql.join(
    tokens.map((token) => sql.binary(hashOfToken(token))),
    sql.fragment`, `,
  );
  // fault: remembered-for-everyone
  // fault: remembered-forever
  const { rowCount } = await tx.query(sql.unsafe`
    update rustio_mfa_remembered_device
    set last_used_at = now()
    where token_hash in (${hashes})
      and user_id = ${actor.id}
      and expires_at > now()
      and created_at > now() - make_interval(secs => ${days * 86_400})
  `);
  return rowCount > 0;
}

const deviceRow = z.object({
  id: z.string(),
  user_agent: z.string().nullable(),
  created_at: z.string(),
  last_used_at: z.string(),
  expires_at: z.string(),
});
export type RememberedDevice = z.output<typeof deviceRow>;

/** The remembered devices of a user, the one that was used last first. */
export function listDevices(query: Query, userId: number): Promise<readonly RememberedDevice[]> {
  return query.any(sql.type(deviceRow)`
    select id, user_agent, created_at::text, last_used_at::text, expires_at::text
    from rustio_mfa_remembered_device
    where user_id = ${userId} and expires_at > now()
    order by last_used_at desc, id
  `);
}

/** Forgets the devices of a user: all of them, or one, whose id comes from a request. Returns how many there were. */
export async function forgetDevices(
  tx: Transaction,
  context: AuditContext,
  app: Pick<App, 'events'>,
  userId: number,
  reason: string,
  device: string | null = null,
): Promise<number> {
  // fault: foreign-device
  const { rowCount } = await tx.query(sql.unsafe`
    delete from rustio_mfa_remembered_device where user_id = ${userId} and id = coalesce(${device}::uuid, id)
  `);
  const account = rowCount === 0 ? null : await findAccountById(tx, userId);
  if (account)
    await app.events.record(tx, context, 'mfa_device_forgotten', {
      subject: accountSubject(account),
      data: { devices: rowCount, reason },
    });
  return rowCount;
}

/** A device is forgotten when the authority of its account changes, in the same transaction. */
export function forgetOnAuthorityChanges(app: App): EventHandlers {
  return {
    async password_changed_self(tx, { context, subject }) {
      // fault: device-survives-password
      await forgetDevices(tx, context, app, accountOf(subject), 'password_changed');
    },
    async password_reset_by_other(tx, { context, subject }) {
      await forgetDevices(tx, context, app, accountOf(subject), 'password_reset_by_other');
    },
    async account_locked(tx, { context, subject }) {
      await forgetDevices(tx, context, app, accountOf(subject), 'locked');
    },
    async user_updated(tx, { context, subject, data }) {
      if (data.after.active === false || 'role' in data.after)
        await forgetDevices(
          tx,
          context,
          app,
          accountOf(subject),
          data.after.active === false ? 'deactivated' : 'role_changed_by_other',
        );
    },
  };
}

/** Deletes devices whose time is over. */
async function deleteExpiredDevices({ database }: Pick<App, 'database'>, signal?: AbortSignal): Promise<void> {
  await inBatches(signal, async () => {
    const { rowCount } = await database.query(sql.unsafe`
      delete from rustio_mfa_remembered_device
      where id in (
        select id from rustio_mfa_remembered_device where expires_at < now() limit ${BATCH} for update skip locked
      )
    `);
    return rowCount;
  });
}

export const schedule: readonly ScheduledTask[] = [
  { name: 'delete-expired-devices', every: '1 hour', run: deleteExpiredDevices },
];

export function rememberedCookieName(app: CookieOwner): string {
  return `${isSecure(app) ? '__Host-' : ''}${cookieName('rustio-mfa', app)}`;
}

function isSecure({ urls }: Pick<App, 'urls'>): boolean {
  return urls.publicOrigin.startsWith('https:');
}

function readTokens(ctx: Context, app: CookieOwner): readonly string[] {
  const tokens = (ctx.cookies.get(rememberedCookieName(app), { signed: false }) ?? '').split('.');
  return tokens.filter(looksLikeToken).slice(0, MAX_ACCOUNTS);
}
