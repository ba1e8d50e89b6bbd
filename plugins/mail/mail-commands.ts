import { randomUUID } from 'node:crypto';
import type { Command } from '../../core/command.ts';
import { isAddress } from './address.ts';
import { compose } from './compose.ts';
import { invalidTestAddress, mailNotSent, noMailServer } from './errors.ts';
import { mailServer } from './smtp-server.ts';
import { explainFailure, sendMail } from './transport.ts';

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mail/test.subject.txt': NoData;
    'mail/test.txt': NoData;
    'mail/test.html': NoData;
  }
}

export const mailCommands: readonly Command[] = [
  {
    name: 'mail test ADDRESS',
    group: 'Test the mail server',
    description: 'Send a test email through SMTP_URL, and explain the reason if it fails',
    needs: 'config',
    async run({ app }, input) {
      const to = String(input.values.address ?? '').trim();
      if (!isAddress(to)) throw invalidTestAddress();
      const settings = mailServer(app);
      if (settings === undefined) throw noMailServer();
      const { server, from } = settings;
      const content = compose(app, { to, view: 'mail/test', data: {} });
      const locale = app.config.locale ?? 'en';
      try {
        await sendMail(server, { ...content, id: randomUUID(), from, to, locale }, input.signal);
      } catch (error) {
        if (input.signal.aborted) throw error;
        throw mailNotSent({ ...explainFailure(error, server, to), cause: error });
      }
      input.print(`${server.host}:${server.port} accepted the email to ${to}, from ${from.address}.`);
      input.print('If it does not arrive, check the spam folder and the log of the mail server.');
    },
  },
];
