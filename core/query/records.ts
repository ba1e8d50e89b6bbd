import { UnexpectedValue } from '../base/unexpected-value.ts';
import type { Query, Transaction } from '../database/pool.ts';
import type { ExtensionOf } from '../model/extend-model.ts';
import type { DbRow, DbValue, FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { AnyModel, Row } from '../model/model.ts';
import { LargeValue } from '../model/row.ts';
import type { Actor } from '../policy/actor.ts';
import { relationList } from '../sql/aliases.ts';
import type { ListQueryValues } from './list-query.ts';
import type { OutsideRows } from './outside-references.ts';
import type { ParsedListQuery } from './parse-list-query.ts';
import type { Dependants, FoundRecord, Listing, Offered, Option, Page, SqlFragment } from './types.ts';

/** A row with the fields that plugins add. */
export type ExtendedRow<M extends AnyModel> = Row<M> & ExtensionOf<M>;

/**
 * Reads rows for an actor. Everything that shows rows uses it. Permissions, field permissions and row rules are applied; an actor
 * without permission gets an empty result, not an error.
 */
export interface Records {
  /**
   * Parses the query string of a list. `offered` is the part of the listing that this actor may use: pages show only these columns,
   * filters and sorts. `timeZone`: the IANA name of the user's time zone, which determines when days begin. `otherNames`:
   * parameters that only the page itself uses.
   *
   * @example
   * const { offered, parsed } = await app.records.parseListQuery(actor, listing, params, ctx.state.timeZone);
   * if (parsed.ok) page = await app.records.list(actor, listing, parsed.query);
   */
  parseListQuery(
    actor: Actor,
    listing: Listing,
    params: URLSearchParams,
    timeZone: string,
    otherNames?: readonly string[],
  ): Promise<{ readonly offered: Offered; readonly parsed: ParsedListQuery }>;
  /** One page of a list, read in at most two statements. Values of more than 4 KB are replaced by their beginning. */
  list(actor: Actor, listing: Listing, query: ListQueryValues): Promise<Page>;
  /**
   * One record as its page shows it; undefined if it does not exist or is hidden. `key` is the text from a URL. Values of more than
   * 256 KB are replaced by their beginning: use `findWhole` for forms and APIs, or `value` for a single value.
   */
  find(actor: Actor, model: ModelInfo, key: string, within?: Query): Promise<FoundRecord | undefined>;
  /** Like `find`, but with complete values, whatever their size. */
  findWhole(actor: Actor, model: ModelInfo, key: string, within?: Query): Promise<FoundRecord | undefined>;
  /**
   * One complete value, as PostgreSQL's text; undefined if the record or the value does not exist or is hidden. Not for keys,
   * relations, files and bytes.
   */
  value(actor: Actor, field: FieldInfo, key: string): Promise<string | undefined>;
  /**
   * The records with these keys that the actor may see, in the order of the keys, in one statement. Keys of deleted or hidden
   * rows are omitted.
   */
  findMany(actor: Actor, model: ModelInfo, keys: readonly string[], within?: Query): Promise<readonly FoundRecord[]>;
  /**
   * Rows that can be selected in a relation, or used to filter a list, found by words of their label or key: at most `limit`, and
   * whether there are more.
   */
  options(
    actor: Actor,
    field: FieldInfo,
    q: string,
    limit: number,
  ): Promise<{ options: readonly Option[]; more: boolean }>;
  /** Resolves text that was entered in a relation field: a key, or a label. */
  resolve(actor: Actor, field: FieldInfo, text: string): Promise<readonly Option[]>;
  /** Labels by key. */
  labels(actor: Actor, field: FieldInfo, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Counts the rows that reference a record, up to a limit. */
  dependants(actor: Actor, model: ModelInfo, key: string): Promise<readonly Dependants[]>;
  /**
   * Counts the rows that reference a record through foreign keys that no relation of a model covers, per table and up to a limit.
   * The database deletes or changes them with the record. No permissions exist for them.
   */
  outsideDependants(actor: Actor, model: ModelInfo, key: string): Promise<readonly OutsideRows[]>;
  /** A typed row, for rules and commands. Fields that the actor cannot see are absent. */
  get<M extends AnyModel>(actor: Actor, model: M, key: string, within?: Query): Promise<ExtendedRow<M> | undefined>;
  /**
   * Like `get`, but locks the record until the end of the transaction: `share` prevents others from changing or deleting the
   * record, `update` also from locking it. If the record does not exist or the actor cannot view it, returns undefined and locks
   * nothing.
   *
   * @example
   * const order = await app.records.hold(tx, actor, Order, key, 'update');
   * if (order === undefined) throw notFound();
   */
  hold<M extends AnyModel>(
    tx: Transaction,
    actor: Actor,
    model: M,
    key: string,
    strength: 'share' | 'update',
  ): Promise<ExtendedRow<M> | undefined>;
  /**
   * A model's table as the actor sees it, for SQL that `list` cannot express, such as the sums of a widget. It is a subquery with
   * the model's columns and the rows that the actor may view. Columns that they may not see are NULL; without permission to view
   * the model there are no rows. It needs an alias.
   *
   * @example
   * const { strikes } = await app.readingFor(actor).one(sql.type(counted)`
   *   select count(*) as strikes from ${app.records.tableFor(actor, Strike)} strike where state = 'new'
   * `);
   */
  tableFor(actor: Actor, model: AnyModel): SqlFragment;
  /** Loads the sizes of tables, which lists refresh automatically every few minutes. Call it before the server listens. */
  refreshEstimates(): Promise<void>;
}

/**
 * A row of a page or record as JSON, by field name, for APIs and exports. Fields that the user cannot see are absent. A manyToMany
 * is an array of keys; numbers that JSON cannot represent exactly are strings. For a value that is too large for a page, the result
 * is `{ beginning, bytes }`.
 *
 * @example
 * const page = await app.records.list(actor, listing, query);
 * ctx.body = page.rows.map((row) => jsonRow(model, row));
 */
export function jsonRow(model: ModelInfo, row: DbRow): Readonly<Record<string, unknown>> {
  const values: [string, unknown][] = [];
  for (const field of model.fields.values()) {
    const value = row[field.through === undefined ? field.name : relationList(field.name)];
    if (value === undefined) continue;
    values.push([field.name, exported(field, value)]);
  }
  return Object.fromEntries(values);
}

function exported(field: FieldInfo, value: DbValue): unknown {
  if (value === null || value instanceof LargeValue) return value;
  return value instanceof UnexpectedValue ? value.text : field.type.exported(value);
}
