// Building blocks of statements that know no model: Slonik fragments of names, literals and conditions.

import { type FragmentSqlToken, type QuerySqlToken, sql, type ValueExpression } from 'slonik';

const empty = sql.fragment``;
const and = sql.fragment` and `;

export const comma = sql.fragment`, `;

/** A list's statement uses about sixty names; each is quoted once. There are few, as with names of models. */
const names = new Map<string, FragmentSqlToken>();
const rawFragments = new Map<string, FragmentSqlToken>();

/**
 * A name from the registry, or one that the code itself uses in a statement; never one from a request.
 *
 * @example
 * nameSql(['t', 'created_at']) // "t"."created_at"
 */
export function nameSql(parts: readonly string[]): FragmentSqlToken {
  const key = parts.join('\0');
  let token = names.get(key);
  if (token === undefined) {
    token = sql.fragment`${sql.identifier([...parts])}`;
    names.set(key, token);
  }
  return token;
}

/**
 * SQL written by the code itself (the name of a type, a number after LIMIT), never text from a request. Cached, because there are
 * few.
 *
 * @example
 * rawSql(`limit ${max}`)
 */
export function rawSql(text: string): FragmentSqlToken {
  let token = rawFragments.get(text);
  if (token === undefined) {
    token = Object.freeze({ ...empty, sql: text });
    rawFragments.set(text, token);
  }
  return token;
}

/**
 * `sql.fragment`, but fragments without values are inserted as they are. Slonik scans every fragment for values to renumber, and
 * a list's statement nests about thirty that are only names.
 */
export function fragment(texts: TemplateStringsArray, ...inserted: readonly ValueExpression[]): FragmentSqlToken {
  let text = texts[0] ?? '';
  for (const [index, token] of inserted.entries()) {
    if (!isPlain(token)) return sql.fragment(texts, ...inserted);
    text += token.sql + texts[index + 1];
  }
  return { ...empty, sql: text };
}

function isPlain(token: ValueExpression): token is FragmentSqlToken {
  return isFragment(token) && token.values.length === 0;
}

function isFragment(token: ValueExpression): token is FragmentSqlToken {
  return typeof token === 'object' && token !== null && 'type' in token && token.type === empty.type;
}

/** An empty fragment for an empty list, so that a template reads the same with and without fragments. */
export function joinFragments(fragments: readonly FragmentSqlToken[], separator: FragmentSqlToken): FragmentSqlToken {
  if (fragments.length === 0) return empty;
  if (fragments.some(({ values }) => values.length > 0)) return sql.fragment`${sql.join(fragments, separator)}`;
  return { ...empty, sql: fragments.map(({ sql: text }) => text).join(separator.sql) };
}

/** `where a and b`; an empty fragment when there is no condition. */
export function whereSql(conditions: readonly FragmentSqlToken[]): FragmentSqlToken {
  return conditions.length === 0 ? empty : fragment`where ${joinFragments(conditions, and)}`;
}

/**
 * The statement, planned for its actual values each time (docs/decisions/0006-prepared-statements.md). In the protocol, the
 * empty name means "not prepared".
 */
export function freshPlan<T extends QuerySqlToken['parser']>(query: QuerySqlToken<T>): QuerySqlToken<T> {
  return { ...query, name: '' };
}
