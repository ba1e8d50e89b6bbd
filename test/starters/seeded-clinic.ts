// The starter clinic after its first start: migrated and seeded, in a template that is created once per run; and served.

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { seedContext } from '../../cli/serve/seed-once.ts';
import { boot } from '../../core/boot/boot.ts';
import { readEnvironment } from '../../core/boot/environment.ts';
import { loadConfig } from '../../core/boot/project.ts';
import type { Config } from '../../core/config.ts';
import { openDatabase } from '../../core/database/pool.ts';
import type { SeededUser } from '../../core/development.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { seed } from '../../starters/clinic/seed.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { preparedTemplate } from '../support/database.ts';

/** Where the starter is. */
export const folder = fileURLToPath(new URL('../../starters/clinic/', import.meta.url)).replace(/\/$/, '');
export const config: Config = await loadConfig(folder);

/** The permissions of the reception, as the seed grants them. */
export const reception = [
  'patient.view',
  'patient.add',
  'appointment.view',
  'appointment.add',
  'appointment.change',
  'appointment.delete',
  'invoice.view',
  'invoice.add',
  'invoice.change',
  'invoice.delete',
  'invoiceLine.view',
  'invoiceLine.add',
  'invoiceLine.change',
  'invoiceLine.delete',
  'practitioner.view',
  'waiting-room.view',
  'waiting-room.run',
] as const;

/** A served clinic for one test file. */
export async function openClinic(): Promise<TestApp> {
  const template = await preparedTemplate('clinic', async (url) => {
    await seedInto(url);
  });
  return testApp(config, { folder, template });
}

/** Migrates and seeds an empty database; returns the accounts that the seed created. */
export async function seedInto(url: string): Promise<readonly SeededUser[]> {
  const environment = readEnvironment(folder, {
    DATABASE_URL: url,
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
  });
  const database = await openDatabase(url);
  try {
    const project = { folder, environment, config, configError: undefined };
    const { app } = await boot({ project, plugins: builtIn, database, log: pino({ level: 'silent' }) });
    await migrate(url, migrationSources(folder, app.plugins), { by: 'tests' });
    const people: SeededUser[] = [];
    await seed(seedContext({ app, database, folder, log: () => {}, reportAccount: (person) => people.push(person) }));
    return people;
  } finally {
    await database.close();
  }
}
