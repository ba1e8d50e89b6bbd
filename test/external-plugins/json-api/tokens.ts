import { createHash, randomBytes } from 'node:crypto';
import { findUserActor } from 'rustio-admin/auth';
import {
  type App,
  type AuditContext,
  type Authentication,
  type Query,
  sql,
  type Transaction,
  tokenActor,
  z,
} from 'rustio-admin/plugin';

declare module 'rustio-admin/plugin' {
  interface EventData {
    api_token_created: { readonly name: string; readonly permissions: readonly string[] | null };
  }
}

const tokenRow = sql.type(
  z.object({ id: z.string(), user_id: z.string(), name: z.string(), permissions: z.array(z.string()).nullable() }),
);
const created = sql.type(z.object({ id: z.string() }));

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Creates a token. Its text is returned once and stored nowhere. */
export async function createToken(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { userId, name, permissions }: { userId: number; name: string; permissions: readonly string[] | null },
): Promise<string> {
  const token = `desk_${randomBytes(24).toString('base64url')}`;
  const { id } = await tx.one(created`
    insert into json_api_token (user_id, name, token_hash, permissions)
    values (${userId}, ${name}, ${sql.binary(hashOf(token))}, ${permissions === null ? null : sql.array([...permissions], 'text')})
    returning id
  `);
  await app.events.record(tx, context, 'api_token_created', {
    subject: { model: 'apiToken', key: id, label: name },
    data: { name, permissions },
  });
  return token;
}

/** Whether the token still exists; it cannot be deleted until the transaction ends. */
export async function lockToken(tx: Transaction, id: string): Promise<boolean> {
  return tx.exists(sql.unsafe`select from json_api_token where id = ${id}::bigint for share`);
}

/** The actor of `Authorization: Bearer …`; undefined for a token that does not exist or whose owner is inactive. */
export async function bearerOf(app: App, header: string): Promise<Authentication | undefined> {
  const [, token] = /^Bearer (desk_[\w-]{32})$/.exec(header) ?? [];
  return token === undefined ? undefined : tokenOf(app.reading, token);
}

async function tokenOf(query: Query, token: string): Promise<Authentication | undefined> {
  const row = await query.maybeOne(tokenRow`
    select id, user_id, name, permissions from json_api_token where token_hash = ${sql.binary(hashOf(token))}
  `);
  const owner = row === null ? undefined : await findUserActor(query, Number(row.user_id));
  if (row === null || owner === undefined) return undefined;
  return { actor: tokenActor(row.name, row.permissions ?? 'all', owner), credential: { scheme: 'bearer', id: row.id } };
}
