import type { FieldInfo } from '../model/field-type.ts';
import type { Cursor, Filter, Sort } from './types.ts';

/** How a link differs from the current list. */
export type ListQueryChange =
  /** Sort by this field alone. Repeating it cycles through ascending, descending and the list's default order. */
  | { readonly sort: FieldInfo }
  /** Filter by these values instead of the previous ones. An empty array removes the filter; `''` means "is empty". */
  | { readonly filter: FieldInfo; readonly values: readonly string[] }
  | { readonly range: FieldInfo; readonly from: string; readonly to: string }
  /** Remove one value of a filter, or all filters by the field. */
  | { readonly without: FieldInfo; readonly value?: string }
  | { readonly withoutFilters: true }
  | { readonly q: string }
  | { readonly size: number }
  | { readonly at: 'first' | 'last' }
  | { readonly after: string }
  | { readonly before: string }
  | { readonly count: 'exact' };

const PAGE = ['after', 'before', 'at'];

export interface ListQueryValues {
  readonly q: string;
  readonly filters: readonly Filter[];
  /** If empty, the listing's default order applies. The key is always added as the last column. */
  readonly sort: readonly Sort[];
  /** Where the page starts; undefined for the top, `last` for the last page. */
  readonly at: { readonly cursor: Cursor; readonly direction: 'after' | 'before' } | 'last' | undefined;
  readonly size: number;
  /** Whether to count exactly, within the time limit. */
  readonly exact: boolean;
}

/** A list's validated query string, created by `parseListQuery`. It also generates the query strings of links. */
export class ListQuery implements ListQueryValues {
  readonly q: string;
  readonly filters: readonly Filter[];
  readonly sort: readonly Sort[];
  readonly at: ListQueryValues['at'];
  readonly size: number;
  readonly exact: boolean;
  readonly #params: URLSearchParams;

  constructor({ q, filters, sort, at, size, exact }: ListQueryValues, params = new URLSearchParams()) {
    this.q = q;
    this.filters = filters;
    this.sort = sort;
    this.at = at;
    this.size = size;
    this.exact = exact;
    this.#params = params;
  }

  /** Whether the list is restricted by filters or a search. */
  get isFiltered(): boolean {
    return this.q !== '' || this.filters.length > 0;
  }

  /** A parameter as it was entered, for example the bound of a range before it was converted to a database value. */
  entered(name: string): string {
    return this.#params.get(name) ?? '';
  }

  /**
   * The query string of the same list with these changes, including the `?`, or `''`. A change of the set of rows or of their order
   * returns to the first page; a change of counting does not. Equal queries always give the same text, so that links can be
   * compared and cached.
   *
   * @example
   * query.toQueryString({ sort: name }) // '?sort=-name'
   * query.toQueryString({ withoutFilters: true }, { q: '' }) // ''
   */
  toQueryString(...changes: readonly ListQueryChange[]): string {
    const next = new URLSearchParams(this.#params);
    for (const change of changes) {
      if (!('count' in change)) for (const name of PAGE) next.delete(name);
      if (!('at' in change || 'after' in change || 'before' in change)) next.delete('count');
      apply(next, change);
    }
    return canonical(next);
  }
}

/** The direction in which a list is sorted by a field, if it is the first sort field. */
export function sortedBy(order: readonly Sort[], field: FieldInfo): 'ascending' | 'descending' | undefined {
  const [first] = order;
  if (first?.field !== field) return undefined;
  return first.descending ? 'descending' : 'ascending';
}

function apply(next: URLSearchParams, change: ListQueryChange): void {
  if ('sort' in change) put(next, 'sort', nextSort(next.get('sort') ?? '', change.sort.name));
  else if ('filter' in change) putAll(next, `f.${change.filter.name}`, change.values);
  else if ('range' in change) {
    put(next, `f.${change.range.name}.from`, change.from);
    put(next, `f.${change.range.name}.to`, change.to);
  } else if ('without' in change) drop(next, change.without, change.value);
  else if ('withoutFilters' in change) dropAll(next);
  else if ('q' in change) put(next, 'q', change.q);
  else if ('size' in change) put(next, 'size', String(change.size));
  else if ('at' in change) put(next, 'at', change.at === 'last' ? 'last' : '');
  else if ('after' in change) put(next, 'after', change.after);
  else if ('before' in change) put(next, 'before', change.before);
  else put(next, 'count', change.count);
}

function nextSort(now: string, name: string): string {
  if (now === name) return `-${name}`;
  return now === `-${name}` ? '' : name;
}

function drop(next: URLSearchParams, field: FieldInfo, value: string | undefined): void {
  const name = `f.${field.name}`;
  if (value === undefined) for (const param of [name, `${name}.from`, `${name}.to`]) next.delete(param);
  else next.delete(name, value);
}

function dropAll(next: URLSearchParams): void {
  for (const name of [...next.keys()]) if (name.startsWith('f.')) next.delete(name);
}

function put(next: URLSearchParams, name: string, value: string): void {
  if (value === '') next.delete(name);
  else next.set(name, value);
}

function putAll(next: URLSearchParams, name: string, values: readonly string[]): void {
  next.delete(name);
  for (const value of [...values].sort()) next.append(name, value);
}

function canonical(params: URLSearchParams): string {
  if (params.size === 0) return '';
  if (params.size === 1) return `?${params}`;
  const entries = [...params].sort(
    ([one, a], [other, b]) => compare(rank(one), rank(other)) || compare(one, other) || compare(a, b),
  );
  return `?${new URLSearchParams(entries)}`;
}

const PARAMETER_ORDER = ['q', 'f.', 'sort', 'size', 'count', 'after', 'before', 'at'];

function rank(name: string): string {
  const at = PARAMETER_ORDER.indexOf(name.startsWith('f.') ? 'f.' : name);
  return String(at === -1 ? PARAMETER_ORDER.length : at).padStart(2, '0');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
