/** What a new user does: runs commands in a clean environment, starts a server and signs in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

export interface Shell {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Variables that npm and our scripts set. How to reach the registry (its URL, certificates, a proxy) belongs to the machine. */
const INHERITED =
  /^(npm_(?!config_(registry|cafile|https?_proxy|noproxy)$)|RUSTIO_|NODE$|NODE_(?!EXTRA_CA_CERTS$)|DATABASE|INIT_CWD|PORT|HOST$|FORCE_)/i;

/** An environment without the variables of our own npm script, which a new user's shell does not have. */
export function newShell(folder: string, extra: NodeJS.ProcessEnv = {}): Shell {
  const own = Object.entries(process.env).filter(([name]) => !INHERITED.test(name));
  const outside = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((entry) => !entry.split(path.sep).includes('node_modules'));
  return { folder, env: { ...Object.fromEntries(own), PATH: outside.join(path.delimiter), CI: '1', ...extra } };
}

/** The same shell on a machine whose Node is the one that runs the tests. */
export function withOurNode(shell: Shell): Shell {
  const PATH = [path.dirname(process.execPath), shell.env.PATH].join(path.delimiter);
  return { ...shell, env: { ...shell.env, PATH } };
}

export function inside(shell: Shell, folder: string): Shell {
  return { ...shell, folder: path.join(shell.folder, folder) };
}

/** Runs a command line and returns its output; throws with the output if it exits with an error. */
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
  /** Sends what Ctrl-C sends, and waits for the exit. The exit code is irrelevant: the signal terminates npm itself. */
  interrupt(): Promise<void>;
}

/** Starts a server with a command line, on a free port, and waits for the line `Password: …`. */
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
    if (line === undefined) throw new Error(`"${command}" did not start:\n${output.text}`);
    return line.slice(word.length + 2);
  };
  return {
    lines,
    admin: value('Admin'),
    email: value('Email'),
    password: value('Password'),
    interrupt: async () => {
      // To the whole group, as a terminal does.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await ended;
    },
  };
}

/** Signs in over HTTP as a browser does, and returns the headers of the session. */
export async function signIn({ admin, email, password }: RunningServer): Promise<{ cookie: string }> {
  const { origin } = new URL(admin);
  const response = await fetch(`${admin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password }),
  });
  if (response.status !== 303) throw new Error(`Signing in returned ${response.status}:\n${await response.text()}`);
  const cookie = response.headers.getSetCookie().map((each) => each.split(';')[0]);
  return { cookie: cookie.join('; ') };
}

/** Whether the embedded database of a project has stopped, which removes its pid file. */
export function isDatabaseDown({ folder }: Shell): boolean {
  return globSync('.rustio/local/**/postmaster.pid', { cwd: folder }).length === 0;
}

function collect(child: ChildProcess): { text: string; until(pattern: RegExp): Promise<void> } {
  const output = { text: '', onText: () => {} };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output.text += String(data);
      output.onText();
    });
  }
  return {
    get text() {
      return output.text;
    },
    until: (pattern) =>
      new Promise((resolve) => {
        output.onText = () => pattern.test(output.text) && resolve();
        output.onText();
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
