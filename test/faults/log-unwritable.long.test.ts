// A server whose log and output cannot be written still responds to requests and keeps saves.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { resolvePort } from '../../cli/serve/free-port.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { newProject, RunningCli } from '../cli/run-cli.ts';
import { mayMount, smallDisk } from '../http/small-disk.ts';
import { Client } from '../support/client.ts';
import { testDatabase } from '../support/database.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const test = suite('trial: the log cannot be written');
const BIN = path.resolve(import.meta.dirname, '../../cli/bin.js');
const children = new Set<ChildProcess>();
afterAllSuites(() => {
  for (const child of children) child.kill('SIGKILL');
});

let folder: string;
let database: string;
let environment: Record<string, string>;
let account: readonly [email: string, password: string];
let port: number;

test.before(async () => {
  folder = await newProject();
  database = (await testDatabase()).url;
  port = await resolvePort(0, '127.0.0.1');
  environment = {
    DATABASE_URL: database,
    PORT: String(port),
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'info',
  };
  // The first start creates the tables and an administrator.
  const cli = new RunningCli(folder, ['start'], environment);
  const [, email = ''] = await cli.until(/^Email: (.+)$/m);
  const [, password = ''] = await cli.until(/^Password: (.+)$/m);
  account = [email, password];
  await cli.stop();
});

/** Starts a server with these files as its standard output and error. Resolves when it is ready. */
async function startWith(output: 'pipe' | number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--conditions=rustio-source', BIN, 'start'], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', output, output],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await until(async () => {
    assert.is(child.exitCode, null, 'the server has ended');
    return (await readiness()) === 200;
  });
  return child;
}

function readiness(): Promise<number> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Requests of every kind, some of which log errors. */
async function assertServes(title: string): Promise<void> {
  const client = new Client(`http://127.0.0.1:${port}`);
  assert.is((await client.signIn(...account)).status, 303);
  for (let at = 0; at < 20; at += 1) {
    assert.is((await client.get('/healthz')).status, 200);
    assert.is((await client.get('/admin/tasks')).status, 200);
    assert.is((await client.get('/admin/tasks/no-such-key')).status, 404);
    assert.is((await client.submit('/admin/tasks/+new', { title })).status, 303);
  }
  const stored = await withPlainConnection(database, (other) =>
    other.query('select from task where title = $1', [title]),
  );
  assert.is(stored.rowCount, 20);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  assert.is(await ended, 0);
}

test('the disk is full from the start (F11)', async () => {
  if (process.platform !== 'linux') return;
  const child = await startWith(openSync('/dev/full', 'w'));
  await assertServes('disk full');
  await stop(child);
});

test('the disk fills up while the server is running, and has space again later (F11)', async () => {
  if (!mayMount) return;
  const place = temporaryFolder();
  const disk = smallDisk(place, 1);
  const file = path.join(place, 'server.log');
  const child = await startWith(openSync(file, 'a'));
  disk.fill();
  await assertServes('disk full later');
  disk.free();
  await assertServes('disk free again');
  await stop(child);
  const lines = readFileSync(file, 'utf8').split('\n');
  const messages = lines.flatMap((line) => (line.startsWith('{"level":40') ? [JSON.parse(line).msg] : []));
  assert.ok(
    messages.some((message) => /^\d+ log lines were lost: .*ENOSPC/.test(message)),
    messages.join('\n'),
  );
});

test('the reader of its output has exited (F11)', async () => {
  const child = await startWith('pipe');
  child.stdout?.destroy();
  child.stderr?.destroy();
  await assertServes('reader gone');
  await stop(child);
});

test('the reader of its log output stalls (F11)', async () => {
  const child = await startWith('pipe');
  child.stdout?.pause();
  child.stderr?.pause();
  // More lines than a pipe and its buffers can hold.
  const client = new Client(`http://127.0.0.1:${port}`);
  for (let at = 0; at < 1_500; at += 1) await client.get(`/healthz?${at}`);
  await assertServes('reader stuck');
  await stop(child);
});
