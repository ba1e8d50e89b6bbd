/** `postmaster.pid`, the only source of truth on whether a server runs: docs/decisions/0016-embedded-postgres.md. */
import { execFile } from 'node:child_process';
import { link, readdir, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
  readonly isStopping: boolean;
  /** The complete text, to check later that it is still the same file. */
  readonly text: string;
}

export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(pidFilePath(data), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // One value per line: pid, folder, start, port, socket folder, address, shared memory, state.
  const lines = text.split('\n');
  const state = lines[7]?.trim();
  return {
    pid: Number(lines[0]),
    port: Number(lines[3]),
    ready: state === 'ready',
    isStopping: state === 'stopping',
    text,
  };
}

/**
 * Identifies the process of the file: the server (starting, running, stopping, or remaining processes of a killed one), none, or an
 * unrelated program. If in doubt, it counts as the server: starting a second one would put the data at risk.
 */
export async function identifyProcess(file: PidFile, data: string): Promise<'server' | 'none' | 'other'> {
  if (process.platform === 'linux') {
    if (await isWorkingFolder(data)) return 'server';
    return exists(file.pid) ? 'other' : 'none';
  }
  if (!exists(file.pid)) return 'none';
  return (await isPostgres(file.pid)) ? 'server' : 'other';
}

/**
 * Removes a file whose process id belongs to another program. The file is renamed and checked again first: in the meantime, another
 * process may have removed the stale file and started a server, and this would be the new server's file.
 */
export async function removeStalePidFile(data: string, checked: PidFile): Promise<void> {
  const moved = `${pidFilePath(data)}.${process.pid}`;
  try {
    await rename(pidFilePath(data), moved);
    if ((await readFile(moved, 'utf8')) !== checked.text) await link(moved, pidFilePath(data));
  } catch {
    // The file is gone or has been restored; the next check decides.
  }
  await rm(moved, { force: true });
}

/** Whether the server has a startup process, which replays the write-ahead log. If in doubt, true. */
export async function isRecovering(file: PidFile, data: string): Promise<boolean> {
  const titles = process.platform === 'linux' ? await titlesIn(data) : await titlesBelow(file.pid);
  return titles === undefined || titles.some((title) => /^postgres: (?:[^:]*: )?startup/.test(title));
}

/** The process titles of PostgreSQL's processes for this data directory. */
async function titlesIn(data: string): Promise<readonly string[]> {
  const folder = await realpath(data);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const titles = await Promise.all(
    pids.map(async (pid) => {
      const isOurs = (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === folder;
      return isOurs ? [await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] : [];
    }),
  );
  return titles.flat();
}

async function titlesBelow(pid: number): Promise<readonly string[] | undefined> {
  if (process.platform === 'win32') return undefined;
  const ps = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,command=']).catch(() => undefined);
  return ps?.stdout.split('\n').flatMap((line) => {
    const [, parent, title = ''] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    return Number(parent) === pid ? [title.trim()] : [];
  });
}

/**
 * Whether the data directory is the process's working directory, as it is for PostgreSQL's processes. A zombie process has none.
 */
async function isWorkingFolder(data: string): Promise<boolean> {
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
    // ESRCH: the process is gone. EPERM: it belongs to another user, so it is not the embedded server; PostgreSQL detects that case
    // itself.
    return false;
  }
}

function pidFilePath(data: string): string {
  return path.join(data, 'postmaster.pid');
}
