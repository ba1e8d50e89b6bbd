/** Where the embedded server keeps its files. */
import { createHash } from 'node:crypto';
import { chown, cp, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { mayEnter, type ServerUser, serverUser } from './server-user.ts';

export interface Place {
  readonly binaries: Binaries;
  readonly user: ServerUser | undefined;
  /** PGDATA. */
  readonly data: string;
  /** The server writes here what it has to say. */
  readonly log: string;
  /** Holds the port of the last start, so that addresses stay true from one start to the next. */
  readonly portFile: string;
  /** What a person should know about the place. */
  readonly note: string | undefined;
}

/** Root's own folder for what must not stay under a folder that the server's user cannot enter. */
const ELSEWHERE = '/var/lib/rustio';

/** Prepares `home` and everything that the server's user must be able to reach. */
export async function preparePlace(home: string, binaries: Binaries): Promise<Place> {
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignoreExisting);
  const user = await serverUser();
  const reachable = user === undefined || (await mayEnter(home, user));
  const folder = reachable ? path.resolve(home) : await elsewhere(home);
  const log = path.join(folder, 'server.log');
  if (user !== undefined) {
    await writeFile(log, '', { flag: 'a', mode: 0o600 });
    await chown(log, user.uid, user.gid);
  }
  return {
    binaries: user === undefined ? binaries : await reachableBinaries(binaries, user),
    user,
    data: path.join(folder, 'postgres'),
    log,
    portFile: path.join(folder, 'postgres.port'),
    note: reachable
      ? undefined
      : `The database is kept in ${folder}, because it runs as the user ${user?.name}, who cannot enter ${path.resolve(home)}.`,
  };
}

/** A folder for this project that everybody may pass through, but only root may change. */
async function elsewhere(home: string): Promise<string> {
  const name = createHash('sha256')
    .update(await realpath(home))
    .digest('hex')
    .slice(0, 16);
  const folder = path.join(ELSEWHERE, name);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** A project under /root has its node_modules there too: the server's user could not even start the program. */
async function reachableBinaries(binaries: Binaries, user: ServerUser): Promise<Binaries> {
  if (await mayEnter(path.join(binaries.folder, 'bin'), user)) return binaries;
  const folder = path.join(ELSEWHERE, `postgresql-${binaries.version}`);
  const copy = `${folder}.${process.pid}`;
  await mkdir(ELSEWHERE, { recursive: true, mode: 0o755 });
  if (!(await mayEnter(path.join(folder, 'bin'), user).catch(() => false))) {
    await cp(binaries.folder, copy, { recursive: true, verbatimSymlinks: true });
    // Whoever comes second finds the folder taken, and uses it.
    await rename(copy, folder).catch(() => rm(copy, { recursive: true, force: true }));
  }
  return { ...binaries, folder };
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
