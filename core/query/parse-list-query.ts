import type { FieldInfo } from '../model/field-type.ts';
import { readCursor } from './cursor.ts';
import { ListQuery } from './list-query.ts';
import { tooManySorts } from './order.ts';
import { parseOneOf, parseRange } from './parse-filter.ts';
import { searchText, searchWords } from './search.ts';
import type { ConditionFilter, Filter, Listing, Offered, Sort } from './types.ts';

/**
 * A name or value in a query string that the list does not understand. A field that the user cannot see is reported like one that
 * does not exist, so that the difference does not reveal it.
 */
export interface ListQueryProblem {
  readonly name: string;
  /** `tooLarge`: the list has become too large to be sorted by this column, which has no index. */
  readonly why: 'unknown' | 'malformed' | 'tooLarge';
  /** `tooLarge`: the column. */
  readonly field?: FieldInfo;
}
export type ParsedListQuery =
  | { readonly ok: true; readonly query: ListQuery }
  /** `query`: the list without the filters whose values are invalid; absent if anything else is wrong. */
  | { readonly ok: false; readonly problems: readonly ListQueryProblem[]; readonly query?: ListQuery };

export interface ListQueryRules {
  readonly offered: Offered;
  /** Completes an order with the key, because cursors belong to the complete order. */
  readonly complete: (requested: readonly Sort[]) => readonly Sort[];
  /** IANA name of the user's time zone, in which their days begin. */
  readonly timeZone: string;
  /** Parameters with another meaning on the page: `view`. */
  readonly otherNames?: readonly string[];
}

/** Rows per page that a URL can ask for. */
export const MIN_PAGE = 10;
export const MAX_PAGE = 200;
const NAMES = new Set(['q', 'sort', 'after', 'before', 'at', 'size', 'count']);

/**
 * Parses a list's query string: `q`, `sort`, `f.…`, `after`, `before`, `at=last`, `size`, `count=exact`. Invalid filters are
 * reported, never guessed or silently dropped. An invalid cursor is dropped, and the list starts at the top. Parameters of other
 * programs (`utm_source`, `fbclid`) are ignored and left out of the list's links.
 */
export function parseListQuery(listing: Listing, params: URLSearchParams, rules: ListQueryRules): ParsedListQuery {
  const problems: ListQueryProblem[] = [];
  const malformed = (name: string) => problems.push({ name, why: 'malformed' });
  for (const name of new Set(params.keys())) {
    const isRepeated = NAMES.has(name) && params.getAll(name).length > 1;
    if (isRepeated) malformed(name);
  }
  const own = new URLSearchParams(
    // fault: foreign-parameters-in-links
    [...params].filter(([name]) => NAMES.has(name) || name.startsWith('f.') || rules.otherNames?.includes(name)),
  );

  const filters = parseFilters(params, rules, problems);
  const sort = parseSort(params.get('sort') ?? '', rules.offered, problems);
  const q = searchText(params.get('q') ?? '');
  if (own.has('q')) own.set('q', q);
  const words = searchWords(params.get('q') ?? '');
  if (words === undefined) malformed('q');
  // fault: search-without-fields
  else if (words.length > 0 && rules.offered.search.length === 0) problems.push({ name: 'q', why: 'unknown' });
  const sizeText = params.get('size');
  const size = sizeText === null ? listing.size : Number(/^\d{1,3}$/.test(sizeText) ? sizeText : 0);
  // fault: no-page-size-limit
  if (sizeText !== null && (size < MIN_PAGE || size > MAX_PAGE)) malformed('size');
  const count = params.get('count');
  if (count !== null && count !== 'exact') malformed('count');
  if (['after', 'before', 'at'].filter((name) => params.has(name)).length > 1) malformed('at');
  const last = params.get('at');
  if (last !== null && last !== 'last') malformed('at');
  const isReadable = problems.every(({ name, why }) => why === 'malformed' && name.startsWith('f.'));
  if (!isReadable) return { ok: false, problems };

  const context = { model: listing.model, order: rules.complete(sort), filters, q };
  const at = last === 'last' ? 'last' : startOf(params, (text) => readCursor(context, text));
  const query = new ListQuery({ q, filters, sort, at, size, exact: count === 'exact' }, own);
  return problems.length === 0 ? { ok: true, query } : { ok: false, problems, query };
}

