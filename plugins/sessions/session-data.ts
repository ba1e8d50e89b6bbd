import { sql } from 'slonik';
import type { Query } from '../../core/database/queries.ts';
import { withReplacements } from '../../core/database/representable.ts';
import type { SignInData } from '../../core/request/context.ts';
import { sessionDataTooLarge } from './errors.ts';

/** Max size in bytes, as JSON, of the data that plugins store in a session. Every request of a signed-in user reads it. */
export const MAX_SESSION_DATA = 16 * 1024;
/**
 * Data of the core has its own limits and does not count: a message about a completed change must not fail because a plugin has
 * used up the space.
 */
const OF_CORE: readonly string[] = ['flash', 'interruptedForm'] satisfies readonly (keyof SignInData)[];

/** The changes made by a request, by top-level name. */
export interface SessionDataChange {
  readonly set: Readonly<Record<string, unknown>>;
  readonly removed: readonly string[];
}

/**
 * The difference between the data that a request has read and its current data; undefined if there is none.
 *
 * @throws RIO-SESSION-DATA when the request has made it larger than 16 KB.
 */
export function changeOfData(saved: string, now: Readonly<Record<string, unknown>>): SessionDataChange | undefined {
  const before: Readonly<Record<string, unknown>> = JSON.parse(saved);
  const after: Readonly<Record<string, unknown>> = JSON.parse(toJson(now));
  const names = Object.keys(after).filter(
    (name) => !Object.hasOwn(before, name) || JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  if (names.length === 0 && removed.length === 0) return undefined;
  const size = byteSize(after);
  // If concurrent requests have together exceeded the limit, the data can still be reduced.
  // fault: no-session-data-limit
  if (size > MAX_SESSION_DATA && size > byteSize(before))
    throw sessionDataTooLarge({ size, max: MAX_SESSION_DATA, names: names.join(', ') });
  return { set: Object.fromEntries(names.map((name) => [name, after[name]])), removed };
}

/**
 * Saves the changes made by a request. Concurrent requests of one session keep each other's names; for the same name, the last
 * one wins. If the session has ended, the change is discarded.
 */
export async function saveSessionData(query: Query, id: string, { set, removed }: SessionDataChange): Promise<void> {
  await withReplacements(JSON.stringify(set), (json) =>
    query.query(sql.unsafe`
      update rustio_session
      set data = (data - ${sql.array([...removed], 'text')}) || ${json}::jsonb
      where id = ${id}::uuid and ended_at is null
    `),
  );
}

function byteSize(data: Readonly<Record<string, unknown>>): number {
  const counted = Object.entries(data).filter(([name]) => !OF_CORE.includes(name));
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(counted)));
}

/** Serialises without NUL and lone surrogates, which PostgreSQL cannot store. */
function toJson(data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  );
}
