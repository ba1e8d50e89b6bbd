// timeout: 2400
// A server is killed before it gets the answer to the first, second, … statement of a change. Afterwards, every table is as it was before
// the change or as it is after it, and a new process serves the database. A new action is one line in `ACTIONS`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import type { Application } from '../../core/process/create-app.ts';
import { createLink, type LinkPurpose } from '../../plugins/auth/account-links.ts';
import { createUser, type NewUser } from '../../plugins/auth/create-user.ts';
import { addToGroup } from '../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup } from '../../plugins/auth/groups.ts';
import { preparePassword } from '../../plugins/auth/password-hash.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { openSession } from '../../plugins/sessions/open-session.ts';
import { sessionCookieName } from '../../plugins/sessions/session-cookie.ts';
import { PASSWORD } from '../support/app.ts';
import { Client, type FormFields, formFieldsOf } from '../support/client.ts';
import { preparedTemplate, testDatabase } from '../support/database.ts';
import { databaseProxy } from '../support/database-proxy.ts';
import { killableApp, killedServer } from '../support/killable-app.ts';
import { queryRows } from '../support/run-sql.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { until } from '../support/until.ts';
import { comparable, type DatabaseState, databaseState } from './database-state.ts';

const test = suite('faults: killed servers');

const ANA = 'ana@desk.example';
const NEW_ADDRESS = 'ana.new@desk.example';
const NEW_PASSWORD = 'a brand new secret phrase';

/** What exists before every action. */
interface Prepared {
  readonly template: string;
  readonly cookie: string;
  /** Tokens of sessions. */
  readonly administrator: string;
  readonly ana: string;
  readonly anaId: number;
  /** Paths of links: of ana, to choose a new password and to confirm a new address; of somebody who is invited. */
  readonly resetPath: string;
  readonly addressPath: string;
  readonly invitationPath: string;
}

interface Action {
  readonly name: string;
  readonly as?: 'administrator' | 'ana';
  /** The page of the form, and where it posts to, if elsewhere. */
  readonly page: string | ((prepared: Prepared) => string);
  readonly form?: string;
  readonly fields: FormFields;
  /** @defaultValue 303 */
  readonly status?: number;
}

const account = ({ anaId }: Prepared): string => `/admin/accounts/${anaId}`;
const recovery = ({ anaId }: Prepared): string => `/admin/account-recovery/${anaId}`;
const group = '/admin/account-groups/1';
const profile = '/admin/account/profile';
const REASON = 'asked for on the phone';
const shown = ['audit.view', 'user.view', 'group.view'];

// biome-ignore format: one line per action
const ACTIONS: readonly Action[] = [
  { name: 'sign-in', page: '/admin/login', fields: { email: ANA, password: PASSWORD } },
  { name: 'rejected sign-in', page: '/admin/login', fields: { email: ANA, password: 'a wrong password' }, status: 401 },
  { name: 'sign-in as somebody else', as: 'administrator', page: '/admin/reauth', form: '/admin/login', fields: { email: ANA, password: PASSWORD } },
  { name: 'sign-out', as: 'ana', page: '/admin/account', form: '/admin/logout', fields: {} },
  { name: 'reauthentication', as: 'ana', page: '/admin/reauth', fields: { password: PASSWORD } },
  { name: 'request of a reset', page: '/admin/forgot-password', fields: { email: ANA } },
  { name: 'reset', page: ({ resetPath }) => resetPath, fields: { password: NEW_PASSWORD } },
  { name: 'temporary password', as: 'administrator', page: recovery, fields: { action: 'temporary-password', reason: REASON } },
  { name: 'lock', as: 'administrator', page: recovery, fields: { action: 'lock', duration: '60', reason: REASON } },
  { name: 'invitation', as: 'administrator', page: '/admin/accounts/+new', form: '/admin/accounts/+invite', fields: { email: 'new@desk.example', role: 'staff', group: ['One'] } },
  { name: 'accepted invitation', page: ({ invitationPath }) => invitationPath, fields: { password: NEW_PASSWORD } },
  { name: 'request of a new address', as: 'ana', page: profile, form: `${profile}/email`, fields: { email: NEW_ADDRESS } },
  { name: 'new address', as: 'ana', page: ({ addressPath }) => addressPath, fields: {} },
  { name: 'permissions of a user', as: 'administrator', page: account, form: 'permissions', fields: { permission: ['audit.view', 'user.view'], shown } },
  { name: 'groups of a user', as: 'administrator', page: account, form: 'groups', fields: { group: ['Two'] } },
  { name: 'role of a user', as: 'administrator', page: account, form: 'role', fields: { role: 'supervisor' } },
  { name: 'permissions of a group', as: 'administrator', page: group, form: 'permissions', fields: { permission: ['audit.view'], shown } },
  { name: 'deactivation', as: 'administrator', page: account, form: 'deactivate', fields: {} },
  { name: 'erasing', as: 'administrator', page: account, form: 'erase', fields: { confirm: ANA } },
];

let prepared: Prepared;
test.before(async () => {
  prepared = await prepare();
});

async function prepare(): Promise<Prepared> {
  let result: Omit<Prepared, 'template'> | undefined;
  const template = await preparedTemplate(`killed_${process.pid}`, async (url) => {
    await migrate(url, migrationSources(process.cwd(), builtIn), { by: 'tests' });
    const application = await killableApp(url, killedServer);
    result = await fill(application);
    await application.close();
  });
  if (result === undefined) throw new Error('The template was prepared by somebody else.');
  return { template, ...result };
}

