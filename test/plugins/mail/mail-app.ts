import { sql } from 'slonik';
import { z } from 'zod';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { definePlugin } from '../../../core/public.ts';
import type { MailMessage } from '../../../plugins/mail/public.ts';
import { type TestApp, type TestAppOptions, testApp } from '../../support/app.ts';

declare module '../../../core/settings.ts' {
  interface PluginOptions {
    notices: NoOptions;
  }
}

/** A plugin that has emails of its own. */
const notices = definePlugin({
  name: 'notices',
  api: 1,
  description: 'Emails of the tests.',
  requires: ['mail'],
  templates: new URL('./views/', import.meta.url),
});

/** An application whose jobs run only when a test runs them. */
export function mailApp(options: TestAppOptions = {}, locale = 'en'): Promise<TestApp> {
  return testApp({ name: 'Night desk', locale, extend: [notices], plugins: { jobs: { inWeb: false } } }, options);
}

/** The variables for a mail server on this machine. */
export function variables(port: number, url = `smtp://127.0.0.1:${port}`): TestAppOptions {
  return { variables: { SMTP_URL: url, MAIL_FROM: 'Night desk <desk@example.org>' } };
}

/** Sends an email, by default a valid one, and returns its id. */
export function send({ app }: TestApp, message: Partial<MailMessage> = {}): Promise<string> {
  const greeting = { to: 'ana@example.org', view: 'notices/greeting', data: { name: 'Ana', path: '/reset/4711' } };
  return app.database.transaction((tx) =>
    app.service('mail').send(tx, commandAuditContext(), { ...greeting, ...message }),
  );
}

/** Runs the jobs that are due, and first makes those due that wait for their next attempt. */
export async function runJobs({ app }: TestApp): Promise<void> {
  await app.database.query(sql.unsafe`update graphile_worker._private_jobs set run_at = now()`);
  await app.service('jobs').runDue();
}

/** Leaves each waiting job one attempt. */
export async function leaveOneAttempt({ app }: TestApp): Promise<void> {
  await app.database.query(sql.unsafe`update graphile_worker._private_jobs set attempts = max_attempts - 1`);
}

const mailRow = sql.type(
  z.object({
    state: z.enum(['waiting', 'sent', 'failed']),
    attempts: z.int(),
    last_error: z.string().nullable(),
    sealed: z.string().nullable(),
  }),
);

/** An email as it is stored. */
export function storedMail({ app }: TestApp, id: string) {
  return app.database.one(mailRow`
    select
      case when sent_at is not null then 'sent' when failed_at is not null then 'failed' else 'waiting' end as state,
      attempts, last_error, sealed
    from rustio_mail where id = ${id}
  `);
}

const count = sql.type(z.object({ mails: z.int() }));

export function countMails({ app }: TestApp): Promise<number> {
  return app.database.oneFirst(count`select count(*)::integer as mails from rustio_mail`);
}
