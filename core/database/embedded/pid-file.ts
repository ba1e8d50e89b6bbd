/**
 * `postmaster.pid` is the only truth about whether a server runs; we keep no lock file of our own. PostgreSQL takes care of
 * one left behind by a crash, except when another program has got its process id since: then it refuses to start.
 */
import { execFile } from 'node:child_process';
import { link, readdir, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
  /** The whole text: to see that it is still the same file. */
  readonly text: string;
}

export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(fileOf(data), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // One value a line: pid, folder, start, port, socket folder, address, shared memory, state.
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready', text };
}

/**
 * Who stands behind the file: the server (starting, running, stopping, or what is left of a killed one), nobody, or a
 * program that has nothing to do with it. When in doubt it is the server: to start a second one would put the data at risk.
 */
export async function processOf(file: PidFile, data: string): Promise<'server' | 'nobody' | 'other'> {
  if (process.platform === 'linux') {
    if (await somebodyWorksIn(data)) return 'server';
    return exists(file.pid) ? 'other' : 'nobody';
  }
  if (!exists(file.pid)) return 'nobody';
  return (await isPostgres(file.pid)) ? 'server' : 'other';
}

/**
 * Takes away a file whose process id belongs to another program. Aside first and looked at again: in between somebody else
 * may have done the same and started a server, whose file it would be.
 */
export async function removeStalePidFile(data: string, judged: PidFile): Promise<void> {
  const aside = `${fileOf(data)}.${process.pid}`;
  try {
    await rename(fileOf(data), aside);
    if ((await readFile(aside, 'utf8')) !== judged.text) await link(aside, fileOf(data));
  } catch {
    // Gone, or there again: the next look at it decides.
  }
  await rm(aside, { force: true });
}

/** PostgreSQL's processes have its data as their working folder; a dead one that nobody has reaped yet has none. */
async function somebodyWorksIn(data: string): Promise<boolean> {
  const folder = await realpath(data);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
  return folders.includes(folder);
}

async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const ps = await promisify(execFile)('ps', ['-o', 'stat=,command=', '-p', String(pid)]).catch(() => undefined);
  return ps === undefined || (ps.stdout.includes('postgres') && !ps.stdout.trim().startsWith('Z'));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: gone. EPERM: of another user, so not our server, and PostgreSQL sees that by itself.
    return false;
  }
}

function fileOf(data: string): string {
  return path.join(data, 'postmaster.pid');
}
