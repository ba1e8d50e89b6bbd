import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import { unseal } from '../../core/base/seal.ts';
import type { Query } from '../../core/database/queries.ts';
import { bytea } from '../../core/database/values.ts';
import type { EventHandler } from '../../core/write/events.ts';
import type { MailContent } from './compose.ts';

const content: z.ZodType<MailContent> = z.object({
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  replyTo: z.string().optional(),
});

/** The content of a stored email; undefined if none of the secret keys decrypts it. */
export function openMail(
  { environment }: Pick<App, 'environment'>,
  sealed: Buffer,
  id: string,
): MailContent | undefined {
  const text = unseal(environment.secretKeys, sealed, id);
  return text === undefined ? undefined : content.parse(JSON.parse(text));
}

const stored = z.object({
  id: z.string(),
  recipient: z.string(),
  created_at: z.string(),
  state: z.enum(['waiting', 'sent', 'failed']),
  last_error: z.string().nullable(),
  /** Null if the content was deleted. */
  sealed: bytea.nullable(),
});
/** An email as the mailbox shows it. */
export type StoredMail = z.output<typeof stored>;
const storedMail = sql.type(stored);

const columns = sql.fragment`
  id, recipient, created_at, last_error, sealed,
  case when sent_at is not null then 'sent' when failed_at is not null then 'failed' else 'waiting' end as state
`;
const MAX_SHOWN = 100;

export function newestMails(query: Query): Promise<readonly StoredMail[]> {
  return query.any(storedMail`select ${columns} from rustio_mail order by created_at desc, id limit ${MAX_SHOWN}`);
}

/** The email with this ID; null if there is none. Any text is accepted as an ID. */
export async function readMail(query: Query, id: string): Promise<StoredMail | null> {
  if (!z.uuid().safeParse(id).success) return null;
  return query.maybeOne(storedMail`select ${columns} from rustio_mail where id = ${id}`);
}

/** Deletes the emails to an erased user, including those that wait. */
export const forgetRecipient: EventHandler = async (tx, { erases }) => {
  if (erases?.userId === undefined) return;
  await tx.query(sql.unsafe`delete from rustio_mail where lower(recipient) = lower(${erases.formerLabel})`);
};
