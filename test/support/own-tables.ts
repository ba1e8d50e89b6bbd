import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { orderPlugins } from '../../core/boot/plugins.ts';
import type { Config } from '../../core/config.ts';
import { withPlainConnection } from '../../core/database/plain.ts';
import { diff } from '../../core/migrate/diff.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { migrate } from '../../core/migrate/run.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { snapshotOf } from '../../core/migrate/snapshot.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { builtIn } from '../../plugins/order.ts';
import { type TestApp, type TestAppOptions, testApp } from './app.ts';
import { preparedTemplate } from './database.ts';

/**
 * `testApp` on a database that has the tables of the enabled plugins and of no others, as a project has that never enabled them:
 * a statement that still needs a table of a disabled plugin fails.
 */
export async function testAppOnOwnTables(
  config: Partial<Config>,
  options: Omit<TestAppOptions, 'template'> = {},
): Promise<TestApp> {
  const { enabled } = orderPlugins({ name: 'Test desk', ...config }, builtIn);
  const hash = createHash('sha256')
    .update(enabled.map(({ name }) => name).join(' '))
    .digest('hex')
    .slice(0, 12);
  const nowhere = fileURLToPath(new URL('./nowhere', import.meta.url));
  const template = await preparedTemplate(`only_${hash}`, async (url) => {
    await migrate(url, migrationSources(nowhere, enabled), { by: 'tests' });
  });
  const running = await testApp(config, { ...options, template });
  const { up } = renderFile(diff(emptySnapshot, snapshotOf(running.app.models.all)));
  await withPlainConnection(running.app.database.url, (client) => client.query(up), { applicationName: 'tests' });
  return running;
}
