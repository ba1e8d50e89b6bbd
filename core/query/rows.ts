import type { Actor } from '../actor.ts';
import type { Query, Transaction } from '../database/pool.ts';
import type { ExtensionOf } from '../model/extend-model.ts';
import type { AnyModel, Row } from '../model/model.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import type { Offered } from './offered.ts';
import type { ParsedAsk } from './parse-ask.ts';
import type { Ask, Dependants, Found, Listing, Option, Page } from './types.ts';

/** A row with what plugins add to it. */
export type ExtendedRow<M extends AnyModel> = Row<M> & ExtensionOf<M>;

/**
 * Reads rows for an actor: everything that shows rows to somebody uses it. Permissions, field rights and row rules are applied
 * inside; an actor without the right gets nothing, not an error.
 */
export interface Records {
  /**
   * What the query of a list's address asks for, and what of the listing this actor may use: pages show these columns, filters
   * and sorts and no others. `zone`: IANA name of the reader's time zone, where his days begin. `otherNames`: parameters that
   * mean something to the page alone.
   */
  ask(
    actor: Actor,
    listing: Listing,
    params: URLSearchParams,
    zone: string,
    otherNames?: readonly string[],
  ): Promise<{ readonly offered: Offered; readonly parsed: ParsedAsk }>;
  /** One page of a list; at most two statements. */
  list(actor: Actor, listing: Listing, ask: Ask): Promise<Page>;
  /** One record, undefined when it is not there or hidden. `key` is the text of an address. */
  find(actor: Actor, model: ModelInfo, key: string, within?: Query): Promise<Found | undefined>;
  /**
   * The records with these keys that the actor may see, in the order of the keys: one statement. Keys of rows that are gone or
   * hidden are left out.
   */
  findMany(actor: Actor, model: ModelInfo, keys: readonly string[], within?: Query): Promise<readonly Found[]>;
  /** Rows that may be picked in a relation, or that a list may be narrowed by, by words of their label or key; at most `limit`, and whether there are more. */
  options(
    actor: Actor,
    field: FieldInfo,
    q: string,
    limit: number,
  ): Promise<{ options: readonly Option[]; more: boolean }>;
  /** What somebody typed in a plain relation field: the key itself, or a label that only one row has. */
  resolve(actor: Actor, field: FieldInfo, typed: string): Promise<readonly Option[]>;
  /** Labels of the given keys. */
  labels(actor: Actor, field: FieldInfo, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What points to a record, counted up to a limit. */
  dependants(actor: Actor, model: ModelInfo, key: string): Promise<readonly Dependants[]>;
  /** A typed row, for rules and commands. Fields that the actor may not see are absent from it. */
  get<M extends AnyModel>(actor: Actor, model: M, key: string, within?: Query): Promise<ExtendedRow<M> | undefined>;
  /**
   * The same under a lock until the end of the transaction: `share` keeps others from changing or deleting the record, `update`
   * also from locking it. Undefined, and nothing is locked, when it is not there or this actor may not view it.
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
  /** Asks how large the tables are, which lists do every few minutes by themselves. Call it before the server listens. */
  refreshEstimates(): Promise<void>;
}
