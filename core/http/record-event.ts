import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../app.ts';
import { isTemporary } from '../database/errors.ts';
import { auditContext, type Context } from '../request/context.ts';
import type { EventToRecord } from '../write/events.ts';

/** How long a response waits for the entry; after that it is recorded in the background. */
const MAX_WAIT_MS = 1_000;

/** Entries that responses no longer wait for. */
const late = new WeakMap<App, Set<Promise<void>>>();
const MAX_SETTLE_MS = 6_000;

/** Waits for late entries when the process stops, for longer than they wait for a lock. Their connections are closed afterwards. */
export async function settleEvents(app: App): Promise<void> {
  const timeout = wait(MAX_SETTLE_MS, undefined, { ref: false });
  await Promise.race([Promise.allSettled([...(late.get(app) ?? [])]), timeout]);
}

/**
 * Records an event of a request that changes nothing, in a transaction of its own. If the database cannot store it now (read-only,
 * locked, full), the failure is logged and the page is still shown.
 *
 * @throws whatever else goes wrong, such as a rule that discards the entry.
 */
export async function recordEvent<N extends 'access_denied' | 'file_read' | 'record_viewed'>(
  ctx: Context,
  app: App,
  name: N,
  event: EventToRecord<N>,
): Promise<void> {
  const { correlationId: id } = ctx.state;
  let isLate = false;
  const recorded = app.database
    .transaction((tx) => app.events.record(tx, auditContext(ctx), name, event))
    .catch((error: unknown) => {
      if (!isLate && !isTemporary(error)) throw error;
      app.log.error({ err: error, id }, `the event ${name} could not be recorded`);
    });
  const timeout = wait(MAX_WAIT_MS, undefined, { ref: false }).then(() => {
    isLate = true;
  });
  // fault: page-waits-for-its-entry
  await Promise.race([recorded, timeout]);
  if (!isLate) return;
  const entries = late.get(app) ?? new Set();
  late.set(app, entries.add(recorded));
  void recorded.finally(() => entries.delete(recorded));
}
