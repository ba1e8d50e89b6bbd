import type { Config } from '../../core/config.ts';
import config from '../../starters/strikes/rustio.config.ts';
import { deskTemplate, folder } from '../starters/seeded-desk.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { afterAllSuites } from '../support/suite.ts';

/** The starter strikes with all its rows, on its own port and database; closed after the file's last test. */
export async function strikeDesk(changes: Partial<Config> = {}): Promise<TestApp> {
  const app = await testApp({ ...config, ...changes }, { template: await deskTemplate(), folder });
  afterAllSuites(() => app.close());
  return app;
}
