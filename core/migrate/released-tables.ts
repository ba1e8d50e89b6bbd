import type { ModelInfo } from '../model/field-type.ts';
import type { Snapshot } from './shape.ts';
import { buildSnapshot } from './snapshot.ts';

/** The old and new state of the tables that a migration of the project may change. */
export interface OwnTables {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Notes on tables that remain in the database although the models no longer manage them. */
  readonly notes: string[];
}

/**
 * Excludes tables that the project no longer manages, so that they are not dropped: those of models that are now declared with
 * `managed: false`, and those of plugins that are no longer enabled.
 */
export function withoutReleasedTables(before: Snapshot, models: readonly ModelInfo[]): OwnTables {
  const current = buildSnapshot(models);
  const managed = new Set(current.tables.map(({ name }) => name));
  const described = new Set(models.filter((model) => !model.managed).map((model) => model.table.join('.')));
  const notes: string[] = [];
  // fault: described-table-dropped
  const released = before.tables.filter(({ name }) => described.has(name) && !managed.has(name));
  for (const { name } of released) notes.push(`${name} is now declared with managed: false. Its table is not changed.`);
  // fault: table-of-plugin-dropped
  const kept = before.tables.filter(
    ({ name, owner }) => owner !== undefined && !managed.has(name) && !described.has(name),
  );
  for (const { name, owner } of kept)
    notes.push(`${name} belongs to the plugin ${owner}, which is not enabled. Its table is kept.`);
  return {
    before: { ...before, tables: before.tables.filter((table) => !released.includes(table)) },
    after: { ...current, tables: [...current.tables, ...kept].sort((a, b) => (a.name < b.name ? -1 : 1)) },
    notes,
  };
}
