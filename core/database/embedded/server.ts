/** Starting and stopping the server itself. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
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

/** Ends every connection, stops it and waits for that. */
export async function stopServer(place: Place): Promise<void> {
  await runProgram(place, 'pg_ctl', ['-D', place.data, '-m', 'fast', '-w', '-t', '60', 'stop']);
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
