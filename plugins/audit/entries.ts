import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';
import { withRepresentable } from '../../core/database/representable.ts';
import { toInet } from '../../core/database/values.ts';
import { firstMomentOf } from '../../core/model/calendar.ts';
import type { Actor, Credential } from '../../core/policy/actor.ts';
import type { Subject } from '../../core/write/events.ts';
import type { Snapshot } from '../../core/write/types.ts';
import { currentModel, entriesOfModel } from './renamed-models.ts';
import { shownSql } from './stored-values.ts';

/** One row of the audit trail. Pages show it through `visible.ts`, which applies the user's permissions. */
export interface Entry {
  /** Increases with time; the cursor of a page. */
  readonly id: string;
  /** In UTC, as formatted by PostgreSQL. */
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
  /** The number of occurrences within the minute, and the time of the last; 1 for events that are not counted. */
  readonly count: number;
  readonly lastAt: string | null;
}

/** Filters of the audit trail; all are optional. */
export interface EntryFilter {
  readonly events?: readonly string[];
  /** The recorded name of a user, or an SQL expression for a user id. */
  readonly user?: string | FragmentSqlToken;
  readonly model?: string;
  readonly models?: readonly string[];
  readonly key?: string;
  /** An IP address. */
  readonly address?: string;
  /** ISO dates, both inclusive, in the user's time zone. */
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly correlationId?: string;
  /** Selects a single entry. */
  readonly id?: string;
}

/** The page before or after an entry; by default, the newest page. */
export interface EntryWindow {
  readonly size: number;
  /** Only entries older than this one. */
  readonly before?: string;
  /** Only entries newer than this one. */
  readonly after?: string;
  /** Omits the values, which make up most of an entry: `before`, `after` and `data` are then null. */
  readonly withoutValues?: boolean;
}

export interface EntryPage {
  /** The newest first. */
  readonly entries: readonly Entry[];
  /** Whether there are entries on either side. */
  readonly older: boolean;
  readonly newer: boolean;
}

/** `z.record` would drop a property named `__proto__`, but the trail must show what was stored. */
const json = z
  .custom<Snapshot>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .nullable();
const entryRow = z
  .object({
    id: z.string(),
    at: z.string(),
    event: z.string(),
    actor_kind: z.enum(['anonymous', 'user', 'command', 'job', 'token', 'assistant']),
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
    count: z.number().nullable(),
    last_at: z.string().nullable(),
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
      count: row.count ?? 1,
      lastAt: row.last_at,
    }),
  );

/** In characters. Older entries may have longer labels. */
const MAX_LABEL = sql.fragment`1000`;

/** Reads one page of the audit trail, newest first, in one statement (two if filtered by model). */
export async function readEntries(query: Query, filter: EntryFilter, window: EntryWindow): Promise<EntryPage> {
  const { size, before, after } = window;
  const ofModels = filter.model === undefined ? [] : [await entriesOfModel(query, filter.model)];
  const texts = textsOfFilter(filter);
  // No entry has a name or a key that the database's encoding cannot represent.
  const rows = await withRepresentable(query, texts, async (inner, representable) =>
    representable.length < texts.length ? [] : inner.any(entriesStatement(filter, window, ofModels)),
  );
  const more = rows.length > size;
  const page = rows.slice(0, size);
  return after !== undefined
    ? { entries: page.toReversed(), newer: more, older: true }
    : { entries: page, newer: before !== undefined, older: more };
}

/**
 * The statement of a page; it reads one row more than the page has. `ofModels` is the condition for the filtered model, including
 * its earlier names. Exported for tests.
 */
export function entriesStatement(filter: EntryFilter, window: EntryWindow, ofModels: readonly FragmentSqlToken[] = []) {
  const direction = window.after === undefined ? sql.fragment`desc` : sql.fragment`asc`;
  // For a period, use the index on `at`: reading by `id` would first read every newer entry.
  // fault: period-read-by-key
  const order = hasPeriod(filter) ? sql.fragment`at ${direction}, id ${direction}` : sql.fragment`id ${direction}`;
  const shown = (column: FragmentSqlToken) => (window.withoutValues ? sql.fragment`null` : shownSql(column));
  return sql.type(entryRow)`
    select
      id, at, event, actor_kind, actor_id, actor_label,
      ${currentModel} as subject_model, subject_key, left(subject_label, ${MAX_LABEL}) as subject_label,
      ${shown(sql.fragment`before`)} as before, ${shown(sql.fragment`after`)} as after, ${shown(sql.fragment`data`)} as data,
      correlation_id, credential_scheme, credential_id, host(address) as address,
      (select count from rustio_audit_count where entry_id = id) as count,
      (select last_at from rustio_audit_count where entry_id = id) as last_at
    from rustio_audit
    where ${sql.join(buildConditions(filter, window, ofModels), sql.fragment` and `)}
    order by ${order}
    limit ${sql.literalValue(String(window.size + 1))}::integer
  `;
}

