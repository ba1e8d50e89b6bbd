import { sql } from 'slonik';
import { z } from 'zod';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';

/** Runs all jobs that wait. */
export async function runJobs({ app }: TestApp): Promise<void> {
  await app.database.query(sql.unsafe`update graphile_worker._private_jobs set run_at = now()`);
  await app.service('jobs').runDue();
}

/** The texts of the emails to an address in the development mailbox, newest first. */
export async function mailsTo(desk: TestApp, reader: Client, email: string): Promise<readonly string[]> {
  const ids = await desk.app.database.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from rustio_mail where lower(recipient) = lower(${email}) order by created_at desc, id
  `);
  const texts: string[] = [];
  for (const id of ids) texts.push((await reader.get(`/admin/dev/mail/${id}`)).text);
  return texts;
}

/** The first link to this page in an email; `none` if there is none. */
export function linkIn(mail: string | undefined, page: string): string {
  return new RegExp(`/admin${page}/[\\w-]{43}`).exec(mail ?? '')?.[0] ?? 'none';
}

export async function idOf({ app }: TestApp, email: string): Promise<number> {
  return (await findAccountByEmail(app.database, email))?.id ?? 0;
}

const eventRow = sql.type(z.object({ event: z.string() }));

/** The events about an account, oldest first. */
export async function eventsAbout({ app }: TestApp, id: number): Promise<readonly string[]> {
  return app.database.anyFirst(eventRow`
    select event from rustio_audit where subject_model = 'user' and subject_key = ${String(id)} order by id
  `);
}
