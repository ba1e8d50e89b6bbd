import type { Actor } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import { type Entry, type EntryWindow, readEntries } from './entries.ts';
import { type Change, visibleChanges, visibleLabel } from './visible.ts';

/** What happened to one record. */
export interface HistoryEntry extends Pick<Entry, 'id' | 'at' | 'event' | 'actor' | 'correlationId'> {
  readonly changes: readonly Change[];
}

export interface History {
  /** The newest first. */
  readonly entries: readonly HistoryEntry[];
  /** What `before` must be to see older ones; undefined when there are none. */
  readonly older: string | undefined;
  /** What the record was called in its newest entry; undefined when there is none. */
  readonly label: string | undefined;
}

/**
 * The history of a record, for a reader who may see the record (its page has asked the reading door). Fields that he may not
 * see are left out. `before` is the id of an entry; what is no such id starts at the newest.
 *
 * @example
 * const { entries, older } = await historyOf(app, ctx.state.actor, model, found.key, { before: query.get('before') });
 */
export async function historyOf(
  app: Pick<App, 'readingFor' | 'models' | 'policy' | 'permissions'>,
  actor: Actor,
  model: ModelInfo,
  key: string,
  { before, size = 50 }: { readonly before?: string | null | undefined; readonly size?: number } = {},
): Promise<History> {
  if (!app.policy.may(actor, 'view', model)) return { entries: [], older: undefined, label: undefined };
  const window: EntryWindow = { size, ...(isEntryId(before) && { before }) };
  const one = { model: model.name, key };
  const reading = app.readingFor(actor);
  const page = await readEntries(reading, one, window);
  const [newest] = window.before === undefined ? page.entries : (await readEntries(reading, one, { size: 1 })).entries;
  return {
    entries: page.entries.map((entry) => ({
      id: entry.id,
      at: entry.at,
      event: entry.event,
      actor: entry.actor,
      correlationId: entry.correlationId,
      changes: visibleChanges(app, actor, model, entry),
    })),
    label: newest?.subject ? visibleLabel(app, actor, model, newest.subject) : undefined,
    older: page.older ? page.entries.at(-1)?.id : undefined,
  };
}

/** Whether a text of an address is the id of an entry; one that would not fit a bigint is none. */
export function isEntryId(text: string | null | undefined): text is string {
  return typeof text === 'string' && /^\d{1,18}$/.test(text);
}
