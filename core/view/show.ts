import type { Context } from '../http/context.ts';
import type { Formatter } from '../model/kind.ts';
import type { Translate } from './words.ts';

/** More than a busy hour of different minutes, or a page of different numbers; then a memo starts anew. */
const MEMO = 5_000;

/**
 * How values are shown to readers of one language and zone. Made once for both and shared: formatters of Intl cost
 * milliseconds to make, and a list shows a hundred moments.
 * Dates are ISO (2026-11-20), the same for everybody: they sort by eye and nobody mistakes the month for the day.
 */
export function createShow(
  locale: string,
  timeZone: string,
  t: Translate,
  recordUrl: (model: string, key: string) => string | undefined,
): Formatter {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 20, numberingSystem: 'latn' });
  const moments = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const amounts = new Map<string, Intl.NumberFormat>();
  const byMinute = new Map<string, string>();
  const byNumber = new Map<string | number, string>();
  return {
    locale,
    t,
    recordUrl,
    date: (wire) => wire,
    localDateTime: (wire) => wire.slice(0, 16),
    number(wire) {
      let text = byNumber.get(wire);
      if (text === undefined) {
        if (byNumber.size >= MEMO) byNumber.clear();
        text = typeof wire === 'string' ? grouped(numbers, wire) : numbers.format(wire);
        byNumber.set(wire, text);
      }
      return text;
    },
    money(wire, currency) {
      // NaN and Infinity, which numeric knows, are shown as PostgreSQL writes them.
      if (!isPlainDecimal(wire)) return wire;
      const digits = wire.split('.')[1]?.length ?? 0;
      const key = `${currency} ${digits}`;
      let format = amounts.get(key);
      if (format === undefined) {
        format = amountFormat(locale, currency, digits);
        amounts.set(key, format);
      }
      return format.format(wire);
    },
    timestamp(wire) {
      const minute = wire.slice(0, wire.lastIndexOf(':'));
      let text = byMinute.get(minute);
      if (text === undefined) {
        if (byMinute.size >= MEMO) byMinute.clear();
        text = moments.format(Date.parse(isoOf(wire))).replace(', ', ' ');
        byMinute.set(minute, text);
      }
      return text;
    },
  };
}

/** By the words of one language of one application, then by zone. */
const plain = new WeakMap<Translate, Map<string, Formatter>>();

/** How values are shown to this reader where no record is linked to; kept, for formatters cost milliseconds to make. */
export function showFor({ state: { locale, timeZone, t } }: Context): Formatter {
  const byZone = plain.get(t) ?? new Map<string, Formatter>();
  plain.set(t, byZone);
  const show = byZone.get(timeZone) ?? createShow(locale, timeZone, t, () => undefined);
  byZone.set(timeZone, show);
  return show;
}

/** `2026-11-20 10:44:00.123+00`, as PostgreSQL writes it in UTC, as ISO 8601. */
export function isoOf(wire: string): string {
  return wire.replace(' ', 'T').replace(/\+00(:00)?$/, 'Z');
}

/** Groups the digits of an exact decimal and keeps every digit after the point, trailing zeros too. */
function grouped(numbers: Intl.NumberFormat, decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  if (!/^-?\d+$/.test(whole)) return decimal; // NaN and Infinity, which numeric knows
  const sign = whole === '-0' ? '-' : '';
  const text = sign + numbers.format(BigInt(whole));
  return fraction === undefined ? text : text + decimalPoint(numbers) + fraction;
}

/** As many digits after the point as are stored: what is money on one page is the same amount on every other. */
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
