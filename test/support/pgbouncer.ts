import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAllSuites } from './suite.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Whether PgBouncer is installed (Debian: `apt-get install pgbouncer`). */
export function hasPgBouncer(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts PgBouncer in front of the database at `target` and returns its URL. It has few server connections, so that clients share
 * them.
 */
export async function pgBouncer(target: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const to = new URL(target);
  const folder = temporaryFolder();
  const port = await freePort();
  const database = decodeURIComponent(to.pathname.slice(1));
  const [user, password] = [to.username, to.password].map(decodeURIComponent);
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
    default_pool_size: '4',
    max_client_conn: '200',
    ...settings,
  };
  const file = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    [
      '[databases]',
      `${database} = host=${to.hostname} port=${to.port} dbname=${database} user=${user} password=${password}`,
      '[pgbouncer]',
      ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`),
      '',
    ].join('\n'),
  );
  chmodSync(folder, 0o755);
  chmodSync(file, 0o644);
  // PgBouncer refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', ['-q', ...asUser, file], { stdio: 'ignore' });
  afterAllSuites(async () => {
    child.kill('SIGTERM');
  });
  for (let attempt = 0; attempt < 50 && !(await accepts(port)); attempt += 1) await wait(100);
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function accepts(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    (error: unknown) => !String(error instanceof Error && error.cause).includes('ECONNREFUSED'),
  );
}
