import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../cli/testing/test-app.ts';
import type { Config } from '../../core/config.ts';
import './database.ts';

export { PASSWORD, type TestApp, type TestAppOptions, testApp } from '../../cli/testing/test-app.ts';

/** Runs `work` with an application that is closed afterwards, and asserts that it logged no error. */
export async function withApp(config: Partial<Config>, work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await testApp(config);
  try {
    await work(app);
    assert.equal(app.errors, []);
  } finally {
    await app.close();
  }
}
