import type { Plugin } from '../../core/plugin.ts';
import type { Config } from '../../index.ts';
import { type TestApp, type TestAppOptions, testApp } from '../support/app.ts';

/** An application with external plugins. */
export function appWith(
  plugins: readonly Plugin[],
  config: Partial<Config> = {},
  options: TestAppOptions = {},
): Promise<TestApp> {
  return testApp({ ...config, extend: plugins }, options);
}