/** What comes from a request as it was typed. */
function textsOfFilter({ key, user }: EntryFilter): readonly string[] {
  const ofUser = typeof user === 'object' ? user.values : [user];
  return [key, ...ofUser].filter((text) => typeof text === 'string');
}

function hasPeriod({ from, to }: EntryFilter): boolean {
  return from !== undefined || to !== undefined;
}

/** The entries before or after another one, in page order. */
function onSideOf(filter: EntryFilter, side: '<' | '>', id: string): FragmentSqlToken {
  const than = side === '<' ? sql.fragment`<` : sql.fragment`>`;
  if (!hasPeriod(filter)) return sql.fragment`id ${than} ${id}::bigint`;
  const at = sql.fragment`(select at from rustio_audit where id = ${id}::bigint)`;
  // The first condition is implied by the second, but needed to use the index.
  return sql.fragment`at ${than}= ${at} and (at, id) ${than} (${at}, ${id}::bigint)`;
}

function buildConditions(
  filter: EntryFilter,
  { before, after }: EntryWindow,
  ofModels: readonly FragmentSqlToken[],
): FragmentSqlToken[] {
  const { events = [], user, models, key, address, from, to, timeZone = 'UTC', correlationId, id } = filter;
  const conditions = [sql.fragment`true`];
  if (before !== undefined) conditions.push(onSideOf(filter, '<', before));
  if (after !== undefined) conditions.push(onSideOf(filter, '>', after));
  if (events.length > 0) conditions.push(sql.fragment`event = any(${sql.array([...events], 'text')})`);
  if (ofModels.length > 0) conditions.push(sql.fragment`(${sql.join([...ofModels], sql.fragment` or `)})`);
  if (models !== undefined) conditions.push(sql.fragment`subject_model = any(${sql.array([...models], 'text')})`);
  // The index has the beginning of the key.
  if (key !== undefined)
    conditions.push(sql.fragment`left(subject_key, 400) = left(${key}, 400) and subject_key = ${key}`);
  if (address !== undefined) conditions.push(sql.fragment`address = ${toInet(address)}::inet`);
  if (id !== undefined) conditions.push(sql.fragment`id = ${id}::bigint`);
  if (correlationId !== undefined) conditions.push(sql.fragment`correlation_id = ${correlationId}`);
  if (typeof user === 'string') conditions.push(sql.fragment`actor_label = ${user}`);
  else if (user !== undefined) conditions.push(sql.fragment`actor_id = (${user})`);
  if (from !== undefined) conditions.push(sql.fragment`at >= ${dayStartSql(from, 0, timeZone)}`);
  if (to !== undefined) conditions.push(sql.fragment`at < ${dayStartSql(to, 1, timeZone)}`);
  return conditions;
}

/** Not `at time zone`: PostgreSQL may not know a zone that Node knows, and interprets the sign of an offset the other way round. */
function dayStartSql(date: string, daysLater: number, timeZone: string): FragmentSqlToken {
  const midnight = Date.parse(`${date}T00:00:00Z`) + daysLater * 86_400_000;
  // fault: audit-period-in-utc
  const start = firstMomentOf(midnight, timeZone);
  return sql.fragment`to_timestamp(${start / 1000})`;
}

/** Whether a string is the id of an entry, and thus fits into a bigint. */
export function isEntryId(text: string | null | undefined): text is string {
  return typeof text === 'string' && /^\d{1,18}$/.test(text);
}

/** The old or the new value of a change. */
export type Side = 'before' | 'after';

const valueRow = z.object({ text: z.string().nullable() });

/** The full text of a value in an entry; undefined if the entry has no value with this name. */
export async function readValue(
  query: Query,
  { entry, side, name }: { readonly entry: string; readonly side: Side; readonly name: string },
): Promise<string | undefined> {
  const column = side === 'before' ? sql.fragment`before` : sql.fragment`after`;
  const row = await query.maybeOne(sql.type(valueRow)`
    select coalesce(${column} -> ${name} ->> '~text', ${column} ->> ${name}) as text
    from rustio_audit
    where id = ${entry}::bigint
  `);
  return row?.text ?? undefined;
}
