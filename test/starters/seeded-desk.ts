// The strike desk as its first start leaves it: migrated and seeded, in a template that is made once a run.

import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { App } from '../../core/app.ts';
import { boot } from '../../core/boot.ts';
import type { SeededPerson } from '../../core/config.ts';
import { type Database, openDatabase } from '../../core/database/pool.ts';
import { readEnvironment } from '../../core/environment.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { loadProject } from '../../core/project.ts';
import { builtIn } from '../../plugins/order.ts';
import { seed } from '../../starters/strikes/seed.ts';
import { preparedTemplate, testDatabase } from '../support/database.ts';

/** Where the starter is. */
export const folder = fileURLToPath(new URL('../../starters/strikes/', import.meta.url)).replace(/\/$/, '');

export interface Desk {
  readonly app: App;
  readonly database: Database;
  close(): Promise<void>;
}

/** The name of the template that holds the seeded desk. */
export function deskTemplate(): Promise<string> {
  return preparedTemplate('strikes_desk', async (url) => {
    const desk = await openDesk(url);
    await runSeed(desk);
    await desk.close();
  });
}

/** A copy of the desk's own: nobody else changes it. */
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

/** A desk on an empty database, migrated and not seeded. */
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

/** Runs the seed and gives back whom it introduced. */
export async function runSeed({ app, database }: Desk): Promise<readonly SeededPerson[]> {
  const people: SeededPerson[] = [];
  await seed({ app, database, folder, say: () => {}, introduce: (person) => people.push(person) });
  return people;
}

async function openDesk(url: string): Promise<Desk> {
  const environment = readEnvironment(folder, {
    DATABASE_URL: url,
    RUSTIO_SECRET_KEYS: 'ab'.repeat(32),
  });
  const project = await loadProject(folder, environment);
  if (project.config === undefined) throw project.configError;
  const database = await openDatabase(url);
  const { app } = await boot({ project, plugins: builtIn, database, log: pino({ level: 'silent' }) });
  await migrate(url, migrationSources(folder, app.plugins), { by: 'test' });
  return { app, database, close: () => database.close() };
}
