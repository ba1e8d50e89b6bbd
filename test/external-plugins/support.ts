import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import type { Plugin } from '../../core/plugin.ts';
import type { Config } from '../../index.ts';
import { builtIn } from '../../plugins/order.ts';
import { type TestApp, testApp } from '../support/app.ts';

/** An application with external plugins, whose own tables are there. */
export async function appWith(plugins: readonly Plugin[], config: Partial<Config> = {}): Promise<TestApp> {
  const app = await testApp({ ...config, extend: plugins });
  const url = app.app.environment.databaseUrl ?? '';
  await migrate(url, migrationSources('/nowhere', [...builtIn, ...plugins]), { by: 'tests' });
  return app;
}
