/** An application with its own embedded server, which a test can stop, kill or deprive of disk space. */

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../core/config.ts';
import { type Embedded, startEmbedded } from '../../core/database/embedded.ts';
import { diff } from '../../core/migrate/diff.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { migrate } from '../../core/migrate/run.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { field } from '../../core/model/field.ts';
import { defineModel } from '../../core/model/model.ts';
import { buildModels } from '../../core/model/resolve.ts';
import { defineAdmin } from '../../plugins/admin/define-admin.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { permissionsFor } from '../support/permissions.ts';
import { runSql } from '../support/run-sql.ts';

export const Parcel = defineModel('parcel', {
  fields: { name: field.text({ max: 80 }), contents: field.text({ nullable: true, multiline: true, max: 900_000 }) },
});
export const config: Partial<Config> = {
  models: [Parcel],
  plugins: { admin: { admins: [defineAdmin(Parcel, { list: ['name'], search: ['name'] })] } },
};
export const ADD = '/admin/parcels/+new';
export const allPermissions = permissionsFor([Parcel]);

/** A folder that the server's user can access, even if this process runs as root. */
export async function serverFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rustio-embedded-'));
  await chmod(folder, 0o755);
  return folder;
}

export interface EmbeddedApp {
  readonly app: TestApp;
  readonly server: Embedded;
}

/** The server has its normal settings: committed data is on the disk. */
export async function startEmbeddedApp(home: string): Promise<EmbeddedApp> {
  const server = await startEmbedded(home);
  const nowhere = fileURLToPath(new URL('../support/nowhere', import.meta.url));
  const { models } = buildModels([{ owner: 'project', model: Parcel }]);
  const { up } = renderFile(diff(emptySnapshot, buildSnapshot(models.all)));
  await migrate(server.url, migrationSources(nowhere, builtIn), { by: 'tests' });
  await runSql(server.url, up);
  return { server, app: await testApp(config, { connectVia: async () => server.url }) };
}

/** Removes a folder that is no longer used. */
export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
