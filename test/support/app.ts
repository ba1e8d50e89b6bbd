import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { portFor } from '../../cli/serve/free-port.ts';
import type { App } from '../../core/app.ts';
import { boot } from '../../core/boot.ts';
import type { Config } from '../../core/config.ts';
import { withPlainConnection } from '../../core/database/plain.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { diff } from '../../core/migrate/diff.ts';
import { renderFile } from '../../core/migrate/render.ts';
import { migrate } from '../../core/migrate/run.ts';
import { emptySnapshot } from '../../core/migrate/shape.ts';
import { snapshotOf } from '../../core/migrate/snapshot.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { serve } from '../../core/serve.ts';
import { commandAuditContext } from '../../plugins/auth/command-cause.ts';
import { createUser } from '../../plugins/auth/create-user.ts';
import { addToGroup } from '../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup } from '../../plugins/auth/groups.ts';
import type { Role } from '../../plugins/auth/roles.ts';
import { builtIn } from '../../plugins/order.ts';
import { Client } from './client.ts';
import { preparedTemplate, testDatabase } from './database.ts';

export const PASSWORD = 'correct horse battery';

/** An application on a port and a database of its own. */
export interface TestApp {
  readonly app: App;
  readonly url: string;
  /** What was logged at `error`: tests of answers look that it stays empty. */
  readonly errors: readonly Readonly<Record<string, unknown>>[];
  /** A stranger. */
  client(): Client;
  /** An account of this role, with these permissions through a group of its own; gives its e-mail, the password is `PASSWORD`. */
  account(role: Role, permissions?: readonly string[]): Promise<string>;
  /** Somebody of this role, signed in, with these permissions through a group of his own. */
  person(role: Role, permissions?: readonly string[]): Promise<Client>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** A folder without a project: no templates, no migrations of its own. */
  readonly folder?: string;
  /** A prepared database in which the tables stand already. */
  readonly template?: string;
  readonly dev?: boolean;
  /** The way from the application to its database: a proxy that counts, or that can be cut. */
  readonly by?: (url: string) => Promise<string>;
}

/** Boots the config on a fresh database that has the plugins' tables, and those of the config's managed models. */
export async function testApp(config: Partial<Config>, options: TestAppOptions = {}): Promise<TestApp> {
  const folder = options.folder ?? fileURLToPath(new URL('./nowhere', import.meta.url));
  const template = options.template ?? (await preparedTemplate('framework', prepareFramework));
  const base = await testDatabase(template);
  const url = (await options.by?.(base.url)) ?? base.url;
  const port = await portFor(0, '127.0.0.1');
  const errors: Readonly<Record<string, unknown>>[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line)) });
  const [database, reading] = await Promise.all([
    openDatabase(url, { log }),
    openDatabase(url, { log, statementTimeout: 2_000 }),
  ]);
  const environment = {
    production: false,
    port,
    host: '127.0.0.1',
    databaseUrl: url,
    databaseOwnerUrl: undefined,
    publicUrl: undefined,
    secretKeys: ['test-key-that-is-long-enough-for-any-check'],
    logLevel: 'error',
    variables: {},
  };
  const full: Config = { name: 'Test desk', ...config };
  const project = { folder, environment, config: full, configError: undefined };
  const booted = await boot({ project, plugins: builtIn, database, reading, log, dev: options.dev ?? false });
  if (options.template === undefined) await createTables(base.url, booted.app);
  const serving = await serve(booted, { port, host: '127.0.0.1' });
  let people = 0;
  const account: TestApp['account'] = async (role, permissions = []) => {
    people += 1;
    const email = `${role}-${people}@example.org`;
    await enrol(booted.app, email, role, permissions);
    return email;
  };
  return {
    app: booted.app,
    url: serving.url,
    errors,
    client: () => new Client(serving.url),
    account,
    async person(role, permissions) {
      const email = await account(role, permissions);
      const client = new Client(serving.url);
      const { status } = await client.signIn(email, PASSWORD);
      if (status !== 303) throw new Error(`signing in as ${email} answered ${status}`);
      return client;
    },
    async close() {
      await serving.close();
      await Promise.all([database.close(), reading.close()]);
      await base.drop();
    },
  };
}

async function prepareFramework(url: string): Promise<void> {
  const nowhere = fileURLToPath(new URL('./nowhere', import.meta.url));
  await migrate(url, migrationSources(nowhere, builtIn), { by: 'tests' });
}

/** The tables of the config's models, by the same SQL that `migrate make` would write. */
async function createTables(url: string, app: App): Promise<void> {
  const { up } = renderFile(diff(emptySnapshot, snapshotOf(app.models.all)));
  await withPlainConnection(url, (client) => client.query(up), { applicationName: 'tests' });
}

async function enrol(app: App, email: string, role: Role, permissions: readonly string[]): Promise<void> {
  const cause = commandAuditContext();
  await app.database.transaction(async (tx) => {
    const user = await createUser(tx, cause, app.events, { email, role, password: PASSWORD });
    if (user.outcome !== 'done') throw new Error(`${email}: ${JSON.stringify(user)}`);
    if (permissions.length === 0) return;
    const group = `of ${email}`;
    const steps = [
      await createGroup(tx, cause, app.events, { name: group }),
      await grantToGroup(tx, cause, app.events, group, permissions, new Set(app.permissions)),
      await addToGroup(tx, cause, app.events, group, user.id),
    ];
    const failed = steps.find((step) => step.outcome !== 'done');
    if (failed) throw new Error(`${email}: ${JSON.stringify(failed)}`);
  });
}
