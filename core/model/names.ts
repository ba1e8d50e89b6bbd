// Which names models, fields, columns and tables may have.

const MODEL = /^[a-z][A-Za-z0-9]*$/;
const FIELD = /^[A-Za-z][A-Za-z0-9_]*$/;
const ADDRESS = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** PostgreSQL cuts longer ones silently, so two could become one. */
const MOST_BYTES = 63;

/**
 * Names that mean something on every object (a row with a field `then` would be taken for a promise, and `constructor` or
 * `__proto__` in posted data is an attack of old).
 */
const TAKEN = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'then']);
/** Columns that every table of PostgreSQL has already. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

/** What is wrong with a name; undefined when nothing is. */
export function modelNameFault(name: string): string | undefined {
  if (TAKEN.has(name)) return `the name "${name}" is taken by JavaScript`;
  return MODEL.test(name)
    ? undefined
    : `"${name}" is no name for a model; use letters and digits in camelCase, such as "orderLine"`;
}

export function fieldNameFault(name: string): string | undefined {
  if (TAKEN.has(name)) return `the name "${name}" is taken by JavaScript`;
  return FIELD.test(name)
    ? undefined
    : `"${name}" is no name for a field; use letters, digits and underscores, a letter first, such as "startsAt"`;
}

export function columnNameFault(column: string): string | undefined {
  if (SYSTEM_COLUMNS.has(column)) return `every table has a column "${column}" of PostgreSQL already`;
  return sqlNameFault(column);
}

export function tableNameFault(table: readonly string[]): string | undefined {
  if (table.length > 2) return `"${table.join('.')}" has more than a schema and a table`;
  return table.map(sqlNameFault).find((fault) => fault !== undefined);
}

export function addressFault(address: string): string | undefined {
  return ADDRESS.test(address)
    ? undefined
    : `"${address}" is no address; use small letters, digits and hyphens, such as "order-lines"`;
}

function sqlNameFault(name: string): string | undefined {
  if (name === '') return 'a name in the database is empty';
  if (name.includes('\0')) return 'a name in the database holds a NUL';
  if (Buffer.byteLength(name) > MOST_BYTES)
    return `"${name}" is longer than the ${MOST_BYTES} bytes that PostgreSQL keeps`;
  return undefined;
}
