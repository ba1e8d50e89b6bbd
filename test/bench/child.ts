/** Measured servers run in their own processes: no contender shares a heap with another one or with the client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { resolvePort } from '../../cli/serve/free-port.ts';
import { HOME } from './server.ts';

const SECRET_KEY = randomBytes(32).toString('hex');

export const ROOT = path.resolve(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Child {
  readonly origin: string;
  readonly port: number;
  /** Milliseconds from the start of the process until it reported that it listens. */
  readonly startMs: number;
  /** Its resident memory, in megabytes. */
  residentMb(): number;
  /** Milliseconds of CPU time that it and its children have used. */
  cpuMs(): number;
  /** The resident memory of each of its child processes. */
  childrenMb(): readonly number[];
  /** The same, with memory that several processes share (mainly Node itself) counted by its share. */
  childrenShareMb(): readonly number[];
  stop(): Promise<void>;
}

/** Most objects of a request live briefly: a small young generation is collected often and cheaply. See `docs/performance.md`. */
const SMALL_YOUNG_SPACE = '--max-semi-space-size=8';

/** Our own server, as `rustio-admin start` runs it in production. The log goes to a file, as that of a service. */
export function startOurs(project: string, environment: Readonly<Record<string, string>>): Promise<Child> {
  return startChild([SMALL_YOUNG_SPACE, path.join(ROOT, 'cli/bin.js'), 'start', '--project', project], environment);
}

/** Our own server with several web processes, whose young generation the primary sets. */
export function startWorkers(
  project: string,
  count: number,
  environment: Readonly<Record<string, string>>,
): Promise<Child> {
  const words = ['start', '--project', project, '--workers', String(count)];
  return startChild([path.join(ROOT, 'cli/bin.js'), ...words], environment);
}

/** Starts a script that prints the URL that it listens on. */
export async function startChild(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Child> {
  const began = performance.now();
  const free = String(await resolvePort(0, '127.0.0.1'));
  const log = openSync(path.join(HOME, 'children.log'), 'a');
  const child = spawn(process.execPath, ['--conditions=rustio-source', ...words], {
    cwd: ROOT,
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: 'production', PORT: free },
      ...{ PUBLIC_URL: `http://127.0.0.1:${free}`, ALLOW_HTTP: 'true', RUSTIO_SECRET_KEYS: SECRET_KEY },
      ...{ SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'desk@example.org' },
      ...environment,
    },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
  });
  const port = await portOf(child, ended);
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    startMs: performance.now() - began,
    residentMb: () => residentMb(child.pid),
    cpuMs: () => [child.pid, ...childrenOf(child.pid)].reduce<number>((sum, pid) => sum + cpuMs(pid), 0),
    childrenMb: () => childrenOf(child.pid).map(residentMb),
    childrenShareMb: () => childrenOf(child.pid).map(shareMb),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Runs a script to its end, with its output on our terminal. */
export async function runScript(file: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=rustio-source', file], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  running.add(child);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  running.delete(child);
  if (code !== 0) throw new Error(`${file} exited with ${code}.`);
}

function portOf(child: ChildProcess, ended: Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (data) => {
      output += String(data);
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    void ended.then(() =>
      reject(new Error(`A process exited before it listened: ${output}\nSee ${HOME}/children.log`)),
    );
  });
}

function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Proportional set size: pages that n processes share count as 1/n. */
function shareMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? Number.NaN) / 1024;
}

/** The operating system counts in hundredths of a second. */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function childrenOf(pid: number | undefined): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}
