import type { Transaction } from '../database/pool.ts';
import { unknownEvent } from '../errors/data.ts';
import type { AuditContext } from '../policy/actor.ts';
import { type CurrentActor, currentContext } from './current-actor.ts';
import type { Snapshot } from './types.ts';

/**
 * The data of every event by name. Plugins add theirs by declaration merging and list the names in `events`. Names are
 * snake_case and never change.
 */
export interface EventData {
  create: { readonly after: Snapshot };
  update: { readonly before: Snapshot; readonly after: Snapshot };
  delete: {
    readonly before: Snapshot;
    /**
     * The number of rows, by table, that the database deleted with the record, or whose reference it removed, and that belong to
     * tables without a model; null if the application's role may not count them.
     */
    readonly alsoDeleted?: Readonly<Record<string, number | null>>;
    readonly alsoUnlinked?: Readonly<Record<string, number | null>>;
  };
  /** A request of a user, token or job was denied (403). */
  access_denied: { readonly request: string };
  /** `app.write` denied a change because the actor lacks the permission. `model` is the name of the model. */
  change_denied: { readonly action: 'add' | 'change' | 'delete'; readonly model: string };
  /** The content of a stored file was sent to a user. */
  file_read: { readonly field: string };
  /** A user has opened a record of a model that declares `recordsViews`. */
  record_viewed: Readonly<Record<never, never>>;
}
/** The name of an event of core or of a plugin. */
export type EventName = keyof EventData;

/** The events that core records. */
export const CORE_EVENTS = [
  'create',
  'update',
  'delete',
  'access_denied',
  'change_denied',
  'file_read',
  'record_viewed',
] as const satisfies readonly EventName[];

/** The record or account that an event is about. */
export interface Subject {
  readonly model: string;
  readonly key: string;
  readonly label: string;
}

/** The personal data of an erased record; see `EventToRecord.erases`. */
export interface Erasure {
  /** The names of the fields whose values are removed. */
  readonly fields: readonly string[];
  /** The label of the record before it was erased, for handlers alone: it is not stored. */
  readonly formerLabel: string;
  /** The id of the account, if the record is one. */
  readonly userId?: number;
}

/** An event as handlers receive it. */
export interface RecordedEvent<N extends EventName = EventName> {
  readonly name: N;
  readonly context: AuditContext;
  readonly subject: Subject | null;
  readonly data: EventData[N];
  /** See `EventToRecord.aggregationKey`. */
  readonly aggregationKey?: string | undefined;
  /** See `EventToRecord.erases`. */
  readonly erases?: Erasure | undefined;
}

/** An event as code records it. */
export interface EventToRecord<N extends EventName> {
  readonly subject: Subject | null;
  readonly data: EventData[N];
  /**
   * For events that a client can repeat at will, such as denied requests. The audit trail combines events within the same minute with the
   * same name, actor and key into one entry and counts them. The key can be an empty string. Anonymous requests from one network
   * count as the same actor.
   */
  readonly aggregationKey?: string;
  /**
   * With this event, the personal data of the subject is erased, whose label is now a pseudonym. In earlier entries about it, the audit trail
   * replaces the label by the pseudonym and removes the values of these fields; of an account, also its name wherever the user acted.
   * Other plugins delete in a handler of the event what they have stored about the subject. The name of the event ends in `_erased`, by
   * which the audit trail recognises that the erasure was recorded.
   */
  readonly erases?: Erasure;
}

/** Runs in the transaction that records the event: if it throws, the whole change is rolled back. */
export type EventHandler<N extends EventName = EventName> = (tx: Transaction, event: RecordedEvent<N>) => Promise<void>;
/** `'*'` receives every event. */
export type EventHandlers = { readonly [N in EventName]?: EventHandler<N> } & { readonly '*'?: EventHandler };

/** The only way to record an event. */
export interface Events {
  record<N extends EventName>(tx: Transaction, context: AuditContext, name: N, event: EventToRecord<N>): Promise<void>;
  /**
   * Reloads the actor of the context and locks it until the transaction ends. Returns undefined if the user has signed out or
   * lost their account since the request began. `app.write` calls this itself. Code with its own SQL must call it first and
   * check the actor that it returns. The context of a command or job is returned unchanged. It costs one statement per
   * transaction.
   *
   * @example
   * const current = await app.events.currentContext(tx, auditContext(ctx));
   * if (!current || !app.policy.holds(current.actor, 'invoice.send')) return { outcome: 'forbidden' };
   */
  currentContext(tx: Transaction, context: AuditContext): Promise<AuditContext | undefined>;
}

/**
 * Binds the handlers of all plugins, in order. `declared`: the names of events that can be recorded. `actorHooks`: the
 * `currentActor` hooks of all plugins.
 */
export function createEvents(
  declared: ReadonlySet<string>,
  handlers: readonly EventHandlers[],
  actorHooks: readonly CurrentActor[] = [],
): Events {
  return {
    currentContext: (tx, context) => currentContext(actorHooks, tx, context),
    async record(tx, context, name, { subject, data, aggregationKey, erases }) {
      if (!declared.has(name)) throw unknownEvent({ name });
      const event = { name, context, subject, data, aggregationKey, erases };
      for (const handler of handlers) {
        // The lookup by name guarantees that handler[name] takes this event, but TypeScript cannot infer that.
        await (handler[name] as EventHandler | undefined)?.(tx, event);
        await handler['*']?.(tx, event);
      }
    },
  };
}
