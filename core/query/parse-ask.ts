import type { FieldInfo } from '../model/registry.ts';
import { readCursor } from './cursor.ts';
import type { Offered } from './offered.ts';
import { tooManySorts } from './order.ts';
import { parseOneOf, parseRange } from './parse-filter.ts';
import { searchWords } from './search-words.ts';
import type { Ask, ConditionFilter, Filter, Listing, Sort } from './types.ts';

/**
 * A name or value of an address that a list does not understand. A field that the reader may not see gives the same as one
 * that does not exist, or the difference would tell him of it.
 */
export interface AskProblem {
  readonly name: string;
  readonly why: 'unknown' | 'malformed';
}
export type ParsedAsk =
  | { readonly ok: true; readonly ask: Ask }
  | { readonly ok: false; readonly problems: readonly AskProblem[] };

export interface AskRules {
  readonly offered: Offered;
  /** Completes an order by the key; cursors belong to the complete one. */
  readonly complete: (wished: readonly Sort[]) => readonly Sort[];
  /** IANA name of the reader's zone: where his days begin. */
  readonly zone: string;
  /** Names that mean something to somebody else: `view`. */
  readonly otherNames?: readonly string[];
}

const SMALLEST_PAGE = 10;
const LARGEST_PAGE = 200;
const NAMES = new Set(['q', 'sort', 'after', 'before', 'at', 'size', 'count']);

/**
 * Reads the query of a list's address: `q`, `sort`, `f.…`, `after`, `before`, `at=last`, `size`, `count=exact`.
 * Nothing is guessed and nothing silently dropped, but for a cursor that no longer fits: its list starts at the top.
 */
export function parseAsk(listing: Listing, params: URLSearchParams, rules: AskRules): ParsedAsk {
  const problems: AskProblem[] = [];
  const malformed = (name: string) => problems.push({ name, why: 'malformed' });
  for (const name of new Set(params.keys())) {
    const once = NAMES.has(name) && params.getAll(name).length > 1;
    if (once) malformed(name);
    else if (!NAMES.has(name) && !name.startsWith('f.') && !rules.otherNames?.includes(name)) {
      problems.push({ name, why: 'unknown' });
    }
  }

  const filters = parseFilters(params, rules, problems);
  const sort = parseSort(params.get('sort') ?? '', rules.offered.sortable, problems);
  const q = (params.get('q') ?? '').trim();
  const words = searchWords(q);
  if (words === undefined) malformed('q');
  else if (words.length > 0 && rules.offered.search.length === 0) problems.push({ name: 'q', why: 'unknown' });
  const sizeText = params.get('size');
  const size = sizeText === null ? listing.size : Number(/^\d{1,3}$/.test(sizeText) ? sizeText : 0);
  if (sizeText !== null && (size < SMALLEST_PAGE || size > LARGEST_PAGE)) malformed('size');
  const count = params.get('count');
  if (count !== null && count !== 'exact') malformed('count');
  if (['after', 'before', 'at'].filter((name) => params.has(name)).length > 1) malformed('at');
  const last = params.get('at');
  if (last !== null && last !== 'last') malformed('at');
  if (problems.length > 0) return { ok: false, problems };

  const place = { model: listing.model, order: rules.complete(sort), filters, q };
  const at = last === 'last' ? 'last' : startOf(params, (text) => readCursor(place, text));
  return { ok: true, ask: { q, filters, sort, at, size, exact: count === 'exact' } };
}

function startOf(params: URLSearchParams, read: (text: string) => ReturnType<typeof readCursor>): Ask['at'] {
  for (const direction of ['after', 'before'] as const) {
    const cursor = read(params.get(direction) ?? '');
    if (cursor !== undefined) return { cursor, direction };
  }
  return undefined;
}

function parseSort(text: string, sortable: readonly FieldInfo[], problems: AskProblem[]): readonly Sort[] {
  if (text === '') return [];
  const sorts: Sort[] = [];
  for (const part of text.split(',')) {
    const descending = part.startsWith('-');
    const name = descending ? part.slice(1) : part;
    const field = sortable.find((candidate) => candidate.name === name);
    if (field === undefined || sorts.some((sort) => sort.field === field)) {
      problems.push({ name: 'sort', why: 'malformed' });
      return [];
    }
    sorts.push({ field, descending });
  }
  if (tooManySorts(sorts)) problems.push({ name: 'sort', why: 'malformed' });
  return sorts;
}

/** In the listing's order, so that the same wishes are the same list whatever order they stand in. */
function parseFilters(params: URLSearchParams, rules: AskRules, problems: AskProblem[]): readonly Filter[] {
  const filters: Filter[] = [];
  const known = new Set<string>();
  const take = (name: string, filter: Filter | 'nothing' | undefined) => {
    if (filter === undefined) problems.push({ name, why: 'malformed' });
    else if (filter !== 'nothing') filters.push(filter);
  };
  for (const field of rules.offered.filters) {
    const name = `f.${field.name}`;
    const [from, to] = [`${name}.from`, `${name}.to`];
    for (const own of field.spec.filter === 'range' ? [name, from, to] : [name]) known.add(own);
    if (params.has(name)) take(name, parseOneOf(field, params.getAll(name), rules.zone));
    if (field.spec.filter !== 'range' || !(params.has(from) || params.has(to))) continue;
    const twice = params.getAll(from).length > 1 || params.getAll(to).length > 1;
    take(from, twice ? undefined : parseRange(field, params.get(from) ?? '', params.get(to) ?? '', rules.zone));
  }
  for (const condition of rules.offered.conditions) {
    const name = `f.${condition.field.name}`;
    known.add(name);
    if (params.has(name)) take(name, parseCondition(condition, params.getAll(name)));
  }
  for (const name of new Set(params.keys())) {
    if (name.startsWith('f.') && !known.has(name)) problems.push({ name, why: 'unknown' });
  }
  return filters;
}

/** Several values are alternatives. An empty one is a form's choice of nothing. */
function parseCondition(
  { field, values, where }: ConditionFilter,
  texts: readonly string[],
): Filter | 'nothing' | undefined {
  const given = [...new Set(texts.filter((text) => text !== ''))].sort();
  if (given.length === 0) return 'nothing';
  if (given.some((text) => !values.includes(text))) return undefined;
  return { field, is: 'condition', values: given, where: given.map((value) => where(value)) };
}
