import type { AuditContext } from './actor.ts';
import type { Transaction } from './database/pool.ts';
import { RustioError } from './errors.ts';
import type { Snapshot } from './write/types.ts';

/**
 * Every event's data by name. Plugins add theirs by declaration merging and list the names in `events`.
 * A name is snake_case and for ever.
 */
export interface EventData {
  create: { readonly after: Snapshot };
  update: { readonly before: Snapshot; readonly after: Snapshot };
  delete: { readonly before: Snapshot };
}
/** The name of an event: those of core, and those that plugins merge into `EventData`. */
export type EventName = keyof EventData;

/** The record, account or thing that an event is about. */
export interface Subject {
  readonly model: string;
  readonly key: string;
  readonly label: string;
}

/** An event as handlers get it. */
export interface RecordedEvent<N extends EventName = EventName> {
  readonly name: N;
  readonly context: AuditContext;
  readonly subject: Subject | null;
  readonly data: EventData[N];
}

/** Runs in the transaction that records the event: when it throws, nothing of the change stands. */
export type EventHandler<N extends EventName = EventName> = (tx: Transaction, event: RecordedEvent<N>) => Promise<void>;
/** `'*'` hears everything. */
export type EventHandlers = { readonly [N in EventName]?: EventHandler<N> } & { readonly '*'?: EventHandler };

/** The one way to say that something happened. */
export interface Events {
  record<N extends EventName>(
    tx: Transaction,
    cause: AuditContext,
    name: N,
    event: { readonly subject: Subject | null; readonly data: EventData[N] },
  ): Promise<void>;
}

/** Binds the handlers of all plugins, in their order. `known` are the declared names; another one is refused. */
export function createEvents(known: ReadonlySet<string>, handlers: readonly EventHandlers[]): Events {
  return {
    async record(tx, cause, name, { subject, data }) {
      if (!known.has(name)) {
        throw new RustioError('RIO-EVENT-UNKNOWN', {
          problem: `The event "${name}" is recorded, but no plugin declares it.`,
          why: 'Events are declared in `events` of a plugin, so that nothing is recorded that nobody documented.',
          fix: `Add "${name}" to the plugin's events.`,
          retry: 'After the change; the transaction was rolled back.',
        });
      }
      const event = { name, context: cause, subject, data };
      for (const handler of handlers) {
        // TypeScript cannot see that handler[name] takes this very event; the lookup by name is what guarantees it.
        await (handler[name] as EventHandler | undefined)?.(tx, event);
        await handler['*']?.(tx, event);
      }
    },
  };
}
