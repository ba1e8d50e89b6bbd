import type { Translate } from '../messages/catalogue.ts';
import type { Formatter } from '../model/field-type.ts';

/** Max number of cached strings, far more than one page shows. */
const MAX_CACHED = 5_000;

/**
 * Formats values for one language and time zone. Created once for both and shared: Intl formatters take milliseconds to create, so
 * each is created when it is first needed, and a list shows a hundred timestamps. Dates are ISO (2026-11-20) for every user, so that they sort alphabetically and day and month
 * cannot be confused.
 */
export function createFormatter(
  locale: string,
  timeZone: string,
  t: Translate,
  recordUrl: (model: string, key: string) => string | undefined,
): Formatter {
  let numbers: Intl.NumberFormat | undefined;
  let moments: Intl.DateTimeFormat | undefined;
  const amounts = new Map<string, Intl.NumberFormat>();
  const byMinute = new Map<string, string>();
  const byNumber = new Map<string | number, string>();
  return {
    locale,
    t,
    recordUrl,
    date: (dbValue) => dbValue,
    localDateTime: (dbValue) => dbValue.slice(0, 16),
    number(dbValue) {
      let text = byNumber.get(dbValue);
      if (text === undefined) {
        if (byNumber.size >= MAX_CACHED) byNumber.clear();
        numbers ??= new Intl.NumberFormat(locale, { maximumFractionDigits: 20, numberingSystem: 'latn' });
        text = typeof dbValue === 'string' ? grouped(numbers, dbValue) : numbers.format(dbValue);
        byNumber.set(dbValue, text);
      }
      return text;
    },
    money(dbValue, currency) {
      // NaN and Infinity, which numeric supports, are shown as PostgreSQL writes them.
      if (!isPlainDecimal(dbValue)) return dbValue;
      const digits = dbValue.split('.')[1]?.length ?? 0;
      const key = `${currency} ${digits}`;
      let format = amounts.get(key);
      if (format === undefined) {
        format = amountFormat(locale, currency, digits);
        amounts.set(key, format);
      }
      return format.format(dbValue);
    },
    timestamp(dbValue) {
      // Infinity and years that are BC or have more digits are shown as PostgreSQL writes them.
      // fault: infinite-moment
      if (!MOMENT.test(dbValue)) return dbValue;
      const minute = dbValue.slice(0, dbValue.lastIndexOf(':'));
      let text = byMinute.get(minute);
      if (text === undefined) {
        if (byMinute.size >= MAX_CACHED) byMinute.clear();
        moments ??= minuteFormat(timeZone);
        text = moments.format(Date.parse(toIso(dbValue))).replace(', ', ' ');
        byMinute.set(minute, text);
      }
      return text;
    },
  };
}

const MOMENT = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00(?::00)?|Z)$/;

function minuteFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** By translator (one per application and language), then by time zone. */
const cache = new WeakMap<Translate, Map<string, Formatter>>();

/** The formatter for this user, without links to records; cached, since formatters take milliseconds to create. */
export function formatterFor({
  state: { locale, timeZone, t },
}: {
  readonly state: { readonly locale: string; readonly timeZone: string; readonly t: Translate };
}): Formatter {
  const byTimeZone = cache.get(t) ?? new Map<string, Formatter>();
  cache.set(t, byTimeZone);
  const formatter = byTimeZone.get(timeZone) ?? createFormatter(locale, timeZone, t, () => undefined);
  byTimeZone.set(timeZone, formatter);
  return formatter;
}

/** A size in readable form: `840 bytes`, `1.2 MB`. Decimal units, as in the limits of fields. */
export function sizeText({ t, number }: Pick<Formatter, 't' | 'number'>, bytes: number): string {
  if (bytes < 1_000) return t('value.bytes', { size: bytes, shown: number(bytes) });
  const [divisor, unit] = bytes < 999_500 ? [1_000, 'kb'] : [1_000_000, 'mb'];
  const amount = bytes / divisor;
  return t(`value.${unit}`, { shown: number(amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)) });
}

/** Converts `2026-11-20 10:44:00.123+00`, as PostgreSQL writes it in UTC, to ISO 8601. */
export function toIso(dbValue: string): string {
  return dbValue.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z');
}

/** Groups the digits of an exact decimal, and keeps every digit after the point, including trailing zeros. */
function grouped(numbers: Intl.NumberFormat, decimal: string): string {
  const [integer = '', fraction] = decimal.split('.');
  if (!/^-?\d+$/.test(integer)) return decimal; // NaN and Infinity, which numeric supports
  const sign = integer === '-0' ? '-' : '';
  const text = sign + numbers.format(BigInt(integer));
  return fraction === undefined ? text : text + decimalPoint(numbers) + fraction;
}

/** Shows as many decimal places as are stored, so that an amount looks the same on every page. */
function amountFormat(locale: string, currency: string, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    numberingSystem: 'latn',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function isPlainDecimal(text: string): text is `${number}` {
  return /^-?\d+(?:\.\d{1,20})?$/.test(text);
}

function decimalPoint(numbers: Intl.NumberFormat): string {
  return numbers.formatToParts(0.5).find((part) => part.type === 'decimal')?.value ?? '.';
}
