import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import type { ProjectContext, Seed, SeededPerson } from '../../core/config.ts';
import { withPlainConnection } from '../../core/database/plain.ts';
import type { Database } from '../../core/database/pool.ts';
import { RustioError } from '../../core/errors.ts';

const ID = 'seed';
/** Of pg_advisory_lock: two first starts at once must not both fill the tables. */
const LOCK = 'rustio seed';

interface SeedRun {
  readonly project: ProjectContext;
  readonly app: App;
  readonly database: Database;
  readonly say: (line: string) => void;
}

/**
 * Runs the project's seed on a database where it has not run yet, and gives back the people whom it made. That it ran is
 * written down after it: a seed that was interrupted runs again, and so must bear finding some of its rows.
 */
export async function seedOnce({ project, app, database, say }: SeedRun): Promise<readonly SeededPerson[]> {
  const module = project.config?.seed;
  if (module === undefined || (await hasRun(database))) return [];
  const seed = await loadSeed(path.resolve(project.folder, module), module);
  const people: SeededPerson[] = [];
  await withPlainConnection(database.url, async (lock) => {
    await lock.query('select pg_advisory_lock(hashtext($1))', [LOCK]);
    if (await hasRun(database)) return;
    await seed({ app, database, folder: project.folder, say, introduce: (person) => people.push(person) });
    // Never older than what an upkeep of this table would delete.
    await database.query(sql.unsafe`
      insert into rustio_once (id, actor, created_at)
      values (${ID}, 'command:start', 'infinity')
      on conflict (id) do nothing
    `);
  });
  return people;
}

async function hasRun(database: Database): Promise<boolean> {
  return database.exists(sql.unsafe`select from rustio_once where id = ${ID}`);
}

async function loadSeed(file: string, written: string): Promise<Seed> {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  const seed = module.seed;
  if (isSeed(seed)) return seed;
  throw new RustioError('RIO-SEED-EXPORT', {
    problem: `${written} exports no function named "seed".`,
    why: '`seed` of the config names a module whose export of that name fills a fresh development database.',
    fix: `Write in ${written}: export async function seed({ app, database, say }: SeedContext) { … }`,
    retry: 'After the correction.',
  });
}

function isSeed(value: unknown): value is Seed {
  return typeof value === 'function';
}
