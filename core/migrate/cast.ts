import { quoteName } from './quote.ts';

/** How the values of a column become another type. */
export interface Cast {
  /** The expression after USING; undefined where PostgreSQL converts by itself. */
  readonly using: string | undefined;
  /** What a reader of the migration must know; undefined where every value survives as it is. */
  readonly caution: string | undefined;
}

const FREE: Cast = { using: undefined, caution: undefined };

/** Pairs that keep every value. */
const WIDENING = new Set([
  'smallint integer',
  'smallint bigint',
  'integer bigint',
  'smallint numeric',
  'integer numeric',
  'bigint numeric',
  'varchar text',
  'character varying text',
]);

/** Pairs that PostgreSQL converts, changing values without a word; and what they lose. */
const LOSSY: Readonly<Record<string, string>> = {
  'numeric integer': 'Digits after the point are rounded away.',
  'numeric bigint': 'Digits after the point are rounded away.',
  'timestamptz date': 'The time of day is lost (the day is that of UTC).',
  'timestamp date': 'The time of day is lost.',
  'timestamptz time': 'The day is lost (the time is that of UTC).',
  'timestamp time': 'The day is lost.',
  'integer boolean': 'Every number but 0 becomes true.',
};

/** Pairs whose meaning depends on a time zone: UTC is named, never left to the session. */
const IN_UTC: Readonly<Record<string, string>> = {
  'timestamptz timestamp': 'Moments become wall-clock times of UTC.',
  'timestamp timestamptz': 'Wall-clock times are taken as times of UTC.',
  'date timestamptz': 'Days become midnight in UTC.',
};

/** Pairs that PostgreSQL casts and that keep every value. */
const EXACT = new Set(['date timestamp', 'boolean integer', 'jsonb json', 'json jsonb']);

/** How `column` changes from one type to another, as safely as can be. What may fail fails loudly, in the statement itself. */
export function castBetween(column: string, from: string, to: string): Cast {
  const name = quoteName(column);
  const pair = `${family(from)} ${family(to)}`;
  if (family(from) === family(to)) return sameFamily(from, to);
  if (WIDENING.has(pair)) return to.includes('(') ? { using: undefined, caution: tooLong(to) } : FREE;

  const utc = IN_UTC[pair];
  if (utc !== undefined) {
    const value = pair === 'date timestamptz' ? `${name}::timestamp` : name;
    return { using: `${value} at time zone 'UTC'`, caution: utc };
  }
  const loss = LOSSY[pair];
  if (loss !== undefined) {
    const value = family(from) === 'timestamptz' ? `(${name} at time zone 'UTC')` : name;
    return { using: `${value}::${to}`, caution: loss };
  }
  if (to === 'text') return { using: `${name}::text`, caution: undefined };
  if (EXACT.has(pair)) return { using: `${name}::${to}`, caution: undefined };
  if (family(from) === 'text') return { using: `${name}::${to}`, caution: unreadable(to) };
  if (pair === 'bigint integer') return { using: undefined, caution: tooLong(to) };
  // PostgreSQL knows no way: by its text the statement runs on an empty table, and fails on the first value that does not fit.
  return {
    using: `${name}::text::${to}`,
    caution: `PostgreSQL has no cast from ${from} to ${to}: write one that fits your values after "using".`,
  };
}

function sameFamily(from: string, to: string): Cast {
  const [before, after] = [digits(from), digits(to)];
  if (after.length === 0) return FREE;
  if (before.length > 0) {
    const scaleGrows = (after[1] ?? 0) >= (before[1] ?? 0);
    const restGrows = (after[0] ?? 0) - (after[1] ?? 0) >= (before[0] ?? 0) - (before[1] ?? 0);
    if (scaleGrows && restGrows) return FREE;
    if (scaleGrows) return { using: undefined, caution: tooLong(to) };
  }
  return { using: undefined, caution: `Values are rounded to ${to}; one that is too large makes the statement fail.` };
}

function tooLong(to: string): string {
  return `Fails when a value does not fit into ${to}.`;
}

function unreadable(to: string): string {
  return `Fails when a text cannot be read as ${to}.`;
}

const ALIASES: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  decimal: 'numeric',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

/** The type without its size: `timestamptz` of `timestamptz(3)`. */
function family(type: string): string {
  const bare = type
    .replace(/\s*\([^)]*\)/, '')
    .trim()
    .toLowerCase();
  return ALIASES[bare] ?? bare;
}

function digits(type: string): readonly number[] {
  const inside = /\(([^)]*)\)/.exec(type)?.[1];
  return inside === undefined ? [] : inside.split(',').map(Number);
}
