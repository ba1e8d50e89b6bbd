import type { Query } from '../../core/database/pool.ts';
import type { Subject } from '../../core/events.ts';
import { type Entry, readEntries } from './entries.ts';

/** An entry about a record. */
export interface RecordEntry extends Entry {
  readonly subject: Subject;
}

const ROW_EVENTS = ['create', 'update', 'delete'];

/** The newest changes of records of these models; whoever asks has made sure that his reader may see them all. */
export async function recentEntries(
  query: Query,
  models: readonly string[],
  size: number,
): Promise<readonly RecordEntry[]> {
  if (models.length === 0) return [];
  const { entries } = await readEntries(query, { events: ROW_EVENTS, models }, { size });
  return entries.filter((entry): entry is RecordEntry => entry.subject !== null);
}
