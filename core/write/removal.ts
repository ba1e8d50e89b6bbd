import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Query, Transaction } from '../database/pool.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { fileFields } from '../model/field-types/file.ts';
import type { Issue, Problem } from '../model/issue.ts';
import type { AuditContext } from '../policy/actor.ts';
import { columnSql, tableSql, valuesSql } from '../query/field-sql.ts';
import { countOutside, type OutsideReference, outsideReferences } from '../query/outside-references.ts';
import { isRestricting } from '../query/table-facts.ts';
import { comma, joinFragments, whereSql } from '../sql/fragments.ts';
import type { EventData, Events, Subject } from './events.ts';
import { releaseFiles } from './files.ts';
import { type FullRow, lockRows, rowCondition, rowsCondition } from './full-row.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { foreignKeyAction, type SetNullContext, setNull } from './on-delete.ts';
import { RowForbidden, WriteRejected } from './rejections.ts';
import { deletionProblems, extentFor, findHooks, hookRow, runAfterCommit } from './run-hooks.ts';
import { rowSnapshot } from './snapshot.ts';
import type { WriteDependencies, Writer } from './writer.ts';

/** Max number of rows deleted at once. To delete more, users must first delete dependent rows in parts that they can review. */
const MAX_ROWS = 1_000;
/** Higher for link rows, because they belong to their owner and users do not review them. Each still has an event. */
const MAX_LINKS = 10_000;

type RemovalEvent =
  | { readonly name: 'create'; readonly subject: Subject; readonly data: EventData['create'] }
  | { readonly name: 'delete'; readonly subject: Subject; readonly data: EventData['delete'] }
  | { readonly name: 'update'; readonly subject: Subject; readonly data: EventData['update'] };

/**
 * One removal with everything that depends on it: one or two statements per relation, regardless of the number of rows (a few per
 * row with hooks). Rows are removed after the rows that reference them. If something prevents the removal, it is stored in
 * `referencedBy` and `problems`, and WriteRejected is thrown.
 */
export class Removal {
  readonly referencedBy: string[] = [];
  /** Problems that hooks returned. */
  readonly problems: Problem[] = [];
  /** In order, to be recorded once everything has succeeded. */
  readonly #events: RemovalEvent[] = [];
  readonly #writer: Writer;
  readonly #dependencies: Pick<WriteDependencies, 'files' | 'hooks'>;
  readonly #context: AuditContext;
  readonly #handled = new Set<string>();
  /** The number of removed rows, including the record itself. */
  #rows = 1;
  #links = 0;

  constructor(dependencies: Pick<WriteDependencies, 'files' | 'hooks'>, writer: Writer, context: AuditContext) {
    this.#dependencies = dependencies;
    this.#writer = writer;
    this.#context = context;
  }

