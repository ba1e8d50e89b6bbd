/**
 * How a value from PostgreSQL becomes one of JavaScript. What would lose digits or microseconds stays the text that
 * PostgreSQL sends (int8, numeric, date, time, timestamp, timestamptz, uuid); the field kinds decode it.
 */
import pg from 'pg';

type Parse = (text: string) => unknown;
type Nested<T> = readonly (T | null | Nested<T>)[];

const { BOOL, BPCHAR, INT2, INT4, FLOAT4, FLOAT8, JSON: JSON_TEXT, JSONB } = pg.types.builtins;

/** Object identifiers of array types: fixed in PostgreSQL's catalogue, and the same in every version. */
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

/** pg knows the parser of text[] (it minds quotes, NULL and dimensions), but its types do not name this type. */
const pgTypes: { getTypeParser(oid: number): (text: string) => Nested<string> } = pg.types;
const splitArray = pgTypes.getTypeParser(ARRAY_OF.text);

const asText: Parse = (text) => text;
/** The blanks with which char(n) is filled up mean nothing: PostgreSQL compares without them, and drops them in a text. */
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

/** For `pg`'s `types` option. A type that we do not know stays text. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => PARSERS.get(oid) ?? asText,
};

function textArray(oid: number): [number, Parse] {
  return [oid, asArrayOf(asText)];
}

function asArrayOf(parse: Parse): Parse {
  return (text) => each(splitArray(text), parse);
}

function each(values: Nested<string>, parse: Parse): unknown[] {
  return values.map((value) => {
    if (value === null) return null;
    return typeof value === 'string' ? parse(value) : each(value, parse);
  });
}
