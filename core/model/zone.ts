// Wall clocks and moments. What a zone's clocks did comes from Intl, so from the time zone data that Node carries.

const formats = new Map<string, Intl.DateTimeFormat>();
const OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/;
const DAY = 86_400_000;

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. Throws RangeError for an unknown zone. */
export function offsetAt(zone: string, moment: number): number {
  const match = OFFSET.exec(formatFor(zone).format(moment));
  if (match === null) return 0;
  const [, sign, hours, minutes, seconds = 0] = match;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -offset : offset;
}

/**
 * The moments, in order, at which the clocks of a zone show a wall-clock time (given as if it were UTC): one as a rule, two
 * where clocks were put back over it, none where they were put forward.
 */
export function momentsOf(zone: string, wall: number): readonly number[] {
  // A zone's clocks change at most once within two days, so the offsets before and after are all that can apply.
  const before = wall - offsetAt(zone, wall - DAY);
  const after = wall - offsetAt(zone, wall + DAY);
  return [...new Set([before, after])]
    .filter((moment) => moment + offsetAt(zone, moment) === wall)
    .sort((one, other) => one - other);
}

/** `+02:00`, with seconds where a zone of old had them. */
export function writeOffset(offset: number): string {
  const seconds = Math.abs(offset) / 1000;
  const parts = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    ...(seconds % 60 === 0 ? [] : [seconds % 60]),
  ];
  return (offset < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  return format;
}
