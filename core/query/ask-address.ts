// "The same list, but …": the query of an address made from the one that is being shown. The same wishes always give the
// same text, so that links can be compared and cached.

import type { FieldInfo } from '../model/registry.ts';
import type { Sort } from './types.ts';

export type AskChange =
  /** Sort by this alone: upwards, downwards, then the list's own order again. */
  | { readonly sort: FieldInfo }
  /** Narrow by these values instead of the ones before; none takes the filter away, `''` is "is empty". */
  | { readonly filter: FieldInfo; readonly values: readonly string[] }
  | { readonly range: FieldInfo; readonly from: string; readonly to: string }
  /** Take one value of a filter away, or all that narrows by the field. */
  | { readonly without: FieldInfo; readonly value?: string }
  | { readonly withoutFilters: true }
  | { readonly q: string }
  | { readonly size: number }
  | { readonly at: 'first' | 'last' }
  | { readonly after: string }
  | { readonly before: string }
  | { readonly count: 'exact' };

const PAGE = ['after', 'before', 'at'];

/**
 * The query with its `?`, or `''`. Whatever changes the set of rows or their order starts at the first page again;
 * counting them does not.
 *
 * @example
 * askAddress(new URLSearchParams('sort=name&after=x'), { sort: name }) // '?sort=-name'
 */
export function askAddress(params: URLSearchParams, change: AskChange): string {
  const next = new URLSearchParams(params);
  if (!('count' in change)) for (const name of PAGE) next.delete(name);
  if (!('at' in change || 'after' in change || 'before' in change)) next.delete('count');
  apply(next, change);
  return canonical(next);
}

/** Which way a list is sorted by a field at the moment, when it is the first of its sorts. */
export function sortedBy(order: readonly Sort[], field: FieldInfo): 'ascending' | 'descending' | undefined {
  const [first] = order;
  if (first?.field !== field) return undefined;
  return first.descending ? 'descending' : 'ascending';
}

function apply(next: URLSearchParams, change: AskChange): void {
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
  if (value === undefined) for (const each of [name, `${name}.from`, `${name}.to`]) next.delete(each);
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

const RANKS = ['q', 'f.', 'sort', 'size', 'count', 'after', 'before', 'at'];

function rank(name: string): string {
  const at = RANKS.indexOf(name.startsWith('f.') ? 'f.' : name);
  return String(at === -1 ? RANKS.length : at).padStart(2, '0');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