async function fill({ app }: Application): Promise<Omit<Prepared, 'template'>> {
  const context = commandAuditContext();
  const password = await preparePassword(PASSWORD);
  return app.database.transaction(async (tx) => {
    const create = async (email: string, role: 'administrator' | 'staff', more: Pick<NewUser, 'password'> = {}) => {
      const created = await createUser(tx, context, app.events, { email, role, ...more });
      if (created.outcome !== 'done') throw new Error(`${email}: ${JSON.stringify(created)}`);
      return created.id;
    };
    const administratorId = await create('administrator@desk.example', 'administrator', { password });
    const anaId = await create(ANA, 'staff', { password });
    const invitedId = await create('invited@desk.example', 'staff');
    for (const name of ['One', 'Two']) {
      await createGroup(tx, context, app, { name });
      await grantToGroup(tx, context, app, name, ['user.view']);
    }
    await addToGroup(tx, context, app, 'One', anaId);
    // Last, or the changes above would replace their tokens.
    const open = async (userId: number) =>
      (await openSession(tx, { userId, ip: '127.0.0.1', userAgent: 'tests' }, app.options('sessions'))).token;
    const link = (purpose: LinkPurpose, userId: number, data = {}) =>
      createLink(tx, { userId, purpose, minutes: 600, data });
    return {
      cookie: sessionCookieName(app),
      administrator: await open(administratorId),
      ana: await open(anaId),
      anaId,
      resetPath: `/admin/reset-password/${await link('password_reset', anaId)}`,
      addressPath: `/admin/account/new-address/${await link('new_address', anaId, { email: NEW_ADDRESS })}`,
      invitationPath: `/admin/invitation/${await link('invitation', invitedId)}`,
    };
  });
}

interface Killed {
  readonly isUnchanged: boolean;
  readonly before: DatabaseState;
  readonly after: DatabaseState;
  /** The status of the response; undefined if the server was killed. */
  readonly status: number | undefined;
}

/** Runs an action on a copy of the prepared database; before the answer to the nth statement, the server is killed. */
async function killedAt(action: Action, n: number, earlier: readonly Killed[]): Promise<Killed> {
  const { url, drop } = await testDatabase(prepared.template);
  const proxy = await databaseProxy(url);
  const server = await startServer(proxy.url);
  try {
    const client = clientOf(server.url, action);
    const send = await openForm(client, action);
    const before = await databaseState(url);
    proxy.inPlaceOfResponse(n, server.kill);
    const status = await send().then(
      (response) => response.status,
      () => undefined,
    );
    if (status === undefined) assert.is(await server.ended, 'SIGKILL');
    else server.kill();
    await server.ended;
    await proxy.cut();
    await until(async () => (await otherConnections(url)) === 0);
    const after = await databaseState(url);
    const isUnchanged = JSON.stringify([...after]) === JSON.stringify([...before]);
    // Once with each state of the database.
    if (!earlier.some((each) => each.isUnchanged === isUnchanged)) await restarts(url);
    return { isUnchanged, before, after, status };
  } finally {
    server.kill();
    await drop();
  }
}

const otherConnections = async (url: string): Promise<number> =>
  (
    await queryRows(
      url,
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    )
  ).length;

function clientOf(url: string, { as }: Action): Client {
  const client = new Client(url);
  if (as !== undefined) client.setCookie(prepared.cookie, prepared[as]);
  return client;
}

async function openForm(client: Client, { page, form, fields, name }: Action) {
  const path = typeof page === 'string' ? page : page(prepared);
  const action = form === undefined || form.startsWith('/') ? (form ?? path) : `${path}/${form}`;
  const { text, status } = await client.get(path);
  assert.is(status, 200, `${name}: ${path}`);
  const own = formFieldsOf(text, action);
  return () => client.post(action, { ...own, ...fields });
}

async function startServer(databaseUrl: string) {
  const script = fileURLToPath(new URL('./killed-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=rustio-source', script, databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir() ?? '' },
  });
  const kill = (): void => void child.kill('SIGKILL');
  afterAllSuites(async () => kill());
  const ended = new Promise<string>((resolve) => child.on('exit', (code, signal) => resolve(signal ?? String(code))));
  const [line] = await Promise.race([once(child.stdout, 'data'), ended.then((how) => Promise.reject(new Error(how)))]);
  return { url: String(line).trim(), ended, kill };
}

/** A new process serves the database. */
async function restarts(url: string): Promise<void> {
  const application = await killableApp(url, killedServer);
  try {
    const serving = await application.listen();
    assert.is((await new Client(serving.url).get('/admin/login')).status, 200);
  } finally {
    await application.close();
  }
}

for (const action of ACTIONS)
  test(`${action.name}: killed at any statement, the database is as before or as after, nothing between`, async () => {
    const done = await killedAt(action, Number.POSITIVE_INFINITY, []);
    assert.is(done.status, action.status ?? 303);
    assert.not.ok(done.isUnchanged);
    const expected = comparable(done.after, done.before);
    const runs: Killed[] = [];
    for (let last = done; runs.length === 0 || last.status === undefined; runs.push(last))
      last = await killedAt(action, runs.length + 1, runs);
    assert.ok(runs.length > 3, `${runs.length} statements`);
    const kinds = runs.map(({ isUnchanged, before, after }, at) => {
      if (isUnchanged) return 'before';
      const different = comparable(after, before).filter((table) => !expected.includes(table));
      assert.equal(different, [], `killed at statement ${at + 1}`);
      return 'after';
    });
    assert.is(kinds[0], 'before');
    assert.ok(kinds.includes('after'));
  });
