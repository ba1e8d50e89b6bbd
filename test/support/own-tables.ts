import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { orderPlugins } from '../../core/boot/plugins.ts';
import type { Config } from '../../core/config.ts';
import { diff } from '../../core/migrate/diff.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { migrate } from '../../core/migrate/run.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { type TestApp, type TestAppOptions, testApp } from './app.ts';
import { preparedTemplate } from './database.ts';
import { runSql } from './run-sql.ts';

/**
 * `testApp` on a database with only the tables of the enabled plugins, as in a project that never enabled the others: a statement
 * that needs a table of a disabled plugin fails.
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
  const noProject = fileURLToPath(new URL('./nowhere', import.meta.url));
  const template = await preparedTemplate(`only_${hash}`, async (url) => {
    await migrate(url, migrationSources(noProject, enabled), { by: 'tests' });
  });
  const running = await testApp(config, { ...options, template });
  const { up } = renderFile(diff(emptySnapshot, buildSnapshot(running.app.models.all)));
  await runSql(running.app.database.url, up);
  return running;
}
