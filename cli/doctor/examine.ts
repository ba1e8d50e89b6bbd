// `doctor` opens a project piece by piece: what cannot be opened is a finding, and the rest is looked at all the same.
import { sql } from 'slonik';
import type { App } from '../../core/app.ts';
import { orderPlugins } from '../../core/boot/plugins.ts';
import { boot } from '../../core/boot.ts';
import type { ProjectContext } from '../../core/config.ts';
import { type Database, openDatabase } from '../../core/database/pool.ts';
import { createLog } from '../../core/log.ts';
import type { Plugin } from '../../core/plugin.ts';
import { loadProject } from '../../core/project.ts';
import { joinServer, type ProjectServer } from '../../core/project-database.ts';
import { builtIn } from '../../plugins/order.ts';
import { explain } from '../report-error.ts';
import { openEnvironment } from '../tools.ts';
import { describedTables } from './described-tables.ts';
import { filesCheck } from './files-check.ts';
import { migrationsCheck } from './migrations-check.ts';
import { ownChecks } from './own-checks.ts';
import { type Finding, OURS, type OwnedCheck, runChecks } from './run-checks.ts';
import { variablesCheck } from './variables-check.ts';

/** Looks at everything that can be looked at; never throws for what is wrong with the project. */
export async function examine(folder: string): Promise<Finding[]> {
  const environment = await attempt('environment', 'The environment is in order.', async () => openEnvironment(folder));
  if (environment.value === undefined) return [environment.finding];
  const project = await loadProject(folder, environment.value);
  const server = await attempt('connection', 'The database can be reached.', () => reach(project));
  try {
    const config = await attempt('config', 'The config loads, and everything in it fits.', () =>
      bootFor(project, server.value),
    );
    const context = {
      project,
      ...(config.value && { app: config.value }),
      ...(server.value && { database: server.value.database }),
    };
    const findings = await runChecks(checksOf(project), context);
    return [environment.finding, config.finding, server.finding, ...findings];
  } finally {
    await server.value?.database.close();
    await server.value?.server.leave();
  }
}

interface Reached {
  readonly server: ProjectServer;
  readonly database: Database;
}

async function reach(project: ProjectContext): Promise<Reached> {
  const server = await joinServer(project);
  const database = await openDatabase(server.url);
  try {
    await database.query(sql.unsafe`select`);
    return { server, database };
  } catch (error) {
    await database.close();
    await server.leave();
    throw error;
  }
}

/** The boot asks the database nothing, so it can be tried without one. */
async function bootFor(project: ProjectContext, reached: Reached | undefined): Promise<App> {
  const database = reached?.database ?? (await openDatabase('postgres://unreachable.invalid/none'));
  const log = createLog('silent');
  const { app } = await boot({ project, plugins: builtIn, database, log });
  return app;
}

function checksOf({ config }: ProjectContext): OwnedCheck[] {
  const enabled: readonly Plugin[] = config === undefined ? builtIn : orderPlugins(config, builtIn).enabled;
  return [
    ...[...ownChecks, variablesCheck(enabled), filesCheck, migrationsCheck, describedTables].map((check) => ({
      owner: OURS,
      check,
    })),
    ...enabled.flatMap(({ name, checks = [] }) => checks.map((check) => ({ owner: name, check }))),
  ];
}

async function attempt<T>(
  name: string,
  good: string,
  work: () => Promise<T>,
): Promise<{ readonly value: T | undefined; readonly finding: Finding }> {
  try {
    return { value: await work(), finding: { owner: OURS, name, status: 'ok', message: good, fix: null } };
  } catch (error) {
    const { parts, details } = explain(error);
    const message = [parts.problem, parts.why, ...details].join('\n');
    return { value: undefined, finding: { owner: OURS, name, status: 'failed', message, fix: parts.fix } };
  }
}
