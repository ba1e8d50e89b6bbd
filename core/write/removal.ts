import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { AuditContext } from '../actor.ts';
import type { Transaction } from '../database/pool.ts';
import type { EventData, Events, Subject } from '../events.ts';
import { fileFields } from '../files/holds-file.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { columnSql, comma, joined, tableSql, valuesSql, whereSql } from '../query/sql-names.ts';
import type { Door } from './door.ts';
import { letGo } from './files.ts';
import { foreignKeyAction } from './foreign-key-action.ts';
import type { Change, OwnedHook } from './hooks.ts';
import { Refusal } from './refusal.ts';
import { hookRow, hooksOf, objectionsTo, runAfterCommit } from './run-hooks.ts';
import { type Detaching, setNull } from './set-null.ts';
import { snapshotOf } from './snapshot.ts';
import { amongRows, lockRows, type StoredRow } from './stored-row.ts';
import type { Problem } from './types.ts';
import type { Writer } from './writer.ts';

/** More rows than this go with no single click; whoever means it removes them first, in parts that he looks at. */
const MAX_ROWS = 1_000;
/** Pairs are part of their owner and not removed one by one, so more of them may go along. Each has its event all the same. */
const MAX_PAIRS = 10_000;

type RemovalEvent =
  | { readonly name: 'delete'; readonly subject: Subject; readonly data: EventData['delete'] }
  | { readonly name: 'update'; readonly subject: Subject; readonly data: EventData['update'] };

/**
 * One removal with everything that follows from it, a statement or two a relation, however many rows (a few for each row that has
 * hooks). What points to a row goes before it. Throws Refusal, after it has noted in `heldBy` and `problems` who forbids it.
 */
export class Removal {
  readonly heldBy: string[] = [];
  /** What hooks object to. */
  readonly problems: Problem[] = [];
  /** In the order in which things happened, to be recorded when all of it has succeeded. */
  readonly #events: RemovalEvent[] = [];
  readonly #writer: Writer;
  readonly #door: Pick<Door, 'files' | 'hooks'>;
  readonly #context: AuditContext;
  readonly #met = new Set<string>();
  /** The record itself is the first. */
  #rows = 1;
  #pairs = 0;

  constructor(door: Pick<Door, 'files' | 'hooks'>, writer: Writer, context: AuditContext) {
    this.#door = door;
    this.#writer = writer;
    this.#context = context;
  }

