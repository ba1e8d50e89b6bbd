import { appendFile } from 'node:fs/promises';
import type { App } from '../../../core/app.ts';
import type { Command } from '../../../core/command.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import '../../mail/send.ts';
import { anchorNotWritten, noAnchorMail, nothingSealed } from '../errors.ts';
import { type Anchor, anchorOf } from './anchors.ts';
import { lastSeal } from './seal-entries.ts';

declare module '../../../core/request/views.ts' {
  interface ViewTypes {
    'audit/anchor.subject.txt': AnchorMail;
    'audit/anchor.txt': AnchorMail;
    'audit/anchor.html': AnchorMail;
  }
}

interface AnchorMail extends Omit<Anchor, 'hash'> {
  /** The line that `audit verify --anchor` reads. */
  readonly line: string;
}

export const anchorCommand: Command = {
  name: 'audit anchor',
  description: 'Print what identifies the last seal; keep it outside the database for: audit verify --anchor',
  needs: 'database',
  options: {
    file: { type: 'string', description: 'A file to which the line is appended' },
    mail: { type: 'string', description: 'An address to which the line is sent' },
  },
  async run({ app, database }, { values, print }) {
    const last = await lastSeal(database);
    if (last === null) throw nothingSealed();
    const anchor = anchorOf(last);
    const { seal, lastId, time } = anchor;
    const line = JSON.stringify(anchor);
    if (typeof values.file === 'string') await append(values.file, line);
    if (typeof values.mail === 'string') await sendAnchor(app, values.mail, { seal, lastId, time, line });
    print(line);
  },
};

async function append(file: string, line: string): Promise<void> {
  await appendFile(file, `${line}\n`).catch((cause: unknown) => {
    throw anchorNotWritten({ file, cause });
  });
}

async function sendAnchor(app: App, to: string, data: AnchorMail): Promise<void> {
  const mail = app.optionalService('mail');
  if (mail === undefined) throw noAnchorMail();
  await app.database.transaction((tx) => mail.send(tx, commandAuditContext(), { to, view: 'audit/anchor', data }));
}
