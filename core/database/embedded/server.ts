/** Starting and stopping the server itself. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { processOf, readPidFile } from './pid-file.ts';
import type { Place } from './place.ts';
import { runProgram } from './run-program.ts';

/** Settings of the server, such as `{ fsync: 'off' }`. */
export type ServerSettings = Readonly<Record<string, string>>;

/**
 * Sparing, since it lives beside an editor and a browser, yet as durable as in production: what is committed survives the
 * kill of any process. No replication, so the log of changes may be minimal.
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

/** How long a server may take to stop: it writes out what is in memory first. */
const PATIENCE = 60_000;

/** Starts it and waits until it answers. False when it did not come up: somebody was faster, or see the log. */
export async function startServer(place: Place, settings: ServerSettings): Promise<boolean> {
  const port = await freePort(await lastPort(place));
  const options = Object.entries({ ...SETTINGS, ...settings, port: String(port) }).map(option);
  const { code } = await runProgram(place, 'pg_ctl', [
    ...['-D', place.data, '-l', place.log, '-w', '-t', '60'],
    ...['-o', options.join(' '), 'start'],
  ]);
  if (code !== 0) return false;
  await writeFile(place.portFile, String(port));
  return true;
}

/** Ends every connection, stops the server and waits until it is gone. */
export async function stopServer(place: Place): Promise<void> {
  const pid = (await readPidFile(place.data))?.pid;
  await runProgram(place, 'pg_ctl', ['-D', place.data, '-m', 'fast', '-W', 'stop']);
  // pg_ctl's own waiting would go on when somebody has started the next server in the meantime.
  for (const end = Date.now() + PATIENCE; Date.now() < end; await wait(10)) {
    const file = await readPidFile(place.data);
    if (file === undefined || file.pid !== pid || (await processOf(file, place.data)) !== 'server') return;
  }
}

function option([name, value]: [string, string]): string {
  // pg_ctl hands these to a shell.
  if (!/^\w+$/.test(name) || !/^[\w.,:/+-]*$/.test(value)) throw new Error(`Not a plain setting: ${name}=${value}`);
  return `-c ${name}=${value}`;
}

async function lastPort(place: Place): Promise<number> {
  const port = Number(await readFile(place.portFile, 'utf8').catch(() => '0'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

/** The preferred one if nobody has it, else any. */
function freePort(preferred: number): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (error) => (preferred === 0 ? fail(error) : done(freePort(0))));
    server.listen(preferred, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? done(address.port) : fail(new Error('no port'))));
    });
  });
}
