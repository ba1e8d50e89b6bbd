import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { forbidden } from '../../core/errors/http.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import { toIso } from '../../core/view/formatter.ts';
import type { EventName } from '../../core/write/events.ts';
import { type Entry, type EntryFilter, type EntryWindow, readEntries } from './entries.ts';
import { type ExportedEntry, type ExportFormat, FORMATS } from './export-formats.ts';
import { visibleChanges, visibleData, visibleLabel, visibleModel } from './visible.ts';

declare module '../../core/write/events.ts' {
  interface EventData {
    /** Entries of the audit trail were exported. `filters`: the query string of the page. `sealed`: everything, with the seals. */
    audit_exported: { readonly format: ExportFormat | 'sealed'; readonly filters: string };
  }
}

export const events = ['audit_exported'] as const satisfies readonly EventName[];

/** Entries per statement. */
const BATCH = 1_000;

export interface Export {
  readonly format: ExportFormat;
  readonly filter: EntryFilter;
  /** The query string with the filters, for the entry about the export. */
  readonly filters: string;
}

/**
 * Records the export, and returns its text in parts, newest entries first. The entry is committed before the first part is read: what
 * has left the application is always in the audit trail. The permission of the user is checked again for every 1,000 entries.
 *
 * @throws RIO-HTTP-FORBIDDEN if the user has lost the permission; while the parts are read, this ends the download.
 */
export async function exportEntries(
  app: App,
  context: AuditContext,
  { format, filter, filters }: Export,
): Promise<AsyncGenerator<string>> {
  const before = await app.writingFor(context.actor).transaction(async (tx) => {
    await checkAccess(tx, app, context);
    const next = await tx.oneFirst(
      sql.type(z.object({ next: z.string() }))`select (coalesce(max(id), 0) + 1)::text as next from rustio_audit`,
    );
    const data = { format, filters };
    await app.events.record(tx, context, 'audit_exported', { subject: null, data });
    return next;
  });
  return FORMATS[format](entriesBefore(app, context, filter, before));
}

/** Whether the user can export entries; the same pages let them see the entries. */
export function mayExport({ policy }: Pick<App, 'policy'>, actor: Actor): boolean {
  // fault: export-without-view
  return policy.holds(actor, 'audit.export') && policy.holds(actor, 'audit.view');
}

async function checkAccess(tx: Transaction, app: App, context: AuditContext): Promise<Actor> {
  const current = await app.events.currentContext(tx, context);
  // fault: export-continues-without-permission
  if (!current || !mayExport(app, current.actor)) throw forbidden();
  return current.actor;
}

async function* entriesBefore(
  app: App,
  context: AuditContext,
  filter: EntryFilter,
  start: string,
): AsyncGenerator<readonly ExportedEntry[]> {
  let before: string | undefined = start;
  while (before !== undefined) {
    const window: EntryWindow = { size: BATCH, before };
    const batch: { readonly entries: readonly ExportedEntry[]; readonly next: string | undefined } =
      await app.database.transaction(async (tx) => {
        const actor = await checkAccess(tx, app, context);
        const page = await readEntries(tx, filter, window);
        return {
          entries: page.entries.map((entry) => exported(app, actor, entry)),
          next: page.older ? page.entries.at(-1)?.id : undefined,
        };
      });
    yield batch.entries;
    before = batch.next;
  }
}

/** What the user can see of an entry on the page of the audit trail. */
function exported(app: App, actor: Actor, entry: Entry): ExportedEntry {
  const { subject, credential } = entry;
  const model = visibleModel(app, actor, entry);
  const changes = model ? visibleChanges(app, actor, model, entry) : [];
  const side = (name: 'before' | 'after') => {
    if (entry[name] === null || !model) return null;
    return Object.fromEntries(changes.flatMap((each) => (each[name] === undefined ? [] : [[each.name, each[name]]])));
  };
  return {
    id: entry.id,
    time: toIso(entry.at),
    event: entry.event,
    actor: entry.actor.id === null ? entry.actor.kind : `${entry.actor.kind} ${entry.actor.id}`,
    actorName: entry.actor.label,
    model: subject?.model ?? null,
    key: model && subject ? subject.key : null,
    record: model && subject ? visibleLabel(app, actor, model, subject) : null,
    before: side('before'),
    after: side('after'),
    data: visibleData(app, actor, model, entry),
    ip: entry.address,
    request: entry.correlationId,
    credential: credential && `${credential.scheme} ${credential.id}`,
    count: entry.count,
  };
}
