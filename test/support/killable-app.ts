import { pino } from 'pino';
import { resolvePort } from '../../cli/serve/free-port.ts';
import { testEnvironment } from '../../cli/testing/test-environment.ts';
import type { Config } from '../../core/config.ts';
import { type Application, createApp } from '../../core/process/create-app.ts';
import { builtIn } from '../../plugins/built-in.ts';

/** An application of the built-in plugins that does not serve yet, for a process that is killed. */
export async function killableApp(databaseUrl: string, config: Config): Promise<Application> {
  const environment = testEnvironment(databaseUrl, await resolvePort(0, '127.0.0.1'));
  return createApp({
    project: { folder: process.cwd(), environment, config, configError: undefined },
    plugins: builtIn,
    log: pino({ level: 'error' }),
  });
}

/** The config of killed-server.long.test.ts. The sessions of a template are used for minutes. */
export const killedServer: Config = {
  name: 'Killed',
  plugins: { jobs: { inWeb: false }, sessions: { recentMinutes: 24 * 60 } },
};
