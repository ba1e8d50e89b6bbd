// What the tests of recovery do with accounts.
import { sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '../../../core/config.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { type Account, findAccountByEmail } from '../../../plugins/auth/account.ts';
import { type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';

export const REASON = 'Lost their phone on a train';

export function recoveryDesk(config: Partial<Config> = {}, options: TestAppOptions = {}): Promise<TestApp> {
  return testApp({ name: 'Night desk', plugins: { jobs: { inWeb: false } }, ...config }, options);
}

export async function accountOf({ app }: TestApp, email: string): Promise<Account> {
  const account = await findAccountByEmail(app.database, email);
  if (!account) throw new Error(`There is no account ${email}.`);
  return account;
}

/** Runs a rule of auth as a command. */
export async function asCommand<R>(
  { app }: TestApp,
  rule: (tx: Transaction, context: ReturnType<typeof commandAuditContext>) => Promise<R>,
): Promise<R> {
  return app.database.transaction((tx) => rule(tx, commandAuditContext()));
}

/** Submits a form of the page on which an administrator recovers an account. */
export async function recover(
  desk: TestApp,
  client: Client,
  email: string,
  action: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<TestResponse> {
  const page = `/admin/account-recovery/${(await accountOf(desk, email)).id}`;
  return client.submit(page, { reason: REASON, ...fields, action });
}

/** The temporary password on a page; undefined if it shows none. */
export function passwordOn({ text }: TestResponse): string | undefined {
  return /<code dir="ltr">([^<]+)<\/code>/.exec(text)?.[1];
}

/** Sets a temporary password through the page and returns it. */
export async function temporaryPassword(desk: TestApp, administrator: Client, email: string): Promise<string> {
  const done = await recover(desk, administrator, email, 'temporary-password');
  const password = passwordOn(await administrator.get(done.location));
  if (password === undefined) throw new Error(`No password is shown: ${done.status}`);
  return password;
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

/** The emails of recovery to an address, newest first, as the mailbox shows them. */
export async function emailsTo(desk: TestApp, email: string): Promise<readonly string[]> {
  const developer = await desk.signInAs('developer');
  const ids = await desk.app.database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where lower(recipient) = lower(${email}) and view like 'recovery/%' order by created_at desc, id
  `);
  const texts: string[] = [];
  for (const id of ids) texts.push((await developer.get(`/admin/dev/mail/${id}`)).text);
  return texts;
}

/** The path of the link to choose a password in an email. */
export function linkIn(email: string | undefined): string {
  return /\/admin\/reset-password\/[\w-]+/.exec(email ?? '')?.[0] ?? 'none';
}

/** As if all sessions had entered their password long ago. */
export async function forgetPasswords({ app }: TestApp): Promise<void> {
  await app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = now() - interval '1 hour' where ended_at is null`,
  );
}
