import * as assert from 'uvu/assert';
import { type TestApp, testApp } from '../../cli/testing/test-app.ts';
import type { Config } from '../../core/config.ts';
import './database.ts';
import { rustioFailureOf } from './failure.ts';

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

/** The problems that prevent a config from starting. */
export async function bootProblemsOf(config: Partial<Config>): Promise<readonly string[]> {
  const error = await rustioFailureOf(testApp(config));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  return error.details;
}
