/** A world with the writing door open, for its tests. */
import { z } from 'zod';
import type { Actor, AuditContext } from '../../../core/actor.ts';
import type { Transaction } from '../../../core/database/pool.ts';
import { createEvents, type EventHandlers, type RecordedEvent } from '../../../core/events.ts';
import { createWrite } from '../../../core/write/create-write.ts';
import type { Problem, Snapshot, Written } from '../../../core/write/types.ts';
import type { Write } from '../../../core/write/write.ts';
import { models, openWorld, policyWith, type Rules, run, somebody, type World } from '../query/world.ts';

export interface Desk extends World {
  /** What was recorded since the last look, as short texts and whole. */
  takeEvents(): readonly RecordedEvent[];
  write(rules?: Rules, handlers?: EventHandlers): Write;
  /** Empties every table and starts their numbers over, and forgets the events. */
  clear(): Promise<void>;
  /** One change in a transaction of its own. */
  change<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export const cause: AuditContext = causeOf(somebody);

export function causeOf(actor: Actor): AuditContext {
  return { actor, correlationId: 'test', ip: null, credential: null };
}

export async function openDesk(): Promise<Desk> {
  const world = await openWorld();
  let recorded: RecordedEvent[] = [];
  return {
    ...world,
    takeEvents() {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    write(rules = {}, handlers = {}) {
      const listen: EventHandlers = {
        '*': async (_tx, event) => {
          recorded.push(event);
        },
      };
      const events = createEvents(new Set(['create', 'update', 'delete']), [handlers, listen]);
      return createWrite({ models, policy: policyWith(rules), events });
    },
    async clear() {
      recorded = [];
      await run(
        world.database,
      )`truncate place, person, tag, person_tag, task, contract, leg, rustio_once restart identity`;
    },
    change: (work) => world.database.transaction(work),
  };
}

/** `field: problem.key` for each, so that a test reads as the form would look. */
export function mistakes(written: Written): readonly string[] {
  if (written.outcome !== 'invalid') return [written.outcome];
  return written.problems.map(({ field, issue }: Problem) => `${field ?? '(record)'}: ${issue.key}`).sort();
}

/** One side of an event's data. */
export function side(event: RecordedEvent | undefined, name: 'before' | 'after'): Snapshot {
  const found: unknown = event === undefined ? undefined : Reflect.get(event.data, name);
  return z.record(z.string(), z.unknown()).parse(found);
}
