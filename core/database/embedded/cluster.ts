/** The data directory of the embedded server. It is created in a temporary folder and then moved into place in one step. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { embeddedNotCreated, embeddedVersionMismatch } from '../../errors/database.ts';
import type { RustioError } from '../../errors/rustio-error.ts';
import type { ServerLocation } from './location.ts';
import { runProgram, type ServerSettings } from './server.ts';

/** Stored inside the data directory, so that both are created and deleted together. Readable only by the server's user and root. */
const PASSWORD_FILE = 'rustio.password';

/** Error codes of a folder that cannot be written: disk full, owned by another user, read-only. */
const NOT_WRITABLE = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'];

/** Runs `work`, which writes files; if they cannot be written, the error explains why. */
export async function explainNotWritable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw error instanceof Error && NOT_WRITABLE.includes(code) ? notCreated(error.message) : error;
  }
}

/** Creates the data directory if it does not exist, and returns the password of its superuser `postgres`. */
export async function prepareCluster(location: ServerLocation, settings: ServerSettings): Promise<string> {
  const version = await readFile(path.join(location.data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) await createCluster(location, settings.fsync === 'off');
  else requireSameVersion(location, version.trim());
  return readFile(path.join(location.data, PASSWORD_FILE), 'utf8');
}

async function createCluster(location: ServerLocation, isTemporary: boolean): Promise<void> {
  const draft = `${location.data}.${process.pid}`;
  const passwordFile = `${draft}.password`;
  const password = randomBytes(18).toString('base64url');
  try {
    await rm(draft, { recursive: true, force: true }); // left behind by a killed process with the same id
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await chownTo(location, draft, passwordFile);
    const { code, output } = await runProgram(location, 'initdb', [
      ...['-D', draft, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile],
      // Names sort as people expect, in any language: Äpfel, apple, Banana. By code points, the order would be Banana, apple,
      // Äpfel.
      ...['-E', 'UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=und'],
      ...(isTemporary ? ['--no-sync'] : []),
    ]);
    if (code !== 0) throw notCreated(output);
    await rename(passwordFile, path.join(draft, PASSWORD_FILE));
    // Two processes may get here at the same time. The second finds the directory already there and uses it.
    await rename(draft, location.data).catch(ignoreTaken);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

async function chownTo({ user }: ServerLocation, ...files: string[]): Promise<void> {
  if (user === undefined) return;
  for (const file of files) await chown(file, user.uid, user.gid);
}

function requireSameVersion({ data, binaries }: ServerLocation, dataVersion: string): void {
  const [installed = ''] = binaries.version.split('.');
  if (dataVersion !== installed) throw embeddedVersionMismatch({ folder: data, dataVersion, installed });
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
}

function notCreated(output: string): RustioError {
  const lines = output.split('\n');
  return embeddedNotCreated({ reason: lines.at(-1) ?? 'initdb printed no output', details: lines });
}
