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
 * Reads rows for an actor; everything that shows rows uses it. Permissions, field permissions and row rules are applied; an actor
 * without permission gets nothing, not an error.
 */
export interface Records {
  /**
   * Parses the query string of a list. `offered` is the part of the listing that this actor may use: pages show only these
   * columns, filters and sorts. `timeZone`: the IANA name of the user's time zone, in which their days begin. `otherNames`:
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
  /** One page of a list; at most two statements. Values of more than 4 KB are replaced by their beginning. */
  list(actor: Actor, listing: Listing, query: ListQueryValues): Promise<Page>;
  /**
   * One record, as its page shows it; undefined when it does not exist or is hidden. `key` is the text from a URL. Values of more
   * than 256 KB are replaced by their beginning: use `findWhole` for forms and APIs, `value` for one of them.
   */
  find(actor: Actor, model: ModelInfo, key: string, within?: Query): Promise<FoundRecord | undefined>;
  /** The same with all of every value, however large. */
  findWhole(actor: Actor, model: ModelInfo, key: string, within?: Query): Promise<FoundRecord | undefined>;
  /**
   * All of one value, as PostgreSQL's text; undefined when the record or the value does not exist or is hidden. Not for keys,
   * relations, files and bytes.
   */
  value(actor: Actor, field: FieldInfo, key: string): Promise<string | undefined>;
  /**
   * The records with these keys that the actor may see, in the order of the keys, in one statement. Keys of deleted or hidden
   * rows are omitted.
   */
  findMany(actor: Actor, model: ModelInfo, keys: readonly string[], within?: Query): Promise<readonly FoundRecord[]>;
  /**
   * Rows that can be selected in a relation, or used to filter a list, by words of their label or key; at most `limit`, and
   * whether there are more.
   */
  options(
    actor: Actor,
    field: FieldInfo,
    q: string,
    limit: number,
  ): Promise<{ options: readonly Option[]; more: boolean }>;
  /** Resolves the text of a plain relation field: the key itself, or a label that only one row has. */
  resolve(actor: Actor, field: FieldInfo, text: string): Promise<readonly Option[]>;
  /** Labels by key. */
  labels(actor: Actor, field: FieldInfo, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The rows that reference a record, counted up to a limit. */
  dependants(actor: Actor, model: ModelInfo, key: string): Promise<readonly Dependants[]>;
  /**
   * The rows that reference a record through foreign keys that no relation of a model covers, counted per table up to a limit: the
   * database deletes or changes them with the record. Nobody has permissions for them.
   */
  outsideDependants(actor: Actor, model: ModelInfo, key: string): Promise<readonly OutsideRows[]>;
  /** A typed row, for rules and commands. Fields that the actor cannot see are absent from it. */
  get<M extends AnyModel>(actor: Actor, model: M, key: string, within?: Query): Promise<ExtendedRow<M> | undefined>;
  /**
   * The same under a lock until the end of the transaction: `share` prevents others from changing or deleting the record,
   * `update` also from locking it. Undefined, and nothing is locked, if it does not exist or this actor cannot view it.
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
   * The table of a model as the actor sees it, for SQL that `list` cannot express, such as the sums of a widget: a subquery with the
   * model's columns and the rows that the actor may view. Columns that they may not see are NULL; without permission to view the
   * model there are no rows. Give it an alias.
   *
   * @example
   * const { strikes } = await app.readingFor(actor).one(sql.type(counted)`
   *   select count(*) as strikes from ${app.records.tableFor(actor, Strike)} strike where state = 'new'
   * `);
   */
  tableFor(actor: Actor, model: AnyModel): SqlFragment;
  /** Queries the sizes of tables, which lists do automatically every few minutes. Call it before the server listens. */
  refreshEstimates(): Promise<void>;
}

/**
 * A row of a page or record as JSON, by field name, for APIs and exports. Fields that the user cannot see are absent, as in the
 * row itself. A many-to-many is an array of keys; numbers that JSON cannot hold exactly are strings. A value too large for a page is
 * `{ beginning, bytes }`.
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
