import type { App } from '../../core/app.ts';
import { didYouMean } from '../../core/base/nearest.ts';
import type { Transaction } from '../../core/database/pool.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import type { AnyModel } from '../../core/model/model.ts';
import { decodeRow } from '../../core/model/row.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { Counts } from '../../core/query/count.ts';
import type { ListQuery } from '../../core/query/list-query.ts';
import { listConditions } from '../../core/query/list-sql.ts';
import { compileListing, permittedPart } from '../../core/query/listing.ts';
import { completeOrder } from '../../core/query/order.ts';
import { NO_VALUE, SOME_VALUE } from '../../core/query/parse-filter.ts';
import { type ListQueryProblem, parseListQuery } from '../../core/query/parse-list-query.ts';
import { readRows, whereRepresentable } from '../../core/query/read-page.ts';
import { Reader } from '../../core/query/reader.ts';
import type { Count, Listing, Offered } from '../../core/query/types.ts';
import { modelPlural } from '../../core/view/model-names.ts';
import { checkOptions, type Key, resolveModel, toKey } from './arguments.ts';
import type { ConsoleTransaction } from './console-transaction.ts';
import { Rejected } from './rejection-text.ts';
import { markAsRow, markAsTable } from './show-value.ts';

type FilterValue = string | number | bigint | boolean | Date | null;

/** Selects and orders rows. */
export interface ListOptions {
  /**
   * By field: a value, a list of alternatives, a range, `null` for “is empty”, or `true` and `false` for whether a file exists.
   * Values have the format of the admin's lists; a relation takes the key of the related row.
   *
   * @example { status: ['open', 'new'], total: { from: 100 }, customer: 17, closedAt: null }
   */
  readonly filter?: Readonly<
    Record<string, FilterValue | readonly FilterValue[] | { readonly from?: FilterValue; readonly to?: FilterValue }>
  >;
  /** Words that must occur in the text fields. */
  readonly search?: string;
  /** `name`, `-createdAt`, or several. @defaultValue the key */
  readonly sort?: string | readonly string[];
  /** At most 1000. @defaultValue 50 */
  readonly limit?: number;
  /** The value of `next` from the previous rows. */
  readonly after?: string;
}

/** Rows with all fields that the actor can view, decoded. `next` is undefined if there are no more rows. */
export type ListedRows = readonly Readonly<Record<string, unknown>>[] & { readonly next: string | undefined };

/** The `records` object of the console: reads in its transaction, with the permissions and row rules of its actor. */
export interface BoundRecords {
  list(model: AnyModel, options?: ListOptions): Promise<ListedRows>;
  count(model: AnyModel, options?: Pick<ListOptions, 'filter' | 'search'>): Promise<number>;
  /** Returns null if the record does not exist or the actor cannot view it. A composite key is written as in the record's URL. */
  get(model: AnyModel, key: Key): Promise<object | null>;
}

const LIMIT = 50;
const MAX_LIMIT = 1_000;

export function bindRecords(app: App, actor: Actor, transaction: ConsoleTransaction): BoundRecords {
  const query = (model: ModelInfo, options: ListOptions) => toQuery(app, new Reader(app.policy, actor), model, options);
  return {
    list: (given, requested) =>
      transaction.call(async (tx) => {
        const model = resolveModel(app, given);
        const options = checkOptions(requested, ['filter', 'search', 'sort', 'limit', 'after']);
        mustBeViewable(app, actor, model);
        const page = await toPage(tx, query(model, options), limitOf(options));
        const rows = page.rows.map((row) => decodeRow(model, row));
        const note = page.more ? 'There are more rows: use { after: rows.next } or a higher limit.' : undefined;
        markAsTable(rows, { first: [...model.key, ...model.label].map(({ name }) => name), note });
        return Object.assign(rows, { next: page.more ? page.next : undefined });
      }),
    count: (given, requested) =>
      transaction.call(async (tx) => {
        const model = resolveModel(app, given);
        const options = checkOptions(requested, ['filter', 'search']);
        mustBeViewable(app, actor, model);
        const { reader, listing, query: parsed } = query(model, options);
        const none = { kind: 'exact', rows: 0 } as const;
        const count = await whereRepresentable<Count>(tx, parsed, none, (inner, possible) =>
          new Counts().exact(inner, model, listConditions(reader, listing, possible), 0),
        );
        if (count.kind !== 'exact') throw new Rejected('Counting took too long and was cancelled. Add a filter.');
        return count.rows;
      }),
    get: (given, key) =>
      transaction.call(async (tx) => {
        mustBeViewable(app, actor, resolveModel(app, given));
        const row = await app.records.get(actor, given, toKey(key), tx);
        if (row === undefined) return null;
        markAsRow(row);
        return row;
      }),
  };
}

