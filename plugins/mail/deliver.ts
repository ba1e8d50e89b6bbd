import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { bytea } from '../../core/database/values.ts';
import type { ScheduledTask } from '../../core/schedule.ts';
import { defineJobTask } from '../jobs/public.ts';
import { mailNotSent } from './errors.ts';
import { mailServer } from './smtp-server.ts';
import { openMail } from './stored-mail.ts';
import { explainFailure, type MailFailure, sendMail } from './transport.ts';

const payload = z.strictObject({ mail: z.uuid() });

const waitingMail = sql.type(z.object({ recipient: z.string(), locale: z.string(), sealed: bytea }));
/** The job that sends one email. Without a mail server (in development), the email only goes to the mailbox. */
export const mailTask = defineJobTask({
  name: 'mail.send',
  payload,
  permissions: [],
  async run({ app, payload: { mail: id }, isLastAttempt, signal }) {
    // fault: mail-sent-again
    const mail = await app.database.maybeOne(waitingMail`
      select recipient, locale, sealed from rustio_mail where id = ${id} and sent_at is null and failed_at is null
    `);
    if (mail === null) return;
    const opened = openMail(app, mail.sealed, id);
    if (opened === undefined) return fail(app, id, keyRemoved);
    const settings = mailServer(app);
    if (settings !== undefined) {
      const { server, from } = settings;
      try {
        await sendMail(server, { ...opened, id, from, to: mail.recipient, locale: mail.locale }, signal);
      } catch (error) {
        // The process is stopping, or the job was cancelled: this is not a failure of the server.
        if (signal.aborted) throw error;
        const failure = explainFailure(error, server, mail.recipient);
        if (failure.permanent || isLastAttempt) return fail(app, id, failure);
        await app.database.query(sql.unsafe`
          update rustio_mail set attempts = attempts + 1, last_error = ${failure.reason.slice(0, 500)} where id = ${id}
        `);
        throw mailNotSent({ ...failure });
      }
    }
    await app.database.query(sql.unsafe`
      update rustio_mail
      set sent_at = clock_timestamp(), attempts = attempts + 1, last_error = null, sealed = ${kept(app)}
      where id = ${id} and sent_at is null and failed_at is null
    `);
  },
});

const keyRemoved: MailFailure = {
  reason: 'The email could not be decrypted: its key is no longer in RUSTIO_SECRET_KEYS.',
  fix: 'When you replace a key, keep the old one at the end of RUSTIO_SECRET_KEYS until all emails are sent.',
  permanent: true,
};

/** Gives up. The job counts as done: with its content deleted, it cannot be retried. */
async function fail(app: App, id: string, { reason, fix }: MailFailure): Promise<void> {
  await app.database.query(sql.unsafe`
    update rustio_mail
    set failed_at = clock_timestamp(), attempts = attempts + 1, last_error = ${reason.slice(0, 500)}, sealed = ${kept(app)}
    where id = ${id} and sent_at is null and failed_at is null
  `);
  app.log.error({ mail: id, reason, fix }, 'an email was not sent');
}

/** What remains of the content once it is no longer needed: nothing, except in development, whose mailbox still shows it. */
function kept({ environment }: Pick<App, 'environment'>) {
  // fault: sent-mail-kept
  return environment.production ? sql.fragment`null` : sql.fragment`sealed`;
}

export const schedule: readonly ScheduledTask[] = [
  {
    name: 'delete-old-emails',
    every: '1 hour',
    run: async ({ database, environment }) => {
      // If somebody cancels the job, the email remains. Its content must not be kept.
      await database.query(sql.unsafe`
        update rustio_mail
        set failed_at = now(), last_error = ${'The email was not sent within 7 days: its job was cancelled, or no worker was running.'},
          sealed = ${kept({ environment })}
        where sent_at is null and failed_at is null and created_at < now() - interval '7 days'
      `);
      await database.query(sql.unsafe`
        delete from rustio_mail where coalesce(sent_at, failed_at) < now() - interval '30 days'
      `);
    },
  },
];
