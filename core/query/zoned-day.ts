// A calendar day as moments: what "until the 31st" means on a column that holds moments.

import { asIfUtc, isCalendarDate } from '../model/calendar.ts';
import { momentsOf, offsetAt } from '../model/zone.ts';

const DAY = 86_400_000;
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The day's first moment in a zone, as ISO text; undefined when the text is no day. */
export function startOfDay(text: string, zone: string): string | undefined {
  const midnight = midnightOf(text);
  return midnight === undefined ? undefined : isoText(firstMoment(midnight, zone));
}

/** The day's last moment in a zone, to the microsecond, which is as fine as PostgreSQL's timestamps are. */
export function endOfDay(text: string, zone: string): string | undefined {
  const midnight = midnightOf(text);
  if (midnight === undefined) return undefined;
  return isoText(firstMoment(midnight + DAY, zone) - 1).replace('Z', '999Z');
}

/** Kept within the years of four digits: the first and the last day reach beyond them in some zones. */
function isoText(moment: number): string {
  return new Date(Math.min(Math.max(moment, EARLIEST), LATEST)).toISOString();
}

function midnightOf(text: string): number | undefined {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || !isCalendarDate(year, month, day))
    return undefined;
  return asIfUtc({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 });
}

/** Where clocks were put forward over midnight, the day begins at the moment when they were. */
function firstMoment(midnight: number, zone: string): number {
  return momentsOf(zone, midnight)[0] ?? midnight - offsetAt(zone, midnight - DAY);
}
