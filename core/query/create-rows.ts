import type { Actor } from '../actor.ts';
import type { Database, Query, Transaction } from '../database/pool.ts';
import type { AnyModel } from '../model/model.ts';
import type { Models } from '../model/registry.ts';
import { Counts } from './count.ts';
import { dependantsOf } from './dependants.ts';
import { Estimates } from './estimates.ts';
import { findRow, findRows, findValues } from './find-row.ts';
import { offeredTo } from './offered.ts';
import { completeOrder } from './order.ts';
import { parseAsk } from './parse-ask.ts';
import { labelsOf, optionsFor, resolveTyped } from './pick.ts';
import { readPage } from './read-page.ts';
import { Reader } from './reader.ts';
import type { ExtendedRow, Records } from './rows.ts';
import { withinTime } from './slow.ts';
import { Turns } from './turns.ts';
import type { Policy, Sort } from './types.ts';

export interface RowsParts {
  /**
   * Where rows are read. Open it with a `statementTimeout` of two seconds: then the server itself takes a slow question back,
   * and no page needs a transaction and a `set local` (three more round trips) for that. Writes and migrations, which may
   * take their time, have a pool without that limit.
   */
  readonly database: Database;
  readonly policy: Policy;
  readonly models: Models;
  /** Milliseconds that a page waits for its count. @defaultValue 500 */
  readonly countPatience?: number;
  /** Of the same database, where others read in turn with it. */
  readonly turns?: Turns;
}

/** The door for reading. */
export function createRows({
  database,
  policy,
  models,
  countPatience,
  turns = new Turns(database),
}: RowsParts): Records {
  const counts = new Counts(countPatience === undefined ? {} : { patience: countPatience });
  const estimates = new Estimates(database, models.all);
  const readerFor = (actor: Actor) => new Reader(policy, actor);
  return {
    async ask(actor, listing, params, zone, otherNames = []) {
      await estimates.known();
      estimates.keepFresh();
      const reader = readerFor(actor);
      const offered = offeredTo(reader, listing, estimates.of(listing.model));
      const complete = (wished: readonly Sort[]) => completeOrder(reader, listing, wished);
      return { offered, parsed: parseAsk(listing, params, { offered, complete, zone, otherNames }) };
    },
    list: (actor, listing, ask) => withinTime(readPage(turns.of(actor), counts, readerFor(actor), listing, ask)),
    find: (actor, model, key, within) => withinTime(findRow(within ?? turns.of(actor), readerFor(actor), model, key)),
    findMany: (actor, model, keys, within) =>
      withinTime(findRows(within ?? turns.of(actor), readerFor(actor), model, keys)),
    options(actor, field, q, limit) {
      const estimate = field.target === undefined ? 0 : estimates.of(field.target);
      return withinTime(optionsFor(turns.of(actor), readerFor(actor), field, q, limit, estimate));
    },
    resolve: (actor, field, typed) => withinTime(resolveTyped(turns.of(actor), readerFor(actor), field, typed)),
    labels: (actor, field, keys) => withinTime(labelsOf(turns.of(actor), readerFor(actor), field, keys)),
    dependants: (actor, model, key) => withinTime(dependantsOf(turns.of(actor), readerFor(actor), model, key)),
    async get<M extends AnyModel>(actor: Actor, model: M, key: string, within?: Query) {
      const found = await findValues(within ?? turns.of(actor), readerFor(actor), models.of(model), key);
      // Each kind decodes to what its field declares; what the actor may not see is absent, as the door's contract says.
      return found as ExtendedRow<M> | undefined;
    },
    async hold<M extends AnyModel>(tx: Transaction, actor: Actor, model: M, key: string, strength: 'share' | 'update') {
      const found = await findValues(tx, readerFor(actor), models.of(model), key, strength);
      return found as ExtendedRow<M> | undefined;
    },
    refreshEstimates: () => estimates.refresh(),
  };
}