  async remove(tx: Transaction, model: ModelInfo, rows: readonly StoredRow[]): Promise<void> {
    const fresh = rows.filter((row) => this.#isNew(model, row));
    if (fresh.length === 0) return;
    const hooks = hooksOf(this.#door, model);
    if (hooks.length > 0) await this.#ask(tx, hooks, model, fresh);
    // A relation to a row can only be to a single key; a model with a composite one has nothing inbound.
    const inbound = model.inbound.filter((relation) => relation.column !== '');
    for (const relation of inbound) await this.#follow(tx, model, relation, fresh);
    await this.#refuseWhereHeld(tx, inbound, fresh);
    await this.#delete(tx, model, fresh);
    await letGo(this.#door, tx, fileFields(model), fresh);
    for (const row of fresh) {
      const subject = subjectOf(model, row);
      this.#events.push({ name: 'delete', subject, data: { before: snapshotOf(model, row) } });
      if (hooks.length > 0) runAfterCommit(hooks, tx, { ...this.#deletionOf(model, row), row: undefined });
    }
  }

  /** Pairs of a manyToMany that its owner lets go of. They are part of the owner: its field's right is the one that counts. */
  async removePairs(
    tx: Transaction,
    { model, near, far }: NonNullable<FieldInfo['through']>,
    owner: StoredRow,
    keys: readonly string[],
  ): Promise<void> {
    const among = sql.fragment`${columnSql('t', far)} = any(${valuesSql(far, keys)})`;
    const pairs = await lockRows(tx, this.#writer.reads, model, [pointsTo(near, [owner]), among], {
      limit: keys.length,
    });
    await this.remove(tx, model, pairs);
  }

  /** Records what happened. Outside the savepoint, so that an error of a handler is not taken for a refusal. */
  async record(events: Events, tx: Transaction): Promise<void> {
    for (const { subject, ...event } of this.#events) {
      if (event.name === 'delete') await events.record(tx, this.#context, 'delete', { subject, data: event.data });
      else await events.record(tx, this.#context, 'update', { subject, data: event.data });
    }
  }

  async #ask(
    tx: Transaction,
    hooks: readonly OwnedHook[],
    model: ModelInfo,
    rows: readonly StoredRow[],
  ): Promise<void> {
    for (const row of rows) this.problems.push(...(await objectionsTo(hooks, tx, this.#deletionOf(model, row))));
    if (this.problems.length > 0) this.#refuse();
  }

  #deletionOf(model: ModelInfo, row: StoredRow): Change & { readonly key: string } {
    return { context: this.#context, model, action: 'delete', key: row.key, old: hookRow(model, row), values: {} };
  }

  /** Fewer than were meant are gone when the database has taken some along before, or when a trigger keeps them in silence. */
  async #delete(tx: Transaction, model: ModelInfo, rows: readonly StoredRow[]): Promise<void> {
    const among = amongRows(model, rows);
    const { rowCount } = await tx.query(sql.unsafe`delete from ${tableSql(model)} t where ${among}`);
    if (rowCount === rows.length) return;
    if (await tx.exists(sql.unsafe`select from ${tableSql(model)} t where ${among}`)) this.#refuse();
  }

  async #follow(tx: Transaction, model: ModelInfo, relation: FieldInfo, rows: readonly StoredRow[]): Promise<void> {
    if (relation.onDelete === 'restrict') return;
    if (isOwnPair(model, relation)) {
      // Part of the row itself: in its snapshot already, and nobody else's to permit.
      await this.remove(tx, relation.model, await this.#pointing(tx, relation, rows, 'pairs'));
      return;
    }
    // Tables that others keep (a plugin's own) say in their foreign keys what becomes of their rows: the database would do it
    // anyway, without an event, and nobody has a right to it that could be asked for.
    const kept = relation.model.readOnly;
    const action = kept ? await foreignKeyAction(tx, relation) : relation.onDelete;
    if (action === undefined) return;
    const children = await this.#pointing(tx, relation, rows, 'rows');
    if (children.length === 0) return;
    if (action === 'setNull') return setNull(tx, this.#detaching(), relation, children);
    const { model: child } = relation;
    if (!kept && (!this.#writer.may('delete', child) || children.some((row) => !row.allowed))) this.#refuse(child);
    await this.remove(tx, child, children);
  }

  #detaching(): Detaching {
    return {
      door: this.#door,
      context: this.#context,
      writer: this.#writer,
      removal: this,
      onUpdate: (model, row, data) => {
        this.#events.push({ name: 'update', subject: subjectOf(model, row), data });
      },
      refuse: (problems) => {
        this.problems.push(...problems);
        this.#refuse();
      },
    };
  }

  /** Rows that point to these, locked; those that go already are left out. */
  async #pointing(
    tx: Transaction,
    relation: FieldInfo,
    rows: readonly StoredRow[],
    counted: 'rows' | 'pairs',
  ): Promise<readonly StoredRow[]> {
    const { model } = relation;
    const left = counted === 'pairs' ? MAX_PAIRS - this.#pairs : MAX_ROWS - this.#rows;
    const found = await lockRows(tx, this.#writer.reads, model, [pointsTo(relation, rows)], {
      allowed: this.#writer.scope('delete', model),
      limit: left + 1,
    });
    if (found.length > left) this.#refuse(model);
    const fresh = found.filter((row) => !this.#met.has(nameOf(model, row)));
    if (counted === 'pairs') this.#pairs += fresh.length;
    else this.#rows += fresh.length;
    return fresh;
  }

  /** After the cascades: what restricts may have gone with them. */
  async #refuseWhereHeld(tx: Transaction, inbound: readonly FieldInfo[], rows: readonly StoredRow[]): Promise<void> {
    const restricting = inbound.filter((relation) => relation.onDelete === 'restrict');
    if (restricting.length === 0) return;
    const held = await tx.oneFirst(sql.type(z.object({ held: z.array(z.boolean()) }))`
      select array[${joined(
        restricting.map((relation) => existing(relation, rows)),
        comma,
      )}] as held
    `);
    const by = restricting.filter((_, index) => held[index] === true).map((relation) => relation.model.name);
    if (by.length > 0) this.#refuse(...by);
  }

  #refuse(...by: readonly (ModelInfo | string)[]): never {
    this.heldBy.push(...new Set(by.map((model) => (typeof model === 'string' ? model : model.name))));
    throw new Refusal(this.heldBy);
  }

  #isNew(model: ModelInfo, row: StoredRow): boolean {
    const before = this.#met.size;
    return this.#met.add(nameOf(model, row)).size > before;
  }
}

/** A row of the pairs of one of the model's own manyToMany fields. */
function isOwnPair(model: ModelInfo, relation: FieldInfo): boolean {
  return [...model.fields.values()].some((field) => field.through?.near === relation);
}

function existing(relation: FieldInfo, rows: readonly StoredRow[]): FragmentSqlToken {
  return sql.fragment`exists (select from ${tableSql(relation.model)} t ${whereSql([pointsTo(relation, rows)])})`;
}

function pointsTo(relation: FieldInfo, rows: readonly StoredRow[]): FragmentSqlToken {
  const [key] = relation.target?.key ?? [];
  const keys = rows.map(({ wires }) => String(wires[key?.name ?? '']));
  return sql.fragment`${columnSql('t', relation)} = any(${valuesSql(relation, keys)})`;
}

function subjectOf(model: ModelInfo, row: StoredRow): Subject {
  return { model: model.name, key: row.key, label: row.label };
}

function nameOf(model: ModelInfo, row: StoredRow): string {
  return `${model.name} ${row.key}`;
}
