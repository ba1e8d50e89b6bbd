/** The wine merchant's database with an application over it. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { preparedTemplate } from '../support/database.ts';
import { permissionsFor } from '../support/permissions.ts';
import { runSql } from '../support/run-sql.ts';
import { admins, models } from './models.ts';

const legacy = new URL('./legacy.sql', import.meta.url);
const nowhere = fileURLToPath(new URL('../support/nowhere', import.meta.url));

export const allPermissions = permissionsFor(models);

/** The existing database, with the tables of the framework next to its own, in one schema. */
export function merchantTemplate(): Promise<string> {
  return preparedTemplate('merchant', async (url) => {
    const text = await readFile(legacy, 'utf8');
    await runSql(url, text);
    await migrate(url, migrationSources(nowhere, builtIn), { by: 'tests' });
  });
}

/** With lists of so many rows a page. */
export async function openMerchant(size = 50): Promise<TestApp> {
  const template = await merchantTemplate();
  const sized = admins.map(({ model, options }) => ({ model, options: { ...options, size } }));
  return testApp({ models, plugins: { admin: { admins: sized } }, timeZone: 'UTC' }, { template });
}
