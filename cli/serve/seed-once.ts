import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import type { Database } from '../../core/database/pool.ts';
import type { Seed, SeedContext, SeededUser } from '../../core/development.ts';
import type { ProjectContext } from '../../core/settings.ts';
import { insertRows } from '../../core/write/insert-rows.ts';
import { seedNotExported } from '../errors.ts';

const ID = 'seed';
/** Key for pg_advisory_lock: two concurrent first starts must not both fill the tables. */
const LOCK = 'rustio seed';

interface SeedRun {
  readonly project: ProjectContext;
  readonly app: App;
  readonly database: Database;
  readonly log: (line: string) => void;
}

/**
 * Runs the project's seed once per database and returns the users that it created. The run is recorded only when it is complete:
 * an interrupted seed runs again, and must expect that some of its rows already exist.
 */
export async function seedOnce({ project, app, database, log }: SeedRun): Promise<readonly SeededUser[]> {
  const module = project.config?.seed;
  if (module === undefined || (await hasRun(database))) return [];
  const seed = await loadSeed(path.resolve(project.folder, module), module);
  const users: SeededUser[] = [];
  await withPlainConnection(database.url, async (lock) => {
    await lock.query('select pg_advisory_lock(hashtext($1))', [LOCK]);
    if (await hasRun(database)) return;
    await seed(seedContext({ app, database, folder: project.folder, log, reportAccount: (user) => users.push(user) }));
    // `infinity` protects the row from the clean-up of this table.
    await database.query(sql.unsafe`
      insert into rustio_idempotency_key (id, actor, created_at)
      values (${ID}, 'command:start', 'infinity')
      on conflict (id) do nothing
    `);
  });
  return users;
}

/** Adds the functions that are the same for every seed. */
export function seedContext(parts: Omit<SeedContext, 'insertRows'>): SeedContext {
  const { models } = parts.app;
  return { ...parts, insertRows: (tx, model, rows) => insertRows(tx, models.of(model), rows) };
}

async function hasRun(database: Database): Promise<boolean> {
  return database.exists(sql.unsafe`select from rustio_idempotency_key where id = ${ID}`);
}

async function loadSeed(file: string, setting: string): Promise<Seed> {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  const seed = module.seed;
  if (isSeed(seed)) return seed;
  throw seedNotExported({ file: setting });
}

function isSeed(value: unknown): value is Seed {
  return typeof value === 'function';
}
