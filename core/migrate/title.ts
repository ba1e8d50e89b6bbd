import { type Change, tableOfChange } from './change.ts';
import { splitTable } from './snapshot.ts';

const LONGEST = 60;

/** A name for a migration, made from what it does: `create_patient`, `add_status_to_patient`, `change_patient_and_2_more`. */
export function titleOf(changes: readonly Change[]): string {
  const created = tablesOf(changes, 'createTable');
  const dropped = tablesOf(changes, 'dropTable');
  const touched = new Set(changes.map(tableOfChange).filter((table) => table !== undefined));
  // What is lost is said first.
  if (dropped.length > 0)
    return slug(`drop_${several(dropped)}${created.length > 0 ? `_create_${several(created)}` : ''}`);
  if (created.length > 0) return slug(`create_${several(created)}`);
  const [only] = [...new Set(changes.map(columnPhrase))];
  if (only !== undefined && changes.every((change) => columnPhrase(change) === only)) return slug(only);
  return slug(`change_${several([...touched])}`);
}

/** What somebody typed, as the words of a file's name; empty when nothing of it can stand in one. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, LONGEST)
    .replaceAll(/^_+|_+$/g, '');
}

/** What a change does, when that can be said in one short phrase. */
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

function tablesOf(changes: readonly Change[], kind: 'createTable' | 'dropTable'): string[] {
  return changes.flatMap((change) =>
    (change.kind === 'createTable' || change.kind === 'dropTable') && change.kind === kind ? [change.table.name] : [],
  );
}

function several(tables: readonly string[]): string {
  const [first = 'tables', ...rest] = tables.map((table) => splitTable(table)[1]);
  return rest.length === 0 ? first : `${first}_and_${rest.length}_more`;
}
