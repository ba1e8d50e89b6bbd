import type { ListQueryValues } from './list-query.ts';
import { searchWords } from './search.ts';
import type { Cursor, Filter } from './types.ts';

/** A query whose texts the encoding of the database can represent. */
export interface RepresentableQuery extends ListQueryValues {
  /** Words of `q` that it cannot represent: they match no stored text, but may occur in the label of a choice. */
  readonly absentWords: ReadonlySet<string>;
}

/** The texts of a query that become parameters. */
export function textsOfQuery({ q, filters, at }: ListQueryValues): readonly string[] {
  return [
    ...wordsOf(q),
    ...filters.flatMap(textsOfFilter),
    ...(typeof at === 'object' ? textsOfCursor(at.cursor) : []),
  ];
}

/**
 * The query with only these of its texts; undefined if then no row can match. A value of a filter that the encoding does not
 * support matches no row, and a cursor with one is as invalid as any other that the database rejects.
 */
export function representableQuery(query: ListQueryValues, texts: readonly string[]): RepresentableQuery | undefined {
  const { q, filters, sort, at, size, exact } = query;
  const representable = new Set(texts);
  const kept: Filter[] = [];
  for (const filter of filters) {
    const values = textsOfFilter(filter).filter((text) => !representable.has(text));
    if (values.length === 0) kept.push(filter);
    else if (filter.is !== 'oneOf') return undefined;
    else {
      const left = filter.values.filter((value) => value === null || representable.has(value));
      if (left.length === 0) return undefined;
      kept.push({ ...filter, values: left });
    }
  }
  const isReadable = typeof at !== 'object' || textsOfCursor(at.cursor).every((text) => representable.has(text));
  const absentWords = new Set(wordsOf(q).filter((word) => !representable.has(word)));
  return { q, filters: kept, sort, at: isReadable ? at : undefined, size, exact, absentWords };
}

function wordsOf(q: string): readonly string[] {
  return searchWords(q) ?? [];
}

function textsOfFilter(filter: Filter): readonly string[] {
  if (filter.is === 'oneOf') return filter.values.filter((value) => value !== null);
  return filter.is === 'range' ? [filter.from, filter.to].filter((bound) => bound !== undefined) : [];
}

function textsOfCursor({ values, key = [] }: Cursor): readonly string[] {
  const texts = values.map((value) => (typeof value === 'object' && value !== null ? value.prefix : value));
  return [...texts, ...key].filter((text) => typeof text === 'string');
}
