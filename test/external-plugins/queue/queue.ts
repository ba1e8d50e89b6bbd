import { randomUUID } from 'node:crypto';
import { type App, type AuditContext, jobActor, sql, type Transaction, z } from 'rustio-admin/plugin';

/** What runs jobs of one name. It runs in a transaction that also marks the job as done. */
export interface JobHandler {
  readonly name: string;
  /** Full names of the permissions that it has. */
  readonly permissions: readonly string[];
  run(tx: Transaction, context: AuditContext, app: App, payload: unknown): Promise<void>;
}

export interface Queue {
  /** Adds a job in the transaction of a change: it runs after the commit, and never after a rollback. */
  enqueue(tx: Transaction, name: string, payload: unknown): Promise<void>;
}

declare module 'rustio-admin/plugin' {
  interface ExtensionPoints {
    'queue.handlers': JobHandler;
  }
  interface Services {
    queue: Queue;
  }
}

const MAX_ATTEMPTS = 3;
const job = sql.type(z.object({ id: z.string(), name: z.string(), payload: z.unknown(), attempts: z.number() }));
const waiting = sql.type(z.object({ jobs: z.number() }));

export const queue: Queue = {
  async enqueue(tx, name, payload) {
    await tx.query(
      sql.unsafe`insert into queue_job (name, payload) values (${name}, ${JSON.stringify(payload)}::jsonb)`,
    );
  },
};

/** Runs one job; false when none is due. Two workers never run the same one. */
export async function runOne(app: App): Promise<boolean> {
  const failed = await app.database.transaction(async (tx): Promise<{ id: string; error: unknown } | boolean> => {
    const next = await tx.maybeOne(job`
      select id, name, payload, attempts from queue_job
      where done_at is null and run_at <= now() and attempts < ${MAX_ATTEMPTS}
      order by id
      limit 1
      for update skip locked
    `);
    if (next === null) return false;
    const handler = app.contributions('queue.handlers').find(({ name }) => name === next.name);
    try {
      if (!handler) throw new Error(`No plugin handles the job "${next.name}".`);
      await tx.savepoint((inner) => handler.run(inner, contextOf(handler), app, next.payload));
      await tx.query(
        sql.unsafe`update queue_job set done_at = now(), attempts = attempts + 1 where id = ${next.id}::bigint`,
      );
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await tx.query(sql.unsafe`
        update queue_job
        set attempts = attempts + 1, last_error = ${reason}, run_at = now() + interval '1 minute' * (attempts + 1)
        where id = ${next.id}::bigint
      `);
      return { id: next.id, error };
    }
  });
  if (typeof failed === 'boolean') return failed;
  app.log.warn({ err: failed.error, job: failed.id }, 'a job failed');
  return true;
}

function contextOf({ name, permissions }: JobHandler): AuditContext {
  return { actor: jobActor(name, permissions), correlationId: randomUUID(), ip: null, credential: null };
}

export async function countWaiting(app: App): Promise<number> {
  const { jobs: count } = await app.database.one(
    waiting`select count(*)::integer as jobs from queue_job where done_at is null`,
  );
  return count;
}

/** Runs jobs until the process stops; a job that is running is finished first. */
export async function work(app: App, signal: AbortSignal, idle: () => Promise<void>): Promise<void> {
  while (!signal.aborted) if (!(await runOne(app))) await idle();
}
