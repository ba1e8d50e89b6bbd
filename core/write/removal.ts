import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../database/pool.ts';
import type { EventData, Subject } from '../events.ts';
import { fileFields } from '../files/holds-file.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { columnSql, comma, joined, tableSql, valuesSql, whereSql } from '../query/sql-names.ts';
import type { Door } from './door.ts';
import { letGo } from './files.ts';
import { Refusal } from './refusal.ts';
import { exported, snapshotOf } from './snapshot.ts';
import { amongRows, lockRows, type StoredRow } from './stored-row.ts';
import type { Writer } from './writer.ts';

/** More rows than this go with no single click; whoever means it removes them first, in parts that he looks at. */
const MOST_ROWS = 1_000;

export type RemovalEvent =
  | { readonly name: 'delete'; readonly subject: Subject; readonly data: EventData['delete'] }
  | { readonly name: 'update'; readonly subject: Subject; readonly data: EventData['update'] };

/**
 * One removal with everything that follows from it, a statement or two a relation, however many rows. What points to a row
 * goes before it. Throws Refusal, after it has noted in `heldBy` who forbids it.
 */
export class Removal {
  /** In the order in which things happened, to be recorded when all of it has succeeded. */
  readonly events: RemovalEvent[] = [];
  readonly heldBy: string[] = [];
  readonly #writer: Writer;
  readonly #door: Pick<Door, 'files'>;
  readonly #met = new Set<string>();

  constructor(door: Pick<Door, 'files'>, writer: Writer) {
    this.#door = door;
    this.#writer = writer;
  }

  async remove(tx: Transaction, model: ModelInfo, rows: readonly StoredRow[]): Promise<void> {
    const fresh = rows.filter((row) => this.#isNew(model, row));
    if (fresh.length === 0) return;
    // A relation to a row can only be to a single key; a model with a composite one has nothing inbound.
    const inbound = model.inbound.filter((relation) => relation.column !== '');
    for (const relation of inbound) await this.#follow(tx, model, relation, fresh);
    await this.#refuseWhereHeld(tx, inbound, fresh);
    await this.#delete(tx, model, fresh);
    await letGo(this.#door, tx, fileFields(model), fresh);
    for (const row of fresh) {
      const subject = subjectOf(model, row);
      this.events.push({ name: 'delete', subject, data: { before: snapshotOf(model, row) } });
    }
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
      await tx.query(sql.unsafe`delete from ${tableSql(relation.model)} t where ${pointsTo(relation, rows)}`);
      return;
    }
    // Tables that others keep (a plugin's own) say in their foreign keys what becomes of their rows.
    if (relation.model.readOnly) return;
    if (relation.onDelete === 'setNull') await this.#loosen(tx, relation, rows);
    else await this.#cascade(tx, relation, rows);
  }

  async #cascade(tx: Transaction, relation: FieldInfo, rows: readonly StoredRow[]): Promise<void> {
    const { model } = relation;
    const children = (await this.#pointing(tx, relation, rows)).filter((row) => !this.#met.has(nameOf(model, row)));
    if (children.length === 0) return;
    if (!this.#writer.may('delete', model) || children.some((row) => !row.allowed)) this.#refuse(model);
    await this.remove(tx, model, children);
  }

  async #loosen(tx: Transaction, relation: FieldInfo, rows: readonly StoredRow[]): Promise<void> {
    const { model } = relation;
    const children = (await this.#pointing(tx, relation, rows)).filter((row) => !this.#met.has(nameOf(model, row)));
    if (children.length === 0) return;
    await tx.query(sql.unsafe`
      update ${tableSql(model)} as t set ${sql.identifier([relation.column])} = null where ${amongRows(model, children)}
    `);
    for (const row of children) {
      const before = { [relation.name]: exported(relation, row.wires[relation.name]) };
      this.events.push({
        name: 'update',
        subject: subjectOf(model, row),
        data: { before, after: { [relation.name]: null } },
      });
    }
  }

  async #pointing(tx: Transaction, relation: FieldInfo, rows: readonly StoredRow[]): Promise<readonly StoredRow[]> {
    const { model } = relation;
    const left = MOST_ROWS - this.#met.size;
    const found = await lockRows(tx, this.#writer.reads, model, [pointsTo(relation, rows)], {
      allowed: this.#writer.scope('delete', model),
      limit: left + 1,
    });
    if (found.length > left) this.#refuse(model);
    return found;
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
