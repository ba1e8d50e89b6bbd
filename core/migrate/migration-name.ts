import { type Change, tableOfChange } from './change.ts';
import { TEMPORARY_NAME } from './renames.ts';
import { splitTable } from './snapshot.ts';

const MAX_LENGTH = 60;

/** A name for a migration, derived from its changes: `create_patient`, `add_status_to_patient`, `change_patient_and_2_more`. */
export function suggestName(changes: readonly Change[]): string {
  const created = affectedTables(changes, 'createTable');
  const dropped = affectedTables(changes, 'dropTable');
  const touched = new Set(changes.map(tableOfChange).filter((table) => table !== undefined));
  const renamed = changes.map(renamePhrase).find((phrase) => phrase !== undefined);
  if (dropped.length === 0 && created.length === 0 && renamed !== undefined) return toFileName(renamed);
  // Drops are named first.
  if (dropped.length > 0)
    return toFileName(`drop_${nameTables(dropped)}${created.length > 0 ? `_create_${nameTables(created)}` : ''}`);
  if (created.length > 0) return toFileName(`create_${nameTables(created)}`);
  const [only] = [...new Set(changes.map(columnPhrase))];
  if (only !== undefined && changes.every((change) => columnPhrase(change) === only)) return toFileName(only);
  return toFileName(`change_${nameTables([...touched])}`);
}

/** User input as the words of a file name; empty if none of its characters is allowed in one. */
export function toFileName(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, MAX_LENGTH)
    .replaceAll(/^_+|_+$/g, '');
}

function renamePhrase(change: Change): string | undefined {
  if (change.kind === 'renameColumn') return `rename_${change.from}_to_${change.to}`;
  if (change.kind !== 'renameTable' && change.kind !== 'renameModel') return undefined;
  if (change.to.startsWith(TEMPORARY_NAME)) return undefined;
  return `rename_${splitTable(change.from)[1]}_to_${splitTable(change.to)[1]}`;
}

/** A short phrase for a change, if there is one. */
function columnPhrase(change: Change): string | undefined {
  const table = splitTable(tableOfChange(change) ?? '')[1];
  switch (change.kind) {
    case 'addColumn':
      return `add_${change.column.name}_to_${table}`;
    case 'dropColumn':
      return `drop_${change.column.name}_from_${table}`;
    case 'alterColumn':
      return `alter_${change.after.name}_of_${table}`;
    case 'addIndex':
      return `index_${table}_${change.index.columns.map((column) => column.name).join('_')}`;
    case 'addUnique':
      return `make_${change.key.columns.join('_')}_of_${table}_unique`;
    default:
      return undefined;
  }
}

function affectedTables(changes: readonly Change[], kind: 'createTable' | 'dropTable'): string[] {
  return changes.flatMap((change) =>
    (change.kind === 'createTable' || change.kind === 'dropTable') && change.kind === kind ? [change.table.name] : [],
  );
}

function nameTables(tables: readonly string[]): string {
  const [first = 'tables', ...rest] = tables.map((table) => splitTable(table)[1]);
  return rest.length === 0 ? first : `${first}_and_${rest.length}_more`;
}
