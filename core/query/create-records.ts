import { isPermissionMissing, isSchemaBehind, isTimeout, isUnreadable, missingCharacter } from '../database/errors.ts';
import type { Database, DatabaseLog, Query, Transaction } from '../database/pool.ts';
import { withRepresentable } from '../database/representable.ts';
import { dataUnreadable, queryTooSlow } from '../errors/data.ts';
import type { ModelInfo, Models } from '../model/field-type.ts';
import { parseKey } from '../model/key.ts';
import type { AnyModel } from '../model/model.ts';
import type { Actor } from '../policy/actor.ts';
import type { Policy } from '../policy/policy.ts';
import { Counts } from './count.ts';
import { Estimates } from './estimates.ts';
import { countDependants, findRecord, findRecords, findText, findValues, keyCondition } from './find-record.ts';
import type { LabelFormat } from './label-format.ts';
import { permittedPart } from './listing.ts';
import { completeOrder } from './order.ts';
import { countOutside, outsideReferences } from './outside-references.ts';
import { parseListQuery } from './parse-list-query.ts';
import { readPage } from './read-page.ts';
import { Reader } from './reader.ts';
import type { ExtendedRow, Records } from './records.ts';
import { loadLabels, optionsFor, resolveText, wordsOfLabel } from './relation-options.ts';
import { StatementLimiter } from './statement-limiter.ts';
import type { Sort } from './types.ts';
import { visibleTable } from './visible-rows.ts';

export interface RecordsOptions {
  /** The database for reads, with a `statementTimeout` of two seconds: docs/decisions/0007-two-pools.md. */
  readonly database: Database;
  readonly policy: Policy;
  readonly models: Models;
  /** Milliseconds that a page waits for its count. @defaultValue 500 */
  readonly countTimeout?: number;
  /** How labels are shown. @defaultValue values as PostgreSQL writes them */
  readonly labelFormat?: LabelFormat;
  /** A limiter for the same database, shared with its other readers. */
  readonly limiter?: StatementLimiter;
  /** Receives the reason if labels cannot be read. */
  readonly log?: DatabaseLog;
}

