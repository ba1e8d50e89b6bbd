// The clinic as its first start leaves it, migrated and seeded, in a template that is made once a run; and served.

import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { boot } from '../../core/boot.ts';
import type { Config, SeededPerson } from '../../core/config.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { readEnvironment } from '../../core/environment.ts';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { loadConfig } from '../../core/project.ts';
import { builtIn } from '../../plugins/order.ts';
import { seed } from '../../starters/clinic/seed.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { preparedTemplate } from '../support/database.ts';

/** Where the starter is. */
export const folder = fileURLToPath(new URL('../../starters/clinic/', import.meta.url)).replace(/\/$/, '');
export const config: Config = await loadConfig(folder);

/** What the reception may do, as the seed grants it. */
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

/** A clinic of one's own on a port: nobody else changes it. */
export async function openClinic(): Promise<TestApp> {
  const template = await preparedTemplate('clinic', async (url) => {
    await seedInto(url);
  });
  return testApp(config, { folder, template });
}

/** Migrates and seeds an empty database; gives back whom the seed introduced. */
export async function seedInto(url: string): Promise<readonly SeededPerson[]> {
  const environment = readEnvironment(folder, { DATABASE_URL: url, RUSTIO_SECRET_KEYS: 'ab'.repeat(32) });
  const database = await openDatabase(url);
  try {
    const project = { folder, environment, config, configError: undefined };
    const { app } = await boot({ project, plugins: builtIn, database, log: pino({ level: 'silent' }) });
    await migrate(url, migrationSources(folder, app.plugins), { by: 'tests' });
    const people: SeededPerson[] = [];
    await seed({ app, database, folder, say: () => {}, introduce: (person) => people.push(person) });
    return people;
  } finally {
    await database.close();
  }
}