interface ParsedQuery {
  readonly reader: Reader;
  readonly listing: Listing;
  readonly query: ListQuery;
}

function toPage(tx: Transaction, { reader, listing, query }: ParsedQuery, size: number) {
  const { q, filters, sort, at } = query;
  return readRows(tx, reader, listing, { q, filters, sort, at, size, exact: false });
}

/**
 * Converts the options to a query string of the admin's lists, so that the same names and values are accepted and the same fields
 * are hidden.
 */
function toQuery(app: App, reader: Reader, model: ModelInfo, options: ListOptions): ParsedQuery {
  const fields = [...model.fields.values()];
  const { listing } = compileListing(model, {
    list: model.stored.map(({ name }) => name),
    filters: namesOf(fields.filter(({ type }) => type.filter !== 'none')),
    search: namesOf(fields.filter(({ type }) => type.searchable)),
    computed: true,
  });
  // The table size counts as unknown, because a console user can wait for a sort without an index.
  const offered = permittedPart(reader, listing, 0);
  const parsed = parseListQuery(listing, toParams(model, options), {
    offered,
    complete: (requested) => completeOrder(reader, listing, requested),
    timeZone: app.config.timeZone ?? 'UTC',
  });
  if (!parsed.ok) throw new Rejected(parsed.problems.map((each) => problemText(offered, each)).join('\n'));
  if (options.after !== undefined && parsed.query.at === undefined)
    throw new Rejected('after: use the value of `next` from rows with the same filter, search and sort.');
  return { reader, listing, query: parsed.query };
}

function toParams(model: ModelInfo, { filter = {}, search, sort, after }: ListOptions): URLSearchParams {
  const params = new URLSearchParams();
  if (search !== undefined) params.set('q', search);
  if (sort !== undefined && sort.length > 0) params.set('sort', typeof sort === 'string' ? sort : sort.join(','));
  if (after !== undefined) params.set('after', after);
  for (const [name, value] of Object.entries(filter)) {
    const field = model.fields.get(name);
    if (isRange(value)) {
      if (value.from !== undefined) params.set(`f.${name}.from`, textOf(field, value.from));
      if (value.to !== undefined) params.set(`f.${name}.to`, textOf(field, value.to));
    } else for (const each of Array.isArray(value) ? value : [value]) params.append(`f.${name}`, textOf(field, each));
  }
  return params;
}

function isRange(value: unknown): value is { readonly from?: FilterValue; readonly to?: FilterValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function textOf(field: FieldInfo | undefined, value: FilterValue): string {
  if (value === null) return NO_VALUE;
  if (field?.type.filter === 'presence' && typeof value === 'boolean') return value ? SOME_VALUE : NO_VALUE;
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Mentions only fields that the actor can view, like the lists of the admin. */
function problemText(offered: Offered, { name, why }: ListQueryProblem): string {
  const filters = namesOf(offered.filters);
  const field = name.replace(/^f\./, '').replace(/\.(?:from|to)$/, '');
  if (why === 'tooLarge') return 'sort: the table is too large to be sorted by a field without an index.';
  if (name === 'sort')
    return `sort: use up to three of these fields, with "-" for descending: ${namesOf(offered.sortable).join(', ')}.`;
  if (name === 'q') return why === 'unknown' ? 'search: the model has no text fields.' : 'search: use fewer words.';
  if (why === 'malformed' && filters.includes(field)) return `filter.${field}: ${valueHint(offered, field)}`;
  return `filter: "${field}" cannot be used as a filter.${didYouMean(field, filters)} Fields: ${filters.join(', ')}.`;
}

function valueHint({ filters }: Offered, name: string): string {
  const field = filters.find((each) => each.name === name);
  const values = field?.item?.values ?? field?.values ?? [];
  return values.length > 0 ? `use one or more of: ${values.join(', ')}.` : `not a value of a ${field?.typeName} field.`;
}

function namesOf(fields: readonly FieldInfo[]): string[] {
  return fields.map(({ name }) => name);
}

function limitOf({ limit = LIMIT }: ListOptions): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new Rejected(`limit: use a whole number from 1 to ${MAX_LIMIT}; read more with \`after\`.`);
}

/** Throws an explanation. Elsewhere, an actor without permission gets an empty result, which is less useful in a console. */
function mustBeViewable(app: App, actor: Actor, model: ModelInfo): void {
  if (app.policy.may(actor, 'view', model)) return;
  const plural = modelPlural(app.messages.translate('en'), model);
  throw new Rejected(`${actor.name} does not have permission to view ${plural}.`);
}
