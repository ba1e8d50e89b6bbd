/**
 * The location of the embedded server's files, and the user that it runs as. PostgreSQL refuses to run as root; for root, it runs
 * as an unprivileged user, who must be able to access the files.
 */
import { createHash } from 'node:crypto';
import { chown, cp, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { embeddedFolderInvalid, embeddedUserMissing } from '../../errors/database.ts';
import type { Binaries } from './binaries.ts';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface ServerLocation {
  readonly binaries: Binaries;
  readonly user: ServerUser | undefined;
  /** PGDATA. */
  readonly data: string;
  /** The server's log file. */
  readonly log: string;
  /** Stores the port of the last start, so that URLs remain valid across starts. */
  readonly portFile: string;
  /** A remark on the location, to be shown to the user. */
  readonly note: string | undefined;
}

/** Root's own folder, used if the server's user cannot enter the project's. */
const SYSTEM_FOLDER = '/var/lib/rustio';

/** Prepares `home` and makes everything that the server's user needs accessible to it. */
export async function prepareLocation(home: string, binaries: Binaries): Promise<ServerLocation> {
  if (/[\n\r]/.test(path.resolve(home))) throw embeddedFolderInvalid({ folder: JSON.stringify(path.resolve(home)) });
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignoreExisting);
  const user = await serverUser();
  const reachable = user === undefined || (await canEnter(home, user));
  const folder = reachable ? path.resolve(home) : await systemFolder(home);
  const log = path.join(folder, 'server.log');
  if (user !== undefined) {
    await writeFile(log, '', { flag: 'a', mode: 0o600 });
    await chown(log, user.uid, user.gid);
  }
  return {
    binaries: user === undefined ? await quotableBinaries(binaries) : await reachableBinaries(binaries, user),
    user,
    data: path.join(folder, 'postgres'),
    log,
    portFile: path.join(folder, 'postgres.port'),
    note: reachable
      ? undefined
      : `The database is kept in ${folder}, because it runs as the user ${user?.name}, who cannot enter ${path.resolve(home)}.`,
  };
}

/** A folder for this project that every user can traverse, but only root can change. */
async function systemFolder(home: string): Promise<string> {
  const name = createHash('sha256')
    .update(await realpath(home))
    .digest('hex')
    .slice(0, 16);
  const folder = path.join(SYSTEM_FOLDER, name);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** Copies the binaries if the server's user cannot access them, as with a project under /root and its node_modules. */
async function reachableBinaries(binaries: Binaries, user: ServerUser): Promise<Binaries> {
  if (!needsQuoting(binaries) && (await canEnter(path.join(binaries.folder, 'bin'), user))) return binaries;
  const exists = (folder: string) => canEnter(path.join(folder, 'bin'), user).catch(() => false);
  return copyOf(binaries, SYSTEM_FOLDER, exists);
}

/** Whether the path contains characters that are special inside double quotes: `initdb` passes it to a shell in double quotes. */
function needsQuoting({ folder }: Binaries): boolean {
  return process.platform !== 'win32' && /["$`\\\n\r]/.test(folder);
}

/** Copies the binaries to a folder whose path needs no quoting, if the project is in a folder such as `$home` or `my "desk"`. */
async function quotableBinaries(binaries: Binaries): Promise<Binaries> {
  if (!needsQuoting(binaries)) return binaries;
  const exists = (folder: string) =>
    stat(path.join(folder, 'bin')).then(
      () => true,
      () => false,
    );
  return copyOf(binaries, path.join(os.homedir(), '.cache', 'rustio-admin'), exists);
}

async function copyOf(
  binaries: Binaries,
  parent: string,
  exists: (folder: string) => Promise<boolean>,
): Promise<Binaries> {
  const folder = path.join(parent, `postgresql-${binaries.version}`);
  const copy = `${folder}.${process.pid}`;
  await mkdir(parent, { recursive: true, mode: 0o755 });
  if (!(await exists(folder))) {
    await cp(binaries.folder, copy, { recursive: true, verbatimSymlinks: true });
    // If another process was faster, its copy is used.
    await rename(copy, folder).catch(() => rm(copy, { recursive: true, force: true }));
  }
  return { ...binaries, folder };
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/**
 * The user that the server runs as if this process runs as root: `postgres`, otherwise `nobody`. Undefined if it runs as the
 * current user.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const candidate of ['postgres', 'nobody']) {
    const [name, , uid, gid] = users.find(([name]) => name === candidate) ?? [];
    if (name !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw embeddedUserMissing();
}

/** Whether the permission bits allow `user` to traverse every folder down to and including `folder`. */
export async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
