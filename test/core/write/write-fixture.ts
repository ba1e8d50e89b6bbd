/** The fixture of the query tests, with `app.write` and its events. */
import { sql } from 'slonik';
import { z } from 'zod';
import type { Transaction } from '../../../core/database/pool.ts';
import type { Problem } from '../../../core/model/issue.ts';
import type { Actor, AuditContext } from '../../../core/policy/actor.ts';
import { createEvents, type EventHandlers, type RecordedEvent } from '../../../core/write/events.ts';
import type { Snapshot, Written } from '../../../core/write/types.ts';
import { createWrite, type Write } from '../../../core/write/write.ts';
import { type Fixture, models, openFixture, policyWith, type Rules, run, somebody } from '../query/fixture.ts';

export interface WriteFixture extends Fixture {
  /** The events recorded since the last call. */
  takeEvents(): readonly RecordedEvent[];
  write(rules?: Rules, handlers?: EventHandlers): Write;
  /** Empties every table, restarts their identity keys, and forgets the events. */
  clear(): Promise<void>;
  countRows(table: string): Promise<number>;
  /** One change in a transaction of its own. */
  change<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export const context: AuditContext = auditContextOf(somebody);

export function auditContextOf(actor: Actor): AuditContext {
  return { actor, correlationId: 'test', ip: null, credential: null };
}

export async function openWriteFixture(): Promise<WriteFixture> {
  const fixture = await openFixture();
  let recorded: RecordedEvent[] = [];
  return {
    ...fixture,
    takeEvents() {
      const events = recorded;
      recorded = [];
      return events;
    },
    write(rules = {}, handlers = {}) {
      const recorder: EventHandlers = {
        '*': async (_tx, event) => {
          recorded.push(event);
        },
      };
      const events = createEvents(new Set(['create', 'update', 'delete']), [handlers, recorder]);
      return createWrite({ models, policy: policyWith(rules), events });
    },
    async clear() {
      recorded = [];
      await run(
        fixture.database,
      )`truncate place, person, tag, person_tag, task, contract, leg, rustio_idempotency_key restart identity`;
    },
    countRows: (table) =>
      fixture.database.oneFirst(
        sql.type(z.object({ count: z.coerce.number() }))`select count(*) from ${sql.identifier([table])}`,
      ),
    change: (work) => fixture.database.transaction(work),
  };
}

/** The outcome, or for invalid values `field: problem.key` of each problem, sorted. */
export function resultOf(written: Written): readonly string[] {
  if (written.outcome !== 'invalid') return [written.outcome];
  return written.problems.map(({ field, issue }: Problem) => `${field ?? '(record)'}: ${issue.key}`).sort();
}

/** The snapshot before or after the change, of an event's data. */
export function snapshotIn(event: RecordedEvent | undefined, name: 'before' | 'after'): Snapshot {
  const snapshot: unknown = event === undefined ? undefined : Reflect.get(event.data, name);
  return z.record(z.string(), z.unknown()).parse(snapshot);
}
