/** Starting and stopping the server itself, with PostgreSQL's own programs. */
import { spawn } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { program } from './binaries.ts';
import type { ServerLocation } from './location.ts';
import { identifyProcess, readPidFile } from './pid-file.ts';

/** Settings of the server, such as `{ fsync: 'off' }`. */
export type ServerSettings = Readonly<Record<string, string>>;

/**
 * Saves resources, since the server runs next to an editor and a browser, but is as durable as in production: committed changes
 * survive if any process is killed. Without replication, a minimal write-ahead log is enough.
 */
const SETTINGS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  wal_level: 'minimal',
  max_wal_senders: '0',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** After a crash, the server first replays its write-ahead log. */
const START_TIMEOUT_MS = 60_000;
/** The server first writes a checkpoint. */
const STOP_TIMEOUT_MS = 60_000;

/**
 * Starts the server and waits until it accepts connections. False if it did not start: either another process was faster, or the
 * server's log contains the reason.
 */
export async function startServer(location: ServerLocation, settings: ServerSettings): Promise<boolean> {
  const port = await freePort(await lastPort(location));
  const options = Object.entries({ ...SETTINGS, ...settings, port: String(port) }).flatMap(option);
  const isUp =
    process.platform === 'win32' ? await startByControl(location, options) : await startDirectly(location, options);
  if (isUp) await writeFile(location.portFile, String(port));
  return isUp;
}

/** For Windows: PostgreSQL refuses to run with administrator rights, which `pg_ctl` drops. */
async function startByControl(location: ServerLocation, options: readonly string[]): Promise<boolean> {
  const { code } = await runProgram(location, 'pg_ctl', [
    ...['-D', location.data, '-l', location.log, '-w', '-t', String(START_TIMEOUT_MS / 1_000)],
    ...['-o', options.join(' '), 'start'],
  ]);
  return code === 0;
}

/**
 * Does not use `pg_ctl`, which passes the data directory's path through a shell: if the path contained `$`, a quote or a backslash,
 * the server would not start and would write no log.
 */
async function startDirectly(location: ServerLocation, options: readonly string[]): Promise<boolean> {
  const log = await open(location.log, 'a', 0o600);
  try {
    const child = spawn(program(location.binaries, 'postgres'), ['-D', location.data, ...options], {
      ...childOptions(location),
      stdio: ['ignore', log.fd, log.fd],
    });
    let hasEnded = false;
    child.once('exit', () => {
      hasEnded = true;
    });
    child.once('error', () => {
      hasEnded = true;
    });
    // The server outlives this process.
    child.unref();
    for (const end = performance.now() + START_TIMEOUT_MS; !hasEnded && performance.now() < end; await wait(20)) {
      const file = await readPidFile(location.data);
      if (file?.pid === child.pid && file?.ready) return true;
    }
    if (!hasEnded) child.kill('SIGQUIT');
    return false;
  } finally {
    await log.close();
  }
}

/**
 * Ends every connection, stops the server and waits until it has stopped. `immediate` is for a server that does not respond: it
 * stops without a checkpoint and recovers at the next start.
 */
export async function stopServer(location: ServerLocation, mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
  const pid = (await readPidFile(location.data))?.pid;
  await runProgram(location, 'pg_ctl', ['-D', location.data, '-m', mode, '-W', 'stop']);
  // Not pg_ctl's own wait, which would continue if another process has started the server again in the meantime.
  for (const end = performance.now() + STOP_TIMEOUT_MS; performance.now() < end; await wait(10)) {
    const file = await readPidFile(location.data);
    if (file === undefined || file.pid !== pid || (await identifyProcess(file, location.data)) !== 'server') return;
  }
}

function option([name, value]: [string, string]): [string, string] {
  // On Windows, pg_ctl passes these to a shell.
  if (!/^\w+$/.test(name) || !/^[\w.,:/+-]*$/.test(value)) throw new Error(`Invalid setting: ${name}=${value}`);
  return ['-c', `${name}=${value}`];
}

async function lastPort(location: ServerLocation): Promise<number> {
  const port = Number(await readFile(location.portFile, 'utf8').catch(() => '0'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

/** The preferred port if it is free, otherwise any. */
function freePort(preferred: number): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (error) => (preferred === 0 ? fail(error) : done(freePort(0))));
    server.listen(preferred, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? done(address.port) : fail(new Error('no free port')),
      );
    });
  });
}

export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs `initdb` or `pg_ctl` to completion, in a separate session: Ctrl-C in the terminal signals the whole foreground process
 * group, and must reach neither the server nor a program that is starting or stopping it.
 */
export function runProgram(
  location: ServerLocation,
  name: 'initdb' | 'pg_ctl',
  parameters: string[],
): Promise<ProgramResult> {
  return new Promise((done, fail) => {
    const child = spawn(program(location.binaries, name), parameters, {
      ...childOptions(location),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (text: Buffer) => {
      output += String(text);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', fail);
    // Not `close`: the server may have inherited the pipe and keep it open forever.
    child.once('exit', (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      done({ code, output: output.trim() });
    });
  });
}

function childOptions(location: ServerLocation) {
  return {
    cwd: path.dirname(location.data),
    detached: true,
    env: environment(),
    windowsHide: true,
    ...(location.user && { uid: location.user.uid, gid: location.user.gid }),
  };
}

/**
 * The environment of this process, without the variables of libpq and the server: `PGPORT` or `PGDATA` of the user's shell refer to
 * another server.
 */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}
