import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Actor, Credential } from '../../core/actor.ts';
import type { Query } from '../../core/database/pool.ts';
import type { Subject } from '../../core/events.ts';
import type { Snapshot } from '../../core/write/types.ts';

/** One row of the trail, as it was written. Pages show it through `visible.ts`, which asks what their reader may see. */
export interface Entry {
  /** Rises with time; the cursor of a page. */
  readonly id: string;
  /** PostgreSQL's text, in UTC. */
  readonly at: string;
  readonly event: string;
  readonly actor: { readonly kind: Actor['kind']; readonly id: string | null; readonly label: string };
  readonly subject: Subject | null;
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
  readonly data: Snapshot | null;
  readonly correlationId: string;
  readonly credential: Credential | null;
  readonly address: string | null;
}

/** What narrows the trail; what is left out narrows nothing. */
export interface EntryFilter {
  readonly events?: readonly string[];
  /** A name, or an SQL expression for the id of a person. */
  readonly person?: string | FragmentSqlToken;
  readonly model?: string;
  readonly models?: readonly string[];
  readonly key?: string;
  /** ISO dates, both included, in the reader's zone. */
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly correlationId?: string;
}

/** The page after or before an entry; without either the newest. */
export interface EntryWindow {
  readonly size: number;
  /** Only entries older than this one. */
  readonly before?: string;
  /** Only entries newer than this one. */
  readonly after?: string;
}

export interface EntryPage {
  /** The newest first. */
  readonly entries: readonly Entry[];
  /** Whether there are entries on either side. */
  readonly older: boolean;
  readonly newer: boolean;
}

const json = z.record(z.string(), z.unknown()).nullable();
const entryRow = z
  .object({
    id: z.string(),
    at: z.string(),
    event: z.string(),
    actor_kind: z.enum(['anonymous', 'person', 'command', 'job', 'token', 'assistant']),
    actor_id: z.string().nullable(),
    actor_label: z.string(),
    subject_model: z.string().nullable(),
    subject_key: z.string().nullable(),
    subject_label: z.string().nullable(),
    before: json,
    after: json,
    data: json,
    correlation_id: z.string(),
    credential_scheme: z.string().nullable(),
    credential_id: z.string().nullable(),
    address: z.string().nullable(),
  })
  .transform(
    (row): Entry => ({
      id: row.id,
      at: row.at,
      event: row.event,
      actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
      subject:
        row.subject_model === null || row.subject_key === null
          ? null
          : { model: row.subject_model, key: row.subject_key, label: row.subject_label ?? row.subject_key },
      before: row.before,
      after: row.after,
      data: row.data,
      correlationId: row.correlation_id,
      credential:
        row.credential_scheme === null || row.credential_id === null
          ? null
          : { scheme: row.credential_scheme, id: row.credential_id },
      address: row.address,
    }),
  );

/** One page of the trail, newest first. One statement, whatever narrows it; as fast on the last page as on the first. */
export async function readEntries(query: Query, filter: EntryFilter, window: EntryWindow): Promise<EntryPage> {
  const { size, before, after } = window;
  const backwards = after !== undefined;
  const rows = await query.any(sql.type(entryRow)`
    select
      id, at, event, actor_kind, actor_id, actor_label, subject_model, subject_key, subject_label,
      before, after, data, correlation_id, credential_scheme, credential_id, host(address) as address
    from rustio_audit
    where ${sql.join(conditionsOf(filter, window), sql.fragment` and `)}
    order by ${backwards ? sql.fragment`id asc` : sql.fragment`id desc`}
    limit ${sql.literalValue(String(size + 1))}::integer
  `);
  const more = rows.length > size;
  const page = rows.slice(0, size);
  return backwards
    ? { entries: page.toReversed(), newer: more, older: true }
    : { entries: page, newer: before !== undefined, older: more };
}

function conditionsOf(filter: EntryFilter, { before, after }: EntryWindow): FragmentSqlToken[] {
  const { events = [], person, model, models, key, from, to, timeZone = 'UTC', correlationId } = filter;
  const conditions = [sql.fragment`true`];
  if (before !== undefined) conditions.push(sql.fragment`id < ${before}::bigint`);
  if (after !== undefined) conditions.push(sql.fragment`id > ${after}::bigint`);
  if (events.length > 0) conditions.push(sql.fragment`event = any(${sql.array([...events], 'text')})`);
  if (model !== undefined) conditions.push(sql.fragment`subject_model = ${model}`);
  if (models !== undefined) conditions.push(sql.fragment`subject_model = any(${sql.array([...models], 'text')})`);
  if (key !== undefined) conditions.push(sql.fragment`subject_key = ${key}`);
  if (correlationId !== undefined) conditions.push(sql.fragment`correlation_id = ${correlationId}`);
  if (typeof person === 'string') conditions.push(sql.fragment`actor_label = ${person}`);
  else if (person !== undefined) conditions.push(sql.fragment`actor_id = (${person})`);
  if (from !== undefined)
    conditions.push(sql.fragment`at >= (${from}::date)::timestamp at time zone ${timeZone}::text`);
  if (to !== undefined) conditions.push(sql.fragment`at < (${to}::date + 1)::timestamp at time zone ${timeZone}::text`);
  return conditions;
}
