// What the tests of passkeys do with the application and a device.
import { sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '../../../core/config.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { PASSWORD, type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';
import { type Client, formTokenOf, type TestResponse } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { Authenticator, type CreationOptions, type Deviation, type RequestOptions } from './authenticator.ts';

export const ORIGIN = 'https://desk.example.org';
export const NEW_PASSKEY = '/admin/account/mfa/passkeys/+new';
export const SIGN_IN = '/admin/login/passkey';

/** An application at a public URL for which browsers offer passkeys. */
export function passkeyDesk(config: Partial<Config> = {}, options: TestAppOptions = {}): Promise<TestApp> {
  return testApp({ name: 'Night desk', models: [], publicUrl: ORIGIN, ...config }, options);
}

/** Requests a challenge as the script of the page does; throws if the server refuses. */
async function options<Options>(client: Client, path: string, page?: string): Promise<Options> {
  const token = page === undefined ? '' : formTokenOf((await client.get(page)).text);
  const sent = { 'sec-fetch-site': 'same-origin', origin: client.origin };
  const response = await client.json('POST', path, undefined, {
    ...sent,
    ...(token !== '' && { 'x-csrf-token': token }),
  });
  if (response.status !== 200) throw new Error(`${path} returned ${response.status}`);
  return response.json() as Options;
}

export function creationOptions(client: Client): Promise<CreationOptions> {
  return options(client, `${NEW_PASSKEY}/challenge`, NEW_PASSKEY);
}
export function signInOptions(client: Client): Promise<RequestOptions> {
  return options(client, `${SIGN_IN}/challenge`);
}
/** For the second factor after the password. */
export function secondFactorOptions(client: Client): Promise<RequestOptions> {
  return options(client, '/admin/mfa/passkey/challenge', '/admin/mfa');
}
export function reauthenticationOptions(client: Client): Promise<RequestOptions> {
  return options(client, '/admin/reauth/passkey/challenge', '/admin/reauth');
}

/** Adds a passkey to the account that the client is signed in to. */
export async function addPasskey(
  client: Client,
  device: Authenticator,
  { name = 'Phone', ...deviation }: Deviation & { readonly name?: string } = {},
): Promise<TestResponse> {
  return sendNewPasskey(client, device.create(await creationOptions(client), deviation), name);
}

/** Submits the form for a new passkey with this response. */
export async function sendNewPasskey(client: Client, passkey: string, name = 'Phone'): Promise<TestResponse> {
  const token = formTokenOf((await client.get(NEW_PASSKEY)).text);
  return client.post(NEW_PASSKEY, { '~token': token, name, passkey });
}

/** Signs in without a password. */
export async function signInWith(client: Client, device: Authenticator, deviation?: Deviation): Promise<TestResponse> {
  return client.post(SIGN_IN, { passkey: device.sign(await signInOptions(client), deviation), next: '' });
}

/** Sends a response for the second factor. */
export async function verifyWith(client: Client, passkey: string): Promise<TestResponse> {
  const token = formTokenOf((await client.get('/admin/mfa')).text);
  return client.post('/admin/mfa/passkey', { '~token': token, passkey, next: '' });
}

/** Whether the client sees pages for signed-in users. */
export async function isSignedIn(client: Client): Promise<boolean> {
  return (await client.get('/admin/account')).status === 200;
}

/** An account with a passkey on a device. */
export interface Owner {
  readonly email: string;
  readonly id: number;
  readonly device: Authenticator;
  /** A session in which the passkey was added. */
  readonly client: Client;
}

export async function ownerOfPasskey(desk: TestApp, deviation?: Deviation): Promise<Owner> {
  const email = await desk.account('staff');
  const client = desk.client();
  await client.signIn(email, PASSWORD);
  const device = new Authenticator(ORIGIN);
  const added = await addPasskey(client, device, deviation);
  if (added.status !== 303) throw new Error(`Adding a passkey returned ${added.status}: ${added.text}`);
  const account = await findAccountByEmail(desk.app.database, email);
  return { email, id: account?.id ?? 0, device, client };
}

/** How many passkeys an account has. */
export function countPasskeys({ app }: TestApp, userId: number): Promise<number> {
  return app.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from rustio_mfa_passkey where user_id = ${userId}
  `);
}

const entry = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()) });
/** The audit entries of an event, newest first; about one account, or of attempts that name none. */
export function entriesOf(
  { app }: TestApp,
  event: string,
  subject: number | null,
): Promise<readonly z.output<typeof entry>[]> {
  return app.database.any(sql.type(entry)`
    select event, coalesce(data, '{}') as data from rustio_audit
    where event = ${event} and subject_key is not distinct from ${subject === null ? null : String(subject)}
    order by id desc
  `);
}

/** The reasons of failed sign-ins to an account, or of those that named no account. */
export async function reasonsOf(desk: TestApp, subject: number | null): Promise<readonly unknown[]> {
  return (await entriesOf(desk, 'login_failed', subject)).map(({ data }) => data.reason);
}

/** Forgets the attempts, so that a test with many rejected ones is not throttled. */
export async function forgetAttempts({ app }: TestApp): Promise<void> {
  await app.database.query(sql.unsafe`truncate rustio_attempt`);
}

/** Sends two requests while another transaction holds the account, so that both wait for it, and returns their statuses in order. */
export async function atOnce(
  { app }: TestApp,
  userId: number,
  send: (turn: number) => Promise<TestResponse>,
): Promise<readonly number[]> {
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const holding = app.database.transaction(async (tx) => {
    await tx.query(sql.unsafe`select from rustio_user where id = ${userId} for update`);
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  const answers = [0, 1].map(send);
  await until(async () => (await waitingStatements(app)) >= 2);
  release.resolve();
  await holding;
  return (await Promise.all(answers)).map(({ status }) => status).toSorted((a, b) => a - b);
}

function waitingStatements({ database }: TestApp['app']): Promise<number> {
  return database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
  `);
}
