// The starter strikes after its first start: migrated and seeded, in a template that is created once per run.

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { seedContext } from '../../cli/serve/seed-once.ts';
import type { App } from '../../core/app.ts';
import { boot } from '../../core/boot/boot.ts';
import { readEnvironment } from '../../core/boot/environment.ts';
import { loadProject } from '../../core/boot/project.ts';
import { type Database, openDatabase } from '../../core/database/pool.ts';
import type { SeededUser } from '../../core/development.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { seed } from '../../starters/strikes/seed.ts';
import { preparedTemplate, testDatabase } from '../support/database.ts';

/** Where the starter is. */
export const folder = fileURLToPath(new URL('../../starters/strikes/', import.meta.url)).replace(/\/$/, '');

export interface Desk {
  readonly app: App;
  readonly database: Database;
  close(): Promise<void>;
}

/** The name of the template with the seeded starter. */
export function deskTemplate(): Promise<string> {
  return preparedTemplate('strikes_desk', async (url) => {
    const desk = await openDesk(url);
    await runSeed(desk);
    await desk.close();
  });
}

/** A copy for one test file. */
export async function seededDesk(): Promise<Desk> {
  const template = await deskTemplate();
  const copy = await testDatabase(template);
  const desk = await openDesk(copy.url);
  return {
    ...desk,
    async close() {
      await desk.close();
      await copy.drop();
    },
  };
}

/** The starter on an empty database, migrated and not seeded. */
export async function emptyDesk(): Promise<Desk> {
  const { url, drop } = await testDatabase();
  const desk = await openDesk(url);
  return {
    ...desk,
    async close() {
      await desk.close();
      await drop();
    },
  };
}

/** Runs the seed and returns the accounts that it created. */
export async function runSeed({ app, database }: Desk): Promise<readonly SeededUser[]> {
  const people: SeededUser[] = [];
  await seed(seedContext({ app, database, folder, log: () => {}, reportAccount: (person) => people.push(person) }));
  return people;
}

async function openDesk(url: string): Promise<Desk> {
  const environment = readEnvironment(folder, {
    DATABASE_URL: url,
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
  });
  const project = await loadProject(folder, environment);
  if (project.config === undefined) throw project.configError;
  const database = await openDatabase(url);
  const { app } = await boot({ project, plugins: builtIn, database, log: pino({ level: 'silent' }) });
  await migrate(url, migrationSources(folder, app.plugins), { by: 'test' });
  return { app, database, close: () => database.close() };
}
