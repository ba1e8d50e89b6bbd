// Opens a project step by step: a step that fails is reported as a finding, and the rest is still checked.
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { createLog } from '../../core/base/log.ts';
import { boot } from '../../core/boot/boot.ts';
import { orderPlugins } from '../../core/boot/plugins.ts';
import { loadProject } from '../../core/boot/project.ts';
import { joinServer, type ProjectServer } from '../../core/boot/project-database.ts';
import type { Project } from '../../core/config.ts';
import { type Database, openDatabase } from '../../core/database/pool.ts';
import type { Plugin } from '../../core/plugin.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { openEnvironment } from '../command-context.ts';
import { explain } from '../report-error.ts';
import { environmentChecks } from './environment-checks.ts';
import { foreignKeys } from './foreign-keys.ts';
import { privileges } from './privileges.ts';
import { filesCheck, managedTables, migrationsCheck, variablesCheck } from './project-checks.ts';
import { CLI_OWNER, type Finding, type OwnedCheck, runChecks } from './run-checks.ts';
import { oddRows } from './unexpected-values.ts';
import { unmanagedTables } from './unmanaged-tables.ts';

/** Runs every check that can be run; never throws because of an error in the project. */
export async function examine(folder: string): Promise<Finding[]> {
  const environment = await attempt('environment', 'The environment variables are valid.', async () =>
    openEnvironment(folder),
  );
  if (environment.value === undefined) return [environment.finding];
  const project = await loadProject(folder, environment.value);
  const server = await attempt('connection', 'The database can be reached.', () => connect(project));
  try {
    const config = await attempt('config', 'The config is valid.', () => bootFor(project, server.value));
    const context = {
      project,
      ...(config.value && { app: config.value }),
      ...(server.value && { database: server.value.database }),
    };
    const findings = await runChecks(collectChecks(project), context);
    return [environment.finding, config.finding, server.finding, ...findings];
  } finally {
    await server.value?.database.close();
    await server.value?.server.leave();
  }
}

interface Connection {
  readonly server: ProjectServer;
  readonly database: Database;
}

async function connect(project: Project): Promise<Connection> {
  const server = await joinServer(project);
  const database = await openDatabase(server.url, { pooler: project.environment.databasePooler });
  try {
    await database.query(sql.unsafe`select`);
    return { server, database };
  } catch (error) {
    await database.close();
    await server.leave();
    throw error;
  }
}

/** Booting does not query the database, so it can be tried without one. */
async function bootFor(project: Project, connection: Connection | undefined): Promise<App> {
  const database = connection?.database ?? (await openDatabase('postgres://unreachable.invalid/none'));
  const log = createLog('silent');
  const { app } = await boot({ project, plugins: builtIn, database, log });
  return app;
}

function collectChecks({ config }: Project): OwnedCheck[] {
  const enabled: readonly Plugin[] = config === undefined ? builtIn : orderPlugins(config, builtIn).enabled;
  return [
    ...[
      ...environmentChecks,
      variablesCheck(enabled),
      filesCheck,
      migrationsCheck,
      privileges,
      managedTables,
      unmanagedTables,
      foreignKeys,
      oddRows,
    ].map((check) => ({ owner: CLI_OWNER, check })),
    ...enabled.flatMap(({ name, checks = [] }) => checks.map((check) => ({ owner: name, check }))),
  ];
}

async function attempt<T>(
  name: string,
  okMessage: string,
  work: () => Promise<T>,
): Promise<{ readonly value: T | undefined; readonly finding: Finding }> {
  try {
    return { value: await work(), finding: { owner: CLI_OWNER, name, status: 'ok', message: okMessage, fix: null } };
  } catch (error) {
    const { parts, details } = explain(error);
    const message = [parts.problem, parts.why, ...details].join('\n');
    return { value: undefined, finding: { owner: CLI_OWNER, name, status: 'failed', message, fix: parts.fix } };
  }
}