/** The implementation of `Records`. */
export function createRecords({
  database,
  policy,
  models,
  countTimeout,
  labelFormat,
  limiter = new StatementLimiter(database),
  log,
}: RecordsOptions): Records {
  const counts = new Counts(countTimeout === undefined ? {} : { timeout: countTimeout });
  const estimates = new Estimates(database, models.all);
  const readerFor = (actor: Actor) => new Reader(policy, actor, labelFormat);
  const withoutLabels = async <T>(reader: Reader, error: unknown, work: (reader: Reader) => Promise<T>): Promise<T> => {
    // fault: failing-labels
    const result = await work(reader.withoutLabels());
    log?.error({ err: error }, 'The labels of related rows could not be read; the page shows their keys.');
    return result;
  };
  /**
   * Runs a read that is not part of a transaction. If it fails because tables have changed, it is repeated with their current
   * properties. If it still fails, it may be the labels of other rows that cannot be read, so that keys are shown instead.
   */
  const readWith = async <T>(
    actor: Actor,
    within: Query | undefined,
    work: (reader: Reader) => Promise<T>,
  ): Promise<T> => {
    const reader = readerFor(actor);
    try {
      return await work(reader);
    } catch (error) {
      if (within !== undefined || !isOfTables(error)) throw error;
      // fault: outdated-table-facts
      const isOutdated = !isUnreadable(error) && (await estimates.reload());
      if (!isOutdated) return withoutLabels(reader, error, work);
      try {
        return await work(reader);
      } catch (again) {
        if (!isOfTables(again)) throw again;
        return withoutLabels(reader, again, work);
      }
    }
  };
  return {
    async parseListQuery(actor, listing, params, timeZone, otherNames = []) {
      await estimates.loaded();
      estimates.keepFresh();
      const reader = readerFor(actor);
      const offered = permittedPart(reader, listing, estimates.of(listing.model));
      const complete = (requested: readonly Sort[]) => completeOrder(reader, listing, requested);
      return { offered, parsed: parseListQuery(listing, params, { offered, complete, timeZone, otherNames }) };
    },
    list: (actor, listing, query) =>
      withReadErrors(
        readWith(actor, undefined, (reader) => readPage(limiter.of(actor), counts, reader, listing, query)),
      ),
    find: (actor, model, key, within) =>
      byKey(within ?? limiter.of(actor), model, key, undefined, (database) =>
        readWith(actor, within, (reader) => findRecord(database, reader, model, key)),
      ),
    findWhole: (actor, model, key, within) =>
      byKey(within ?? limiter.of(actor), model, key, undefined, (database) =>
        readWith(actor, within, (reader) => findRecord(database, reader, model, key, 'whole')),
      ),
    value: (actor, field, key) =>
      byKey(limiter.of(actor), field.model, key, undefined, (database) =>
        findText(database, readerFor(actor), field, key),
      ),
    findMany(actor, model, keys, within) {
      const texts = new Map(keys.map((key) => [key, textsOfKey(model, key)]));
      return withReadErrors(
        withRepresentable(within ?? limiter.of(actor), [...texts.values()].flat(), (database, representable) => {
          const remaining = new Set(representable);
          const possible = keys.filter((key) => texts.get(key)?.every((text) => remaining.has(text)));
          return readWith(actor, within, (reader) => findRecords(database, reader, model, possible));
        }),
      );
    },
    options(actor, field, q, limit) {
      const estimate = field.target === undefined ? 0 : estimates.of(field.target);
      return byWords(limiter.of(actor), q, (database, absent) =>
        optionsFor(database, readerFor(actor), field, { q, absent, limit, estimate }),
      );
    },
    resolve: (actor, field, text) =>
      byWords(limiter.of(actor), text, (database, absent) =>
        resolveText(database, readerFor(actor), field, text, absent),
      ),
    labels: (actor, field, keys) =>
      withReadErrors(
        withRepresentable(limiter.of(actor), keys, (database, possible) =>
          readWith(actor, undefined, (reader) => loadLabels(database, reader, field, possible)),
        ),
      ),
    dependants: (actor, model, key) =>
      byKey(limiter.of(actor), model, key, [], (database) =>
        readWith(actor, undefined, (reader) => countDependants(database, reader, model, key)),
      ),
    async outsideDependants(actor, model, key) {
      const params = parseKey(model, key);
      if (params === undefined || outsideReferences(model).length === 0) return [];
      return byKey(limiter.of(actor), model, key, [], (database) =>
        countOutside(database, model, keyCondition(model, params)),
      );
    },
    async get<M extends AnyModel>(actor: Actor, model: M, key: string, within?: Query) {
      const row = await byKey(within ?? limiter.of(actor), models.of(model), key, undefined, (database) =>
        findValues(database, readerFor(actor), models.of(model), key),
      );
      // Each field type decodes to the type that its field declares. Fields that the actor cannot see are absent, as documented in
      // `Records`.
      return row as ExtendedRow<M> | undefined;
    },
    async hold<M extends AnyModel>(tx: Transaction, actor: Actor, model: M, key: string, strength: 'share' | 'update') {
      const row = await byKey(tx, models.of(model), key, undefined, (database) =>
        findValues(database, readerFor(actor), models.of(model), key, strength),
      );
      return row as ExtendedRow<M> | undefined;
    },
    tableFor: (actor, model) => visibleTable(readerFor(actor), models.of(model)),
    refreshEstimates: () => estimates.refresh(),
  };
}

/** The texts in a key from a URL. */
function textsOfKey(model: ModelInfo, key: string): readonly string[] {
  return (parseKey(model, key) ?? []).filter((param) => typeof param === 'string');
}

/** Reads by a key; `empty` if it has a character that the database's encoding lacks, so that no row can have it. */
function byKey<T, N>(
  database: Query,
  model: ModelInfo,
  key: string,
  empty: N,
  work: (database: Query) => Promise<T>,
): Promise<T | N> {
  const texts = textsOfKey(model, key);
  return withReadErrors(
    withRepresentable<T | N>(database, texts, async (inner, representable) =>
      representable.length < texts.length ? empty : work(inner),
    ),
  );
}

/** Reads rows by the words of their labels; `absent`: the words that the database's encoding lacks. */
function byWords<T>(
  database: Query,
  text: string,
  work: (database: Query, absent: ReadonlySet<string>) => Promise<T>,
): Promise<T> {
  const words = wordsOfLabel(text) ?? [];
  return withReadErrors(
    withRepresentable(database, words, (inner, possible) => work(inner, new Set(words).difference(new Set(possible)))),
  );
}

/** Whether a read failed because of a table, a view or a function, and not because of the connection or the server. */
function isOfTables(error: unknown): boolean {
  // `withRepresentable` reads again without the character.
  if (missingCharacter(error) !== undefined) return false;
  return isSchemaBehind(error) || isUnreadable(error) || isPermissionMissing(error);
}

/** Turns failures of reads (timeouts, errors in code in the database) into errors with instructions. */
async function withReadErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isTimeout(error)) throw queryTooSlow({ cause: error });
    // fault: failing-view-unexpected
    if (isUnreadable(error)) throw dataUnreadable({ cause: error });
    throw error;
  }
}
