import type { CheckShape, ColumnShape, ForeignKeyShape, IndexShape, KeyShape, TableShape } from './shape.ts';

/**
 * One step from one snapshot to the next, as plain data. A down file consists of the inverses of the up file's changes, in reverse
 * order. A table is created and dropped with its columns, keys, checks and indexes; foreign keys are always separate, so that
 * tables can reference each other and themselves.
 */
export type Change =
  | { readonly kind: 'createSchema'; readonly schema: string }
  | { readonly kind: 'createExtension'; readonly extension: string }
  | { readonly kind: 'createTable' | 'dropTable'; readonly table: TableShape }
  | { readonly kind: 'addColumn' | 'dropColumn'; readonly table: string; readonly column: ColumnShape }
  | {
      readonly kind: 'alterColumn';
      readonly table: string;
      readonly before: ColumnShape;
      readonly after: ColumnShape;
    }
  /** `from` and `to` include their schemas. */
  | { readonly kind: 'renameTable'; readonly from: string; readonly to: string }
  /** `table` is the name of the table after all renames. */
  | {
      readonly kind: 'renameColumn' | 'renameConstraint' | 'renameIndex';
      readonly table: string;
      readonly from: string;
      readonly to: string;
    }
  /** `sql` and `undo` rewrite the model's name in rows of other tables, such as permissions and the audit trail. */
  | {
      readonly kind: 'renameModel';
      readonly from: string;
      readonly to: string;
      readonly sql: readonly string[];
      readonly undo: readonly string[];
    }
  | { readonly kind: 'addPrimaryKey' | 'dropPrimaryKey'; readonly table: string; readonly key: KeyShape }
  | { readonly kind: 'addUnique' | 'dropUnique'; readonly table: string; readonly key: KeyShape }
  | { readonly kind: 'addIndex' | 'dropIndex'; readonly table: string; readonly index: IndexShape }
  | { readonly kind: 'addCheck' | 'dropCheck'; readonly table: string; readonly check: CheckShape }
  | { readonly kind: 'addForeignKey' | 'dropForeignKey'; readonly table: string; readonly foreignKey: ForeignKeyShape };

/** The inverse; undefined for schemas and extensions, which others may be using by then. */
function inverseOf(change: Change): Change | undefined {
  switch (change.kind) {
    case 'createSchema':
    case 'createExtension':
      return undefined;
    case 'createTable':
      return { ...change, kind: 'dropTable' };
    case 'dropTable':
      return { ...change, kind: 'createTable' };
    case 'addColumn':
      return { ...change, kind: 'dropColumn' };
    case 'dropColumn':
      return { ...change, kind: 'addColumn' };
    case 'alterColumn':
      return { ...change, before: change.after, after: change.before };
    case 'renameTable':
    case 'renameColumn':
    case 'renameConstraint':
    case 'renameIndex':
      return { ...change, from: change.to, to: change.from };
    case 'renameModel':
      return { ...change, from: change.to, to: change.from, sql: change.undo, undo: change.sql };
    case 'addPrimaryKey':
      return { ...change, kind: 'dropPrimaryKey' };
    case 'dropPrimaryKey':
      return { ...change, kind: 'addPrimaryKey' };
    case 'addUnique':
      return { ...change, kind: 'dropUnique' };
    case 'dropUnique':
      return { ...change, kind: 'addUnique' };
    case 'addIndex':
      return { ...change, kind: 'dropIndex' };
    case 'dropIndex':
      return { ...change, kind: 'addIndex' };
    case 'addCheck':
      return { ...change, kind: 'dropCheck' };
    case 'dropCheck':
      return { ...change, kind: 'addCheck' };
    case 'addForeignKey':
      return { ...change, kind: 'dropForeignKey' };
    case 'dropForeignKey':
      return { ...change, kind: 'addForeignKey' };
  }
}

/** The changes that revert `changes`, in the order in which they run. */
export function undo(changes: readonly Change[]): readonly Change[] {
  return changes
    .map(inverseOf)
    .filter((change) => change !== undefined)
    .reverse();
}

/** The table that a change concerns; undefined for a schema, an extension or a model. */
export function tableOfChange(change: Change): string | undefined {
  if (change.kind === 'renameTable') return change.to;
  if (!('table' in change)) return undefined;
  return typeof change.table === 'string' ? change.table : change.table.name;
}
