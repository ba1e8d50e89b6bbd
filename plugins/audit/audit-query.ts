import { isIP } from 'node:net';
import type { App } from '../../core/app.ts';
import { parseKey } from '../../core/model/key.ts';
import type { RequestState } from '../../core/request/context.ts';
import { CORE_EVENTS } from '../../core/write/events.ts';
import { type EntryFilter, type EntryWindow, isEntryId } from './entries.ts';
import { invalidAuditFilter } from './errors.ts';
import { seesEveryRow } from './visible.ts';

const PAGE = 50;
/** The filters of the page. `period` has two parameters. */
export const FILTERS = ['event', 'user', 'model', 'key', 'period', 'address', 'correlation'] as const;
export type FilterName = (typeof FILTERS)[number];
const NAMES = new Set<string>([...FILTERS.filter((name) => name !== 'period'), 'from', 'to', 'before', 'after']);
/** Max length of an unreadable value quoted in a message. */
const MAX_ENTERED = 200;

export interface AuditQuery {
  readonly filter: EntryFilter;
  /** The name for which `filter.user` was looked up, as typed. */
  readonly user: string | undefined;
  readonly window: EntryWindow;
  /** The invalid values by filter. These filters are not applied, which the page must report. */
  readonly unreadable: ReadonlyMap<FilterName, string>;
}

/**
 * Parses the query string of the audit page, by the rules of lists: unknown filters (`f.…`) and invalid positions return 400, invalid
 * values are reported at their filter, and parameters of other programs (`utm_source`) are ignored.
 */
export function parseAuditQuery(
  app: App,
  params: URLSearchParams,
  { actor, timeZone }: Pick<RequestState, 'actor' | 'timeZone'>,
): AuditQuery {
  const reject = (name: string): never => {
    const link = { url: app.urls.to('/audit'), label: 'audit.filter.reset' };
    throw invalidAuditFilter({ name: name.slice(0, 40), link });
  };
  for (const name of params.keys()) if (name.startsWith('f.')) reject(name);
  const unreadable = new Map<FilterName, string>();
  const valuesOf = (name: string) => params.getAll(name).filter((value) => value !== '');
  const single = (
    name: string,
    isValid: (text: string) => boolean,
    report: (values: string) => void,
  ): string | undefined => {
    const values = valuesOf(name);
    const [value] = values;
    if (value === undefined) return undefined;
    if (values.length === 1 && isValid(value)) return value;
    report([...new Set(values)].join(', ').slice(0, MAX_ENTERED));
    return undefined;
  };
  const filter = (name: FilterName) => (values: string) => {
    const others = unreadable.get(name);
    unreadable.set(name, others === undefined || others === values ? values : `${others}, ${values}`);
  };
  const available = eventNames(app);
  const unknownEvents = valuesOf('event').filter((event) => !available.includes(event));
  if (unknownEvents.length > 0) filter('event')([...new Set(unknownEvents)].join(', ').slice(0, MAX_ENTERED));
  const events = unknownEvents.length > 0 ? [] : valuesOf('event');
  const users = app.optionalService('users');
  const isUser = (text: string) => (users === undefined ? isName(text) : users.idOf(text.trim()) !== undefined);
  const name = single('user', isUser, filter('user'))?.trim();
  const model = single('model', (text) => app.models.byName(text) !== undefined, filter('model'));
  const info = model === undefined ? undefined : app.models.byName(model);
  // Users who cannot see every row would otherwise learn which records exist.
  // fault: key-filter-reveals-records
  const isKey = (text: string) =>
    info !== undefined && seesEveryRow(app, actor, info) && parseKey(info, text) !== undefined;
  const key = single('key', isKey, filter('key'));
  const address = single('address', (text) => isIP(text.trim()) !== 0, filter('address'))?.trim();
  const dates = { from: single('from', isDate, filter('period')), to: single('to', isDate, filter('period')) };
  // If one end of the period is invalid, drop both: half a period would show more entries than requested.
  const { from, to } = unreadable.has('period') ? {} : dates;
  const correlationId = single('correlation', isCorrelationId, filter('correlation'));
  const before = single('before', isEntryId, () => reject('before'));
  const after = single('after', isEntryId, () => reject('after'));
  if (before !== undefined && after !== undefined) reject('after');
  return {
    filter: {
      ...(events.length > 0 && { events }),
      // Without a user directory, filter by the name recorded in the entries.
      ...(name !== undefined && { user: users?.idOf(name) ?? name }),
      ...(model !== undefined && { model }),
      ...(key !== undefined && { key }),
      ...(address !== undefined && { address }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(correlationId !== undefined && { correlationId }),
      timeZone,
    },
    user: name,
    window: { size: PAGE, ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
    unreadable,
  };
}

/** The parameters that are the page's own; its links have no others. */
export function ownParameters(params: URLSearchParams): URLSearchParams {
  // fault: foreign-parameters-of-audit
  return new URLSearchParams([...params].filter(([name]) => NAMES.has(name)));
}

/** All event names in the audit trail: three per model, and those declared by plugins. */
export function eventNames(app: Pick<App, 'plugins'>): readonly string[] {
  return [...CORE_EVENTS, ...app.plugins.flatMap((plugin) => plugin.events ?? [])];
}

/** Whether a string can be the ID of a request, job or command. */
export function isCorrelationId(text: string): boolean {
  return /^[A-Za-z0-9_-]{16,64}$/.test(text);
}

function isName(text: string): boolean {
  return text.trim() !== '' && text.length <= 254 && !/\p{C}/u.test(text);
}

/** A valid date in a range that PostgreSQL supports. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
