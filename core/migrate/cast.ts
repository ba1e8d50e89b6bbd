import { quoteName } from '../sql/quote.ts';

/** How the values of a column are converted to another type. */
export interface Cast {
  /** The expression after USING; undefined if PostgreSQL converts implicitly. */
  readonly using: string | undefined;
  /** What reviewers of the migration must know; undefined if every value is preserved. */
  readonly caution: string | undefined;
}

const LOSSLESS: Cast = { using: undefined, caution: undefined };

/** Conversions that preserve every value. */
const WIDENING = new Set([
  'smallint integer',
  'smallint bigint',
  'integer bigint',
  'smallint numeric',
  'integer numeric',
  'bigint numeric',
  'varchar text',
]);

/** Conversions in which PostgreSQL silently loses data, and what is lost. */
const LOSSY: Readonly<Record<string, string>> = {
  'numeric integer': 'Digits after the decimal point are rounded.',
  'numeric bigint': 'Digits after the decimal point are rounded.',
  'timestamptz date': 'The time of day is lost (the day is the one in UTC).',
  'timestamp date': 'The time of day is lost.',
  'timestamptz time': 'The day is lost (the time is the one in UTC).',
  'timestamp time': 'The day is lost.',
  'integer boolean': 'Every number except 0 becomes true.',
};

/** Conversions that depend on a time zone. UTC is used explicitly, never the session's time zone. */
const IN_UTC: Readonly<Record<string, string>> = {
  'timestamptz timestamp': 'Timestamps become wall-clock times in UTC.',
  'timestamp timestamptz': 'Wall-clock times are interpreted as UTC.',
  'date timestamptz': 'Dates become midnight in UTC.',
};

/** Conversions that need an explicit cast and preserve every value. */
const EXACT = new Set(['date timestamp', 'boolean integer', 'jsonb json', 'json jsonb']);

/**
 * Converts `column` from one type to another as safely as possible. A value that cannot be converted makes the statement itself
 * fail.
 */
export function castBetween(column: string, from: string, to: string): Cast {
  const name = quoteName(column);
  const pair = `${family(from)} ${family(to)}`;
  if (family(from) === family(to)) return sameFamily(from, to);
  if (WIDENING.has(pair)) return to.includes('(') ? { using: undefined, caution: tooLong(to) } : LOSSLESS;
  // Without USING, because an explicit cast would truncate long text, whereas an assignment rejects it.
  if (family(from) === 'text' && BOUNDED_TEXT.has(family(to))) return { using: undefined, caution: tooLong(to) };

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
  // PostgreSQL has no conversion. Via text, the statement succeeds on an empty table, and otherwise fails on the first value that
  // does not fit.
  return {
    using: `${name}::text::${to}`,
    caution: `PostgreSQL cannot cast ${from} to ${to}: write a conversion after "using".`,
  };
}

/**
 * Whether PostgreSQL rewrites the table when a column changes its type. Only a few types have the same representation on disk.
 *
 * @example
 * rewritesTable('integer', 'bigint') // true
 */
export function rewritesTable(from: string, to: string): boolean {
  if (from === to) return false;
  if (family(from) === 'varchar' && family(to) === 'text') return false;
  if (family(from) !== family(to)) return true;
  const [before, after] = [digits(from), digits(to)];
  if (family(from) === 'numeric') {
    const isWider = after.length === 0 || (before.length > 0 && (after[0] ?? 0) >= (before[0] ?? 0));
    return !(isWider && (after.length === 0 || (after[1] ?? 0) === (before[1] ?? 0)));
  }
  if (family(from) === 'varchar')
    return !(after.length === 0 || (before[0] ?? Number.POSITIVE_INFINITY) <= (after[0] ?? 0));
  if (TIMES.has(family(from))) return (after[0] ?? 6) < (before[0] ?? 6);
  return before.join() !== after.join();
}

const BOUNDED_TEXT = new Set(['varchar', 'char']);
const TIMES = new Set(['timestamptz', 'timestamp', 'time']);

function sameFamily(from: string, to: string): Cast {
  const [before, after] = [digits(from), digits(to)];
  if (TIMES.has(family(from))) {
    // Without a precision, it is six digits.
    if ((after[0] ?? 6) >= (before[0] ?? 6)) return LOSSLESS;
    return { using: undefined, caution: `Fractions of a second are rounded to ${after[0]} digits.` };
  }
  if (after.length === 0) return LOSSLESS;
  if (before.length > 0) {
    const scaleFits = (after[1] ?? 0) >= (before[1] ?? 0);
    const integerFits = (after[0] ?? 0) - (after[1] ?? 0) >= (before[0] ?? 0) - (before[1] ?? 0);
    if (scaleFits && integerFits) return LOSSLESS;
    if (scaleFits) return { using: undefined, caution: tooLong(to) };
  }
  return { using: undefined, caution: `Values are rounded to ${to}; one that is too large makes the statement fail.` };
}

function tooLong(to: string): string {
  return `Fails if a value does not fit in ${to}.`;
}

function unreadable(to: string): string {
  return `Fails if a value is not a valid ${to}.`;
}

const ALIASES: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  decimal: 'numeric',
  'character varying': 'varchar',
  character: 'char',
  bpchar: 'char',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  'time without time zone': 'time',
};

/** The type without its modifier: `timestamptz` for `timestamptz(3)`. */
export function family(type: string): string {
  const bare = type
    .replace(/\s*\([^)]*\)/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
  return ALIASES[bare] ?? bare;
}

function digits(type: string): readonly number[] {
  const inside = /\(([^)]*)\)/.exec(type)?.[1];
  return inside === undefined ? [] : inside.split(',').map(Number);
}
