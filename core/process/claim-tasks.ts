// The process that updates a scheduled task's row in the database runs the task.

import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../database/queries.ts';

/**
 * How long a process may fail to renew its lease before another one takes over its task. It renews the lease three times in that
 * period.
 */
const LEASE_SECONDS = 60;
export const RENEW_MS = (LEASE_SECONDS * 1_000) / 3;

export interface DueTask {
  /** The plugin's name, or `core`. */
  readonly plugin: string;
  readonly name: string;
  readonly everyMs: number;
}

/** A task that this process has claimed and must run. */
export interface ClaimedTask {
  readonly plugin: string;
  readonly name: string;
  readonly run: string;
}

const claimed = sql.type(z.object({ plugin: z.string(), name: z.string(), run: z.string() }));

/**
 * Claims all tasks that are due and not running, in one statement. A task that has never run is due. Rows are locked in a fixed
 * order, so that two processes do not wait for each other.
 */
export function claimTasks(database: Query, tasks: readonly DueTask[]): Promise<readonly ClaimedTask[]> {
  const run = randomUUID();
  return database.any(claimed`
    insert into rustio_schedule as s (plugin, task, every, last_started, leased_until, run)
    select plugin, task, every * interval '1 millisecond', now(), now() + make_interval(secs => ${LEASE_SECONDS}), ${run}::uuid
    from ${sql.unnest(
      tasks.map(({ plugin, name, everyMs }) => [plugin, name, everyMs]),
      ['text', 'text', 'float8'],
    )} as due (plugin, task, every)
    order by plugin, task
    on conflict (plugin, task) do update
      set every = excluded.every, last_started = excluded.last_started, leased_until = excluded.leased_until, run = excluded.run
      where s.last_started <= now() - excluded.every and (s.leased_until is null or s.leased_until < now())
    returning s.plugin, s.task as name, s.run::text as run
  `);
}

/** Renews the lease, so that other processes do not take over the task. */
export async function renewLease(database: Query, { plugin, name, run }: ClaimedTask): Promise<void> {
  await database.query(sql.unsafe`
    update rustio_schedule
    set leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where plugin = ${plugin} and task = ${name} and run = ${run}::uuid
  `);
}

export async function releaseLease(database: Query, { plugin, name, run }: ClaimedTask): Promise<void> {
  await database.query(sql.unsafe`
    update rustio_schedule set leased_until = null where plugin = ${plugin} and task = ${name} and run = ${run}::uuid
  `);
}