  async remove(tx: Transaction, model: ModelInfo, rows: readonly FullRow[]): Promise<void> {
    const remaining = rows.filter((row) => this.#addHandled(model, row));
    if (remaining.length === 0) return;
    const hooks = findHooks(this.#dependencies, model);
    if (hooks.length > 0) await this.#runHooks(tx, hooks, model, remaining);
    // Only single keys can be referenced, so a model with a composite key has no inbound relations.
    const inbound = model.inbound.filter((relation) => relation.column !== '');
    for (const relation of inbound) await this.#applyOnDelete(tx, model, relation, remaining);
    await this.#rejectIfReferenced(tx, inbound, remaining);
    const outside = new Map<FullRow, Pick<EventData['delete'], 'alsoDeleted' | 'alsoUnlinked'>>();
    for (const row of remaining) outside.set(row, await outsideRows(tx, model, row));
    await this.#delete(tx, model, remaining);
    await releaseFiles(this.#dependencies, tx, fileFields(model), remaining);
    for (const row of remaining) {
      const subject = rowSubject(model, row);
      this.#events.push({ name: 'delete', subject, data: { before: rowSnapshot(model, row), ...outside.get(row) } });
      if (hooks.length > 0) runAfterCommit(hooks, tx, { ...this.#deletionOf(model, row), row: undefined });
    }
  }

  /**
   * Removes link rows of a manyToMany for their owner. They are part of the owner, so the permission for its field applies, together
   * with the row rules of the link rows.
   */
  async removeLinks(
    tx: Transaction,
    { model, source, target }: NonNullable<FieldInfo['through']>,
    owner: FullRow,
    keys: readonly string[],
  ): Promise<void> {
    const isListed = sql.fragment`${columnSql('t', target)} = any(${valuesSql(target, keys)})`;
    const links = await lockRows(tx, this.#writer.reader, model, [referencesSql(source, [owner]), isListed], {
      allowed: this.#writer.scope('delete', model),
      extent: extentFor(findHooks(this.#dependencies, model)),
      limit: keys.length,
    });
    // fault: link-out-of-scope-removed
    if (links.some((link) => !link.allowed)) throw new RowForbidden();
    await this.remove(tx, model, links);
  }

  /** Records the events. Call it outside the savepoint, so that a handler's error is not taken for a rejection. */
  async record(events: Events, tx: Transaction): Promise<void> {
    for (const { subject, ...event } of this.#events) {
      if (event.name === 'create') {
        await events.record(tx, this.#context, 'create', { subject, data: event.data });
        continue;
      }
      // fault: deletion-not-recorded
      if (event.name === 'delete') await events.record(tx, this.#context, 'delete', { subject, data: event.data });
      else await events.record(tx, this.#context, 'update', { subject, data: event.data });
    }
  }

  async #runHooks(
    tx: Transaction,
    hooks: readonly OwnedHook[],
    model: ModelInfo,
    rows: readonly FullRow[],
  ): Promise<void> {
    for (const row of rows) this.problems.push(...(await deletionProblems(hooks, tx, this.#deletionOf(model, row))));
    if (this.problems.length > 0) this.#reject();
  }

  #deletionOf(model: ModelInfo, row: FullRow): Change & { readonly key: string } {
    return { context: this.#context, model, action: 'delete', key: row.key, old: hookRow(model, row), values: {} };
  }

  /**
   * Fewer rows than requested are deleted if the database has already deleted some by cascade, or if a trigger silently prevents
   * it.
   */
  async #delete(tx: Transaction, model: ModelInfo, rows: readonly FullRow[]): Promise<void> {
    const condition = rowsCondition(model, rows);
    const { rowCount } = await tx.query(sql.unsafe`delete from ${tableSql(model)} t where ${condition}`);
    if (rowCount === rows.length) return;
    // Other rows have the same key: in an unmanaged table, the key may not be unique.
    // fault: several-rows-deleted
    if (rowCount > rows.length) this.#reject();
    if (await tx.exists(sql.unsafe`select from ${tableSql(model)} t where ${condition}`)) this.#reject();
  }

  async #applyOnDelete(
    tx: Transaction,
    model: ModelInfo,
    relation: FieldInfo,
    rows: readonly FullRow[],
  ): Promise<void> {
    if (relation.onDelete === 'restrict') return;
    if (isOwnLink(model, relation)) {
      // Link rows are part of the row itself: they are already in its snapshot, and need no permission of their own.
      await this.remove(tx, relation.model, await this.#referencingRows(tx, relation, rows, 'links'));
      return;
    }
    // For read-only tables (such as a plugin's), the foreign key determines what happens to the rows: the database does it anyway,
    // without an event, and there is no permission to check.
    const isReadOnly = relation.model.readOnly;
    const action = isReadOnly ? await foreignKeyAction(tx, relation) : relation.onDelete;
    if (action === undefined) return;
    const children = await this.#referencingRows(tx, relation, rows, 'rows');
    if (children.length === 0) return;
    if (action === 'setNull') return setNull(tx, this.#setNullContext(), relation, children);
    const { model: child } = relation;
    // fault: cascade-without-permission
    if (!isReadOnly && (!this.#writer.may('delete', child) || children.some((row) => !row.allowed)))
      this.#reject(child);
    await this.remove(tx, child, children);
  }

  #setNullContext(): SetNullContext {
    return {
      dependencies: this.#dependencies,
      context: this.#context,
      writer: this.#writer,
      removal: this,
      onAdded: (model, link) => {
        const data = { after: rowSnapshot(model, link) };
        this.#events.push({ name: 'create', subject: rowSubject(model, link), data });
      },
      onUpdate: (model, row, data) => {
        this.#events.push({ name: 'update', subject: rowSubject(model, row), data });
      },
      reject: (problems) => {
        this.problems.push(...problems);
        this.#reject();
      },
    };
  }

  /** The rows that reference these, locked. Rows that are already being removed are left out. */
  async #referencingRows(
    tx: Transaction,
    relation: FieldInfo,
    rows: readonly FullRow[],
    kind: 'rows' | 'links',
  ): Promise<readonly FullRow[]> {
    const { model } = relation;
    const max = kind === 'links' ? MAX_LINKS : MAX_ROWS;
    const allowance = max - (kind === 'links' ? this.#links : this.#rows);
    const referencing = await lockRows(tx, this.#writer.reader, model, [referencesSql(relation, rows)], {
      allowed: this.#writer.scope('delete', model),
      extent: extentFor(findHooks(this.#dependencies, model)),
      limit: allowance + 1,
    });
    // fault: too-many-dependants
    if (referencing.length > allowance) this.#rejectWith({ key: 'problem.tooManyDependants', params: { max } });
    const unhandled = referencing.filter((row) => !this.#handled.has(rowId(model, row)));
    if (kind === 'links') this.#links += unhandled.length;
    else this.#rows += unhandled.length;
    return unhandled;
  }

  /** Must run after the cascades, which may have removed rows with `onDelete: 'restrict'`. */
  async #rejectIfReferenced(tx: Transaction, inbound: readonly FieldInfo[], rows: readonly FullRow[]): Promise<void> {
    const restricting = inbound.filter(isRestricting);
    if (restricting.length === 0) return;
    const isReferenced = await tx.oneFirst(sql.type(z.object({ referenced: z.array(z.boolean()) }))`
      select array[${joinFragments(
        restricting.map((relation) => existsSql(relation, rows)),
        comma,
      )}] as referenced
    `);
    const by = restricting.filter((_, index) => isReferenced[index] === true).map((relation) => relation.model.name);
    if (by.length > 0) this.#reject(...by);
  }

  #rejectWith(issue: Issue): never {
    this.problems.push({ field: undefined, issue });
    this.#reject();
  }

  #reject(...by: readonly (ModelInfo | string)[]): never {
    this.referencedBy.push(...new Set(by.map((model) => (typeof model === 'string' ? model : model.name))));
    throw new WriteRejected(this.referencedBy);
  }

  /** Returns false if the row is already being removed. */
  #addHandled(model: ModelInfo, row: FullRow): boolean {
    const before = this.#handled.size;
    return this.#handled.add(rowId(model, row)).size > before;
  }
}

/** Whether the relation belongs to the link rows of one of the model's own manyToMany fields. */
function isOwnLink(model: ModelInfo, relation: FieldInfo): boolean {
  return [...model.fields.values()].some((field) => field.through?.source === relation);
}

/**
 * Rows outside models that the database will delete or change. No permissions exist for them, but the audit trail contains their
 * number.
 */
async function outsideRows(
  tx: Query,
  model: ModelInfo,
  row: FullRow,
): Promise<Pick<EventData['delete'], 'alsoDeleted' | 'alsoUnlinked'>> {
  const affected = outsideReferences(model).filter(({ onDelete }) => onDelete !== 'restrict');
  if (affected.length === 0) return {};
  const counts = await countOutside(tx, model, rowCondition(model, row), affected);
  const of = (action: OutsideReference['onDelete']) =>
    counts
      .filter(({ onDelete }) => onDelete === action)
      .map(({ table, rows, readable }) => [table, readable ? rows : null]);
  const [deleted, unlinked] = [of('cascade'), of('setNull')];
  return {
    ...(deleted.length > 0 && { alsoDeleted: Object.fromEntries(deleted) }),
    ...(unlinked.length > 0 && { alsoUnlinked: Object.fromEntries(unlinked) }),
  };
}

/** Only other rows count: as in PostgreSQL, a row that references itself can be deleted. */
function existsSql(relation: FieldInfo, rows: readonly FullRow[]): FragmentSqlToken {
  const { model, target } = relation;
  const references = referencesSql(relation, rows);
  // fault: row-that-references-itself
  const conditions = model === target ? [references, sql.fragment`not (${rowsCondition(model, rows)})`] : [references];
  return sql.fragment`exists (select from ${tableSql(model)} t ${whereSql(conditions)})`;
}

function referencesSql(relation: FieldInfo, rows: readonly FullRow[]): FragmentSqlToken {
  const [key] = relation.target?.key ?? [];
  const keys = rows.map(({ dbValues }) => String(dbValues[key?.name ?? '']));
  return sql.fragment`${columnSql('t', relation)} = any(${valuesSql(relation, keys)})`;
}

function rowSubject(model: ModelInfo, row: FullRow): Subject {
  return { model: model.name, key: row.key, label: row.label };
}

function rowId(model: ModelInfo, row: FullRow): string {
  return `${model.name} ${row.key}`;
}
