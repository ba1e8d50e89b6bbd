/** What somebody does who never saw this machine: commands in an environment of their own, and a server that is signed in to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

export interface Shell {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What npm and our scripts set; how to reach the registry (its address, certificates, a proxy) belongs to the machine. */
const LEFTOVERS =
  /^(npm_(?!config_(registry|cafile|https?_proxy|noproxy)$)|RUSTIO_|NODE$|NODE_(?!EXTRA_CA_CERTS$)|DATABASE|INIT_CWD|PORT|HOST$|FORCE_)/i;

/** Without what our own npm script left in the environment: a newcomer's shell has none of it. */
export function newShell(folder: string, extra: NodeJS.ProcessEnv = {}): Shell {
  const own = Object.entries(process.env).filter(([name]) => !LEFTOVERS.test(name));
  const outside = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((entry) => !entry.split(path.sep).includes('node_modules'));
  return { folder, env: { ...Object.fromEntries(own), PATH: outside.join(path.delimiter), CI: '1', ...extra } };
}

/** The same shell on a machine whose own node is the one that runs the tests. */
export function withOurNode(shell: Shell): Shell {
  const PATH = [path.dirname(process.execPath), shell.env.PATH].join(path.delimiter);
  return { ...shell, env: { ...shell.env, PATH } };
}

export function inside(shell: Shell, folder: string): Shell {
  return { ...shell, folder: path.join(shell.folder, folder) };
}

/** Runs a command line and gives what it printed; throws with all of it when it exits with an error. */
export async function run(shell: Shell, command: string): Promise<string> {
  const { output, code } = await runToEnd(shell, command);
  if (code !== 0) throw new Error(`"${command}" exited with ${code}:\n${output}`);
  return output;
}

export async function runToEnd(shell: Shell, command: string): Promise<{ output: string; code: number | null }> {
  const child = spawn(command, { cwd: shell.folder, env: shell.env, shell: true });
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output: output.text, code };
}

export interface RunningServer {
  /** Everything that was printed until it was ready, without empty lines. */
  readonly lines: readonly string[];
  readonly admin: string;
  readonly email: string;
  readonly password: string;
  /** As Ctrl-C does, and waits for the end. The code tells nothing: npm itself ends by the signal. */
  interrupt(): Promise<void>;
}

/** Starts a server by a command line, on a free port, and waits for the line `Password: …`. */
export async function startServer(shell: Shell, command: string): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(command, {
    cwd: shell.folder,
    env: { ...shell.env, PORT: String(port) },
    shell: true,
    detached: true,
  });
  const output = collect(child);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await Promise.race([output.until(/^Password: .+$/m), ended]);
  const lines = output.text.split('\n').filter((line) => line.trim() !== '');
  const value = (word: string) => {
    const line = lines.findLast((each) => each.startsWith(`${word}: `));
    if (line === undefined) throw new Error(`"${command}" did not come up:\n${output.text}`);
    return line.slice(word.length + 2);
  };
  return {
    lines,
    admin: value('Admin'),
    email: value('E-mail'),
    password: value('Password'),
    interrupt: async () => {
      // To the whole group, as a terminal does.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await ended;
    },
  };
}

/** Signs in by HTTP as a browser does, and gives the headers of the session. */
export async function signIn({ admin, email, password }: RunningServer): Promise<{ cookie: string }> {
  const { origin } = new URL(admin);
  const answer = await fetch(`${admin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password }),
  });
  if (answer.status !== 303) throw new Error(`Signing in answered ${answer.status}:\n${await answer.text()}`);
  const cookie = answer.headers.getSetCookie().map((each) => each.split(';')[0]);
  return { cookie: cookie.join('; ') };
}

/** Whether the embedded database of a project is down: in good order it takes its pid file along. */
export function isDatabaseDown({ folder }: Shell): boolean {
  return globSync('.rustio/local/**/postmaster.pid', { cwd: folder }).length === 0;
}

function collect(child: ChildProcess): { text: string; until(pattern: RegExp): Promise<void> } {
  const seen = { text: '', look: () => {} };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      seen.text += String(data);
      seen.look();
    });
  }
  return {
    get text() {
      return seen.text;
    },
    until: (pattern) =>
      new Promise((resolve) => {
        seen.look = () => pattern.test(seen.text) && resolve();
        seen.look();
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
