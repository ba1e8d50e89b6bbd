import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../../core/app.ts';
import type { ProcessInfo, Stop } from '../../core/plugin.ts';
import { readSchemaVersion } from './schema-version.ts';

/** A web process serves requests first: loading graphile-worker would delay its start. */
const WEB_DELAY_MS = 250;
/** How often a process checks whether the migrations that it waits for have been applied. */
const MIGRATION_CHECK_MS = 2_000;

/** Runs jobs in workers, and in web processes if `inWeb` is enabled. */
export async function start(app: App, { role, signal }: ProcessInfo): Promise<Stop | undefined> {
  const { inWeb = !app.environment.production } = app.options('jobs');
  if (role === 'worker')
    return (await readSchemaVersion(app.database)) === null ? startLater(app, signal, 0) : startRunner(app, signal);
  return role === 'web' && inWeb ? startLater(app, signal, WEB_DELAY_MS) : undefined;
}

async function startRunner(app: App, signal: AbortSignal): Promise<Stop> {
  const runner = await import('./runner.ts');
  return runner.startRunner(app, signal);
}

/** Starts after a delay, and once the tables exist. */
function startLater(app: App, signal: AbortSignal, delay: number): Stop {
  const begin = async (): Promise<Stop> => {
    await wait(delay, undefined, { signal });
    await waitForTables(app, signal);
    return startRunner(app, signal);
  };
  const running = begin().catch((error: unknown) => {
    if (!signal.aborted) app.log.error({ err: error }, 'this process runs no jobs');
    return undefined;
  });
  return async () => {
    await (await running)?.();
  };
}

/** Waits for the migrations, which startup has reported as pending. It keeps waiting while the database is unavailable. */
async function waitForTables(app: App, signal: AbortSignal): Promise<void> {
  let failing = false;
  const exist = async (): Promise<boolean> => {
    try {
      const version = await readSchemaVersion(app.database);
      failing = false;
      return version !== null;
    } catch (error) {
      if (!failing) app.log.error({ err: error }, 'the tables of the job queue could not be read; retrying');
      failing = true;
      return false;
    }
  };
  while (!(await exist())) await wait(MIGRATION_CHECK_MS, undefined, { signal });
}
