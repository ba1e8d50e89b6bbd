import type { Change } from './change.ts';
import { quoteName, quoteTable } from './quote.ts';
import { splitTable } from './snapshot.ts';

/** A drop and an add that look like one thing under a new name. Never acted on: only a person knows. */
export interface LikelyRename {
  readonly from: Change;
  readonly to: Change;
  /** The statement that would keep the values. */
  readonly sql: string;
}

/** Columns of one type in one table, one gone and one come; tables whose columns are mostly the same. */
export function likelyRenames(changes: readonly Change[]): readonly LikelyRename[] {
  return [...renamedColumns(changes), ...renamedTables(changes)];
}

function renamedColumns(changes: readonly Change[]): LikelyRename[] {
  const taken = new Set<Change>();
  return changes.flatMap((from) => {
    if (from.kind !== 'dropColumn') return [];
    const to = changes.find(
      (change) =>
        change.kind === 'addColumn' &&
        !taken.has(change) &&
        change.table === from.table &&
        change.column.type === from.column.type &&
        change.column.identity === from.column.identity,
    );
    if (to?.kind !== 'addColumn') return [];
    taken.add(to);
    const sql = `alter table ${quoteTable(from.table)} rename column ${quoteName(from.column.name)} to ${quoteName(to.column.name)};`;
    return [{ from, to, sql }];
  });
}

function renamedTables(changes: readonly Change[]): LikelyRename[] {
  const taken = new Set<Change>();
  return changes.flatMap((from) => {
    if (from.kind !== 'dropTable') return [];
    const old = new Set(from.table.columns.map((column) => `${column.name} ${column.type}`));
    const to = changes.find((change) => {
      if (change.kind !== 'createTable' || taken.has(change)) return false;
      const shared = change.table.columns.filter((column) => old.has(`${column.name} ${column.type}`)).length;
      return shared * 2 > Math.max(old.size, change.table.columns.length);
    });
    if (to?.kind !== 'createTable') return [];
    taken.add(to);
    const sql = `alter table ${quoteTable(from.table.name)} rename to ${quoteName(splitTable(to.table.name)[1])};`;
    return [{ from, to, sql }];
  });
}
