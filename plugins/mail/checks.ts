import { sql } from 'slonik';
import { z } from 'zod';
import type { Check, CheckResult } from '../../core/command.ts';
import { mailServer } from './smtp-server.ts';
import { explainFailure, tryServer } from './transport.ts';

const server: Check = {
  name: 'mail-server',
  needs: 'config',
  async run({ app }): Promise<CheckResult> {
    const settings = mailServer(app);
    if (settings === undefined)
      return {
        status: 'note',
        message: `SMTP_URL is not set: emails go to the mailbox at ${app.urls.to('/dev/mail')}.`,
      };
    const { host, port } = settings.server;
    try {
      await tryServer(settings.server);
    } catch (error) {
      const { reason, fix } = explainFailure(error, settings.server);
      return { status: 'failed', message: `Emails cannot be sent: ${reason}`, fix };
    }
    return { status: 'ok', message: `The mail server ${host}:${port} accepts connections.` };
  },
};

const counts = sql.type(z.object({ failed: z.int(), late: z.int() }));

const delivery: Check = {
  name: 'mail-delivery',
  needs: 'database',
  async run({ database }): Promise<CheckResult> {
    const { failed, late } = await database.one(counts`
      select
        count(*) filter (where failed_at > now() - interval '7 days')::integer as failed,
        count(*) filter (where sent_at is null and failed_at is null and created_at < now() - interval '15 minutes')::integer as late
      from rustio_mail
      where sent_at is null
    `);
    if (failed === 0 && late === 0)
      return { status: 'ok', message: 'No email failed in the last 7 days, and none is late.' };
    return {
      status: 'warning',
      message: [
        ...(failed > 0 ? [`${failed === 1 ? '1 email' : `${failed} emails`} failed in the last 7 days.`] : []),
        ...(late > 0
          ? [`${late === 1 ? '1 email has' : `${late} emails have`} been waiting for more than 15 minutes.`]
          : []),
      ].join(' '),
      fix: 'See the reasons: select created_at, view, attempts, last_error from rustio_mail where sent_at is null. Test the server: npx rustio-admin mail test ADDRESS.',
    };
  },
};

export const checks: readonly Check[] = [server, delivery];
