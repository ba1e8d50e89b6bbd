/**
 * Parsers for PostgreSQL's values. Values that would lose digits or microseconds remain text (int8, numeric, date, time, timestamp,
 * timestamptz, uuid); the field types decode them.
 */
import { isIP } from 'node:net';
import pg from 'pg';
import { z } from 'zod';
import { parseJsonColumn } from '../base/exact-json.ts';

type Parse = (text: string) => unknown;
type Nested<T> = readonly (T | null | Nested<T>)[];

/** The type of `jsonb_out(…)` and `textout(…)`, with which JSON fields are read. Only output functions return it. */
const CSTRING = 2275;

const { BOOL, BPCHAR, INT2, INT4, FLOAT4, FLOAT8, JSON: JSON_TEXT, JSONB } = pg.types.builtins;

/** OIDs of array types, which are the same in every version of PostgreSQL. */
const ARRAY_OF = {
  bool: 1000,
  int2: 1005,
  int4: 1007,
  float4: 1021,
  float8: 1022,
  json: 199,
  jsonb: 3807,
  text: 1009,
  varchar: 1015,
  bpchar: 1014,
  name: 1003,
  int8: 1016,
  numeric: 1231,
  uuid: 2951,
  date: 1182,
  time: 1183,
  timestamp: 1115,
  timestamptz: 1185,
} as const;

/** pg's parser for text[] handles quotes, NULL and dimensions, but its type declarations do not include it. */
const pgTypes: { getTypeParser(oid: number): (text: string) => Nested<string> } = pg.types;
const splitArray = pgTypes.getTypeParser(ARRAY_OF.text);

const asText: Parse = (text) => text;
/** The padding of char(n) is insignificant: PostgreSQL ignores it in comparisons and drops it when converting to text. */
const withoutBlanks: Parse = (text) => text.replace(/ +$/, '');
const asBoolean: Parse = (text) => text === 't';
const asNumber: Parse = (text) => Number(text);
const asJson: Parse = (text) => JSON.parse(text);

const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [BOOL, asBoolean],
  [BPCHAR, withoutBlanks],
  [INT2, asNumber],
  [INT4, asNumber],
  [FLOAT4, asNumber],
  [FLOAT8, asNumber],
  [JSON_TEXT, asJson],
  [JSONB, asJson],
  [CSTRING, parseJsonColumn],
  [ARRAY_OF.bool, asArrayOf(asBoolean)],
  [ARRAY_OF.int2, asArrayOf(asNumber)],
  [ARRAY_OF.int4, asArrayOf(asNumber)],
  [ARRAY_OF.float4, asArrayOf(asNumber)],
  [ARRAY_OF.float8, asArrayOf(asNumber)],
  [ARRAY_OF.json, asArrayOf(asJson)],
  [ARRAY_OF.jsonb, asArrayOf(asJson)],
  [ARRAY_OF.bpchar, asArrayOf(withoutBlanks)],
  ...[ARRAY_OF.text, ARRAY_OF.varchar, ARRAY_OF.name].map(textArray),
  ...[ARRAY_OF.int8, ARRAY_OF.numeric, ARRAY_OF.uuid].map(textArray),
  ...[ARRAY_OF.date, ARRAY_OF.time, ARRAY_OF.timestamp, ARRAY_OF.timestamptz].map(textArray),
]);

/** For `pg`'s `types` option. Unknown types remain text. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => PARSERS.get(oid) ?? asText,
};

/**
 * The schema of a `bytea` column in `sql.type`: PostgreSQL sends hex text, which this decodes to bytes.
 *
 * @example
 * const row = sql.type(z.object({ public_key: bytea }));
 */
export const bytea = z
  .string()
  .regex(/^\\x[0-9a-f]*$/)
  .transform((hex) => Buffer.from(hex.slice(2), 'hex'));

/** A client's IP address in PostgreSQL's inet format, without the zone of a link-local address; null if it is not an IP address. */
export function toInet(address: string | null): string | null {
  const [plain = ''] = (address ?? '').split('%', 1);
  return isIP(plain) === 0 ? null : plain;
}

/** Parses an array in PostgreSQL's text format, for types that the driver does not know: `{a,"b c",NULL}`. */
export function parseArray(text: string): unknown[] {
  return parseItems(splitArray(text), asText);
}

function textArray(oid: number): [number, Parse] {
  return [oid, asArrayOf(asText)];
}

function asArrayOf(parse: Parse): Parse {
  return (text) => parseItems(splitArray(text), parse);
}

function parseItems(values: Nested<string>, parse: Parse): unknown[] {
  return values.map((value) => {
    if (value === null) return null;
    return typeof value === 'string' ? parse(value) : parseItems(value, parse);
  });
}
