// Building blocks of statements that do not depend on models: Slonik fragments of names, literals and conditions.

import { type FragmentSqlToken, type QuerySqlToken, sql, type ValueExpression } from 'slonik';

const empty = sql.fragment``;
const and = sql.fragment` and `;

export const comma = sql.fragment`, `;

/**
 * A list's statement uses about sixty names, so each is quoted only once. The set is small: names come only from the registry and
 * the code.
 */
const names = new Map<string, FragmentSqlToken>();
const rawFragments = new Map<string, FragmentSqlToken>();

/**
 * A quoted name, from the registry or written in the code, never from a request.
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
 * SQL written in the code (the name of a type, a number after LIMIT), never text from a request. Cached, because there are few
 * distinct texts.
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
 * Like `sql.fragment`, but inserts fragments without values unchanged. Slonik scans every fragment for values to renumber, and a
 * list's statement nests about thirty fragments that contain only names.
 */
export function fragment(texts: TemplateStringsArray, ...inserted: readonly ValueExpression[]): FragmentSqlToken {
  let text = texts[0] ?? '';
  for (const [index, token] of inserted.entries()) {
    if (!isPlain(token)) return sql.fragment(texts, ...inserted);
    text += token.sql + texts[index + 1];
  }
  return { ...empty, sql: text };
}

const queryType: QuerySqlToken['type'] = sql.unsafe``.type;

/** Like `sql.type(parser)`, but of a finished fragment, which Slonik would scan again. */
export function typed<T extends QuerySqlToken['parser']>(
  parser: T,
  { sql, values }: FragmentSqlToken,
): QuerySqlToken<T> {
  return { parser, sql, type: queryType, values };
}

function isPlain(token: ValueExpression): token is FragmentSqlToken {
  return isFragment(token) && token.values.length === 0;
}

function isFragment(token: ValueExpression): token is FragmentSqlToken {
  return typeof token === 'object' && token !== null && 'type' in token && token.type === empty.type;
}

/** Like `sql.join`, but an empty list gives an empty fragment. */
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
 * The same statement, planned for its actual values each time (docs/decisions/0006-prepared-statements.md). In the protocol, an
 * empty name means that the statement is not prepared.
 */
export function freshPlan<T extends QuerySqlToken['parser']>(query: QuerySqlToken<T>): QuerySqlToken<T> {
  return { ...query, name: '' };
}
