import type { App } from '../../core/app.ts';
import { RustioError } from '../../core/errors.ts';
import type { EntryFilter, EntryWindow } from './entries.ts';
import { isEntryId } from './history.ts';

const PAGE = 50;
const NAMES = new Set(['event', 'person', 'model', 'from', 'to', 'correlation', 'before', 'after']);
const CORRELATION = /^[A-Za-z0-9_-]{16,64}$/;

export interface AuditAsk {
  readonly filter: EntryFilter;
  /** The name that `filter.person` stands for, as it was typed. */
  readonly person: string | undefined;
  readonly window: EntryWindow;
}

/**
 * What the address of the audit page asks for. Names and values that mean nothing are refused (400), never ignored: a filter
 * with a slip in it would show too much, and look as if it had worked.
 */
export function parseAuditAsk(app: App, params: URLSearchParams, timeZone: string): AuditAsk {
  const wrong = (what: string): never => {
    throw badAsk(what);
  };
  for (const name of params.keys()) if (!NAMES.has(name)) wrong(name);
  const one = (name: string, fits: (text: string) => boolean): string | undefined => {
    const values = params.getAll(name).filter((value) => value !== '');
    const [value] = values;
    if (value === undefined) return undefined;
    return values.length === 1 && fits(value) ? value : wrong(name);
  };
  const known = eventNames(app);
  const events = params.getAll('event').filter((value) => value !== '');
  if (!events.every((event) => known.includes(event))) wrong('event');
  const people = app.optionalService('people');
  const person = one('person', (text) =>
    people === undefined ? isName(text) : people.idOf(text.trim()) !== undefined,
  );
  const name = person?.trim();
  const model = one('model', (text) => app.models.byName(text) !== undefined);
  const from = one('from', isDate);
  const to = one('to', isDate);
  const correlationId = one('correlation', (text) => CORRELATION.test(text));
  const before = one('before', isEntryId);
  const after = one('after', isEntryId);
  if (before !== undefined && after !== undefined) wrong('after');
  return {
    filter: {
      ...(events.length > 0 && { events }),
      // Without a directory people are found by the name that they had when they did it.
      ...(name !== undefined && { person: people?.idOf(name) ?? name }),
      ...(model !== undefined && { model }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(correlationId !== undefined && { correlationId }),
      timeZone,
    },
    person: name,
    window: { size: PAGE, ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
  };
}

/** Everything that can stand in the trail: the three of every model, and what plugins declare. */
export function eventNames(app: Pick<App, 'plugins'>): readonly string[] {
  return ['create', 'update', 'delete', ...app.plugins.flatMap((plugin) => plugin.events ?? [])];
}

function isName(text: string): boolean {
  return text.trim() !== '' && text.length <= 254 && !/\p{C}/u.test(text);
}

/** A day that exists, within what PostgreSQL and people can mean. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function badAsk(asked: string): RustioError {
  const name = asked.slice(0, 40);
  return new RustioError(
    'RIO-AUDIT-FILTER',
    {
      problem: 'The address of this page asks for something that does not exist.',
      why: `"${name}" is unknown here, or its value is none that it can have.`,
      fix: 'Open the audit page again and use its filters.',
      retry: 'After that.',
    },
    { status: 400, params: { name } },
  );
}