function startOf(params: URLSearchParams, read: (text: string) => ReturnType<typeof readCursor>): ListQuery['at'] {
  for (const direction of ['after', 'before'] as const) {
    const cursor = read(params.get(direction) ?? '');
    if (cursor !== undefined) return { cursor, direction };
  }
  return undefined;
}

function parseSort(text: string, offered: Offered, problems: ListQueryProblem[]): readonly Sort[] {
  if (text === '') return [];
  const sorts: Sort[] = [];
  for (const part of text.split(',')) {
    const descending = part.startsWith('-');
    const name = descending ? part.slice(1) : part;
    const field = offered.sortable.find((candidate) => candidate.name === name);
    const tooLarge = offered.tooLargeToSort.find((candidate) => candidate.name === name);
    if (tooLarge !== undefined) {
      // fault: too-large-reported-as-unknown
      problems.push({ name: 'sort', why: 'tooLarge', field: tooLarge });
      return [];
    }
    if (field === undefined || sorts.some((sort) => sort.field === field)) {
      problems.push({ name: 'sort', why: 'malformed' });
      return [];
    }
    sorts.push({ field, descending });
  }
  if (tooManySorts(sorts)) problems.push({ name: 'sort', why: 'malformed' });
  return sorts;
}

/** In the order of the listing, so that the order of filters in the query string does not matter. */
function parseFilters(params: URLSearchParams, rules: ListQueryRules, problems: ListQueryProblem[]): readonly Filter[] {
  const filters: Filter[] = [];
  const names = new Set<string>();
  const add = (name: string, filter: Filter | 'none' | undefined) => {
    if (filter === undefined) problems.push({ name, why: 'malformed' });
    else if (filter !== 'none') filters.push(filter);
  };
  for (const field of rules.offered.filters) {
    const name = `f.${field.name}`;
    names.add(name);
    if (params.has(name)) add(name, parseOneOf(field, params.getAll(name), rules.timeZone));
    if (field.type.filter !== 'range') continue;
    const ends = [`${name}.from`, `${name}.to`] as const;
    for (const end of ends) names.add(end);
    const repeated = ends.filter((end) => params.getAll(end).length > 1);
    for (const end of repeated) add(end, undefined);
    if (repeated.length > 0) continue;
    const [from, to] = ends.map((end) => params.get(end) ?? '');
    const range = parseRange(field, from ?? '', to ?? '', rules.timeZone);
    // fault: wrong-end-of-range
    if (typeof range === 'object' && !('is' in range)) for (const end of range) add(`${name}.${end}`, undefined);
    else add(name, range);
  }
  for (const condition of rules.offered.conditions) {
    const name = `f.${condition.field.name}`;
    names.add(name);
    if (params.has(name)) add(name, parseCondition(condition, params.getAll(name)));
  }
  for (const name of new Set(params.keys())) {
    if (name.startsWith('f.') && !names.has(name)) problems.push({ name, why: 'unknown' });
  }
  return filters;
}

/** Several values are alternatives. A form sends an empty value for "no selection". */
function parseCondition(
  { field, values, where }: ConditionFilter,
  texts: readonly string[],
): Filter | 'none' | undefined {
  const selected = [...new Set(texts.filter((text) => text !== ''))].sort();
  if (selected.length === 0) return 'none';
  if (selected.some((text) => !values.includes(text))) return undefined;
  return { field, is: 'condition', values: selected, where: selected.map((value) => where(value)) };
}
