import {
  type App,
  type AuditContext,
  type ModelInfo,
  type Query,
  type Subject,
  sql,
  type Transaction,
  z,
} from 'rustio-admin/plugin';

declare module 'rustio-admin/plugin' {
  interface EventData {
    comment_added: { readonly body: string };
  }
}

const comment = sql.type(
  z.object({ id: z.string(), author: z.string().nullable(), body: z.string(), created_at: z.string() }),
);
const count = sql.type(z.object({ record_key: z.string(), comments: z.number() }));

export const MAX_LENGTH = 2_000;

export type Added = 'added' | 'empty' | 'too_long' | 'unstorable' | 'missing';

/** Adds a comment to a record that the author can see, and locks the record until the transaction ends. */
export async function addComment(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { model, key, body }: { readonly model: ModelInfo; readonly key: string; readonly body: string },
): Promise<Added> {
  // Browsers send CRLF for every line break, which `maxlength` counts as one character; PostgreSQL counts code points.
  const text = body.replaceAll(/\r\n?/g, '\n').trim();
  if (text === '') return 'empty';
  if ([...text].length > MAX_LENGTH) return 'too_long';
  if (text.includes('\0')) return 'unstorable';
  const held = await app.records.hold(tx, context.actor, model.model, key, 'share');
  if (held === undefined) return 'missing';
  const author = context.actor.kind === 'user' ? context.actor.id : null;
  await tx.query(sql.unsafe`
    insert into comments_comment (model, record_key, author_id, body) values (${model.name}, ${key}, ${author}, ${text})
  `);
  await app.events.record(tx, context, 'comment_added', {
    subject: { model: model.name, key, label: model.title },
    data: { body: text },
  });
  return 'added';
}

/** The newest comments on a record. */
export function commentsOn(query: Query, model: string, key: string) {
  return query.any(comment`
    select c.id, coalesce(u.display_name, u.email) as author, c.body, c.created_at
    from comments_comment c
    left join rustio_user u on u.id = c.author_id
    where c.model = ${model} and c.record_key = ${key}
    order by c.id desc
    limit 50
  `);
}

export async function countComments(query: Query, model: string, keys: readonly string[]) {
  const rows = await query.any(count`
    select record_key, count(*)::integer as comments
    from comments_comment
    where model = ${model} and record_key = any(${sql.array([...keys], 'text')})
    group by record_key
  `);
  return new Map(rows.map((row) => [row.record_key, row.comments]));
}

/** Deletes the comments of a record, in the transaction of its deletion. */
export async function removeWith(tx: Transaction, subject: Subject | null): Promise<void> {
  if (subject === null) return;
  await tx.query(sql.unsafe`
    delete from comments_comment where model = ${subject.model} and record_key = ${subject.key}
  `);
}
