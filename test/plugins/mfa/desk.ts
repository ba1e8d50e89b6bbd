// What the tests of second factors do with accounts.
import { sql } from 'slonik';
import { z } from 'zod';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { codeOf, stepAt } from '../../../plugins/mfa/totp.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { Client, decodeEntities, type TestResponse } from '../../support/client.ts';
import { until } from '../../support/until.ts';

export const PAGE = '/admin/account/mfa';
export const ENROL = `${PAGE}/+enrol`;
export const VERIFY = '/admin/mfa';

/** A user with an authenticator app. */
export interface Enrolled {
  readonly email: string;
  readonly id: number;
  readonly client: Client;
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

export async function idOf({ app }: TestApp, email: string): Promise<number> {
  return (await findAccountByEmail(app.database, email))?.id ?? 0;
}

/** A new account, signed in. */
export async function signedIn(
  desk: TestApp,
  role: Role = 'staff',
): Promise<Pick<Enrolled, 'email' | 'id' | 'client'>> {
  const email = await desk.account(role);
  const client = new Client(desk.url);
  await client.signIn(email, PASSWORD);
  return { email, id: await idOf(desk, email), client };
}

/** The secret that the page of an enrolment shows. */
export function secretOn({ text }: TestResponse): string {
  return (/<code[^>]*>([A-Z2-7 ]+)<\/code>/.exec(text)?.[1] ?? '').replaceAll(' ', '');
}

/** The backup codes on a page. */
export function codesOn({ text }: TestResponse): readonly string[] {
  return [...decodeEntities(text).matchAll(/<code class="mono">([\dA-Z-]{14})<\/code>/g)].map(([, code = '']) => code);
}

/** The code of the current step, or of one after or before it. */
export function codeNow(secret: string, offset = 0): Promise<string> {
  return codeOf(secret, stepAt(Date.now()) + offset);
}

/** An account that has set up an app in its session. The next code is still unused. */
export async function enrolled(desk: TestApp, role: Role = 'staff'): Promise<Enrolled> {
  const { email, id, client } = await signedIn(desk, role);
  const secret = secretOn(await client.get(ENROL));
  const { location } = await client.submit(ENROL, { code: await codeNow(secret) });
  const backupCodes = codesOn(await client.get(location));
  await forgetSteps(desk, id);
  return { email, id, client, secret, backupCodes };
}

/** As if no code had been used yet, so that a test need not wait for the next one. */
export async function forgetSteps({ app }: TestApp, userId: number): Promise<void> {
  await app.database.query(sql.unsafe`update rustio_mfa_totp set last_step = 0 where user_id = ${userId}`);
}

/** A new session of the user, in which the second factor is pending. */
export async function withPassword(desk: TestApp, email: string): Promise<Client> {
  const client = new Client(desk.url);
  await client.signIn(email, PASSWORD);
  return client;
}

const entry = z.object({ event: z.string(), actor: z.string(), data: z.string() });
/** The audit entries about an account, oldest first, without its creation. */
export function trailOf({ app }: TestApp, email: string): Promise<readonly z.output<typeof entry>[]> {
  return app.database.any(sql.type(entry)`
    select event, actor_label as actor, coalesce(data::text, '') as data
    from rustio_audit where subject_label = ${email} and event <> 'user_created' order by id
  `);
}

export async function eventsAbout(desk: TestApp, email: string): Promise<readonly string[]> {
  return (await trailOf(desk, email)).map(({ event }) => event);
}

/** As if all sessions had entered their password long ago. */
export async function forgetPasswords({ app }: TestApp): Promise<void> {
  await app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour' where ended_at is null`,
  );
}

type Statement = ReturnType<typeof sql.unsafe>;

/** Holds rows in a transaction, sends requests, and commits when `waiting` of them wait for it; runs `last` before the commit. */
export async function whileHolding(
  { app: { database } }: TestApp,
  hold: Statement,
  waiting: number,
  send: () => Promise<unknown>,
  last?: Statement,
): Promise<void> {
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = database.transaction(async (tx) => {
    await tx.query(hold);
    held.resolve();
    await released.promise;
    if (last) await tx.query(last);
  });
  await held.promise;
  const sent = send();
  const blocked = sql.type(z.object({ n: z.int() }))`
    select count(*)::integer as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
  `;
  await until(async () => (await database.oneFirst(blocked)) >= waiting);
  released.resolve();
  await Promise.all([holding, sent]);
}
