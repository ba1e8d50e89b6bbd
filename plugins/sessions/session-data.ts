import { sql } from 'slonik';
import type { Query } from '../../core/database/pool.ts';
import { RustioError } from '../../core/errors.ts';
import type { SignInData } from '../../core/http/sign-in-data.ts';

/** The maximum size of what plugins keep in a session, as JSON, in bytes: every request of a signed-in user reads it. */
export const MAX_SESSION_DATA = 16 * 1024;
/**
 * What core keeps there is bounded by itself and does not count: a message about a change that has been made must not become an
 * error because a plugin has left no room for it.
 */
const OF_CORE: readonly string[] = ['flash', 'interruptedForm'] satisfies readonly (keyof SignInData)[];

/** What a request has changed, by top-level names. */
export interface SessionDataChange {
  readonly set: Readonly<Record<string, unknown>>;
  readonly removed: readonly string[];
}

/**
 * What differs between the data that a request found and what it leaves; undefined when nothing does.
 *
 * @throws RIO-SESSION-DATA when the request has made it larger than 16 KB.
 */
export function changeOfData(saved: string, now: Readonly<Record<string, unknown>>): SessionDataChange | undefined {
  const before: Readonly<Record<string, unknown>> = JSON.parse(saved);
  const after: Readonly<Record<string, unknown>> = JSON.parse(jsonOf(now));
  const names = Object.keys(after).filter(
    (name) => !Object.hasOwn(before, name) || JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  if (names.length === 0 && removed.length === 0) return undefined;
  const size = sizeOf(after);
  // What concurrent requests have made too large together can still be made smaller.
  if (size > MAX_SESSION_DATA && size > sizeOf(before)) throw tooLarge(size, names);
  return { set: Object.fromEntries(names.map((name) => [name, after[name]])), removed };
}

/**
 * Saves what a request has changed. Of requests of one session at the same time each keeps its own names, and of one name the
 * last change wins. Only the data is written; a session that has ended stays as it is, and the change is lost with it.
 */
export async function saveSessionData(query: Query, id: string, { set, removed }: SessionDataChange): Promise<void> {
  await query.query(sql.unsafe`
    update rustio_session
    set data = (data - ${sql.array([...removed], 'text')}) || ${JSON.stringify(set)}::jsonb
    where id = ${id}::uuid and ended_at is null
  `);
}

function sizeOf(data: Readonly<Record<string, unknown>>): number {
  const counted = Object.entries(data).filter(([name]) => !OF_CORE.includes(name));
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(counted)));
}

/** As PostgreSQL can store it: without NUL and halves of characters. */
function jsonOf(data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  );
}

function tooLarge(size: number, names: readonly string[]): RustioError {
  return new RustioError('RIO-SESSION-DATA', {
    problem: `The data of a session is too large: ${size} bytes, and at most ${MAX_SESSION_DATA} are kept.`,
    why: `Every request of the user reads it. This request has changed ${names.join(', ')}.`,
    fix: 'Keep large things in a table of your own, and only their key in ctx.session.',
    retry: 'After the change.',
  });
}
