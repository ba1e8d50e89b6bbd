// The hash of an entry, computed by the database, so that sealing does not transfer the entries. Only built-in functions are used: the owner
// of the database can replace others. `entry-hash.ts` computes the same; docs/decisions/0021-sealed-audit.md describes the format.

import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../../core/database/transaction.ts';

/** The encoding in which texts are hashed: that of the database if it has none, and otherwise UTF-8. */
export type TextEncoding = 'UTF8' | 'SQL_ASCII';

const encodingRow = z.object({ encoding: z.enum(['UTF8', 'SQL_ASCII']) });

/**
 * Prepares a transaction for hashing: functions and operators in other schemas cannot take the place of built-in ones, and texts are
 * sent in an encoding that does not depend on the session.
 */
export async function prepareHashing(tx: Transaction): Promise<TextEncoding> {
  // fault: foreign-functions-hash
  await tx.query(sql.unsafe`
    select pg_catalog.set_config('search_path', pg_catalog.concat('pg_catalog, ', pg_catalog.quote_ident(current_schema), ', pg_temp'), true)
  `);
  const { encoding } = await tx.one(sql.type(encodingRow)`
    select
      case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end as encoding,
      case current_setting('server_encoding') when 'SQL_ASCII' then set_config('client_encoding', 'SQL_ASCII', true) end as sent
  `);
  return encoding;
}

/**
 * The hash of a row of `rustio_audit`, for a transaction that `prepareHashing` has prepared. Values that an erasure can remove are hashed
 * one by one with a salt, all others as the binary format of the row.
 */
export function entryHashSql(encoding: TextEncoding): FragmentSqlToken {
  const bytes = (text: FragmentSqlToken) => sql.fragment`convert_to(${text}, ${encoding})`;
  const blinded = (path: FragmentSqlToken, value: FragmentSqlToken) =>
    sql.fragment`sha256(sha256(uuid_send(salt) || ${bytes(path)}) || ${bytes(value)})`;
  // PostgreSQL stores and returns the members of an object in a fixed order: by length, then by bytes.
  const members = (column: FragmentSqlToken, name: string) => sql.fragment`case
    when jsonb_typeof(${column}) = 'object' then '\\x01'::bytea || coalesce(
      (
        select string_agg(${bytes(sql.fragment`name`)} || '\\x00'::bytea || ${blinded(sql.fragment`${`${name}:`} || name`, sql.fragment`value::text`)}, ''::bytea)
        from jsonb_each(${column}) as member (name, value)
      ),
      ''::bytea
    )
    else '\\x02'::bytea || ${blinded(sql.fragment`${name}::text`, sql.fragment`${column}::text`)}
  end`;
  return sql.fragment`sha256('\\x00'::bytea || record_send(row(
    id, at, event, actor_kind, actor_id, subject_model, subject_key, data,
    correlation_id, credential_scheme, credential_id, address::text,
    ${blinded(sql.fragment`'actor_label'::text`, sql.fragment`actor_label`)},
    ${blinded(sql.fragment`'subject_label'::text`, sql.fragment`subject_label`)},
    ${members(sql.fragment`before`, 'before')},
    ${members(sql.fragment`after`, 'after')}
  )))`;
}

/** The hash of a row of `rustio_audit_count`. */
export const countHashSql = sql.fragment`sha256('\\x00'::bytea || record_send(row(minute, source, target, entry_id, count, last_at)))`;
