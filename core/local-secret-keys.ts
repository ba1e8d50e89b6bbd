import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where a project keeps what belongs to this machine alone: the development database, secrets. Git ignores it. */
export function localFolder(folder: string): string {
  return path.join(folder, '.rustio', 'local');
}

/**
 * The secret keys of a developer's machine, one a line; made on the first call. Two processes that start at once get the
 * same ones: the file appears complete or not at all, and the first one stays.
 */
export function localSecretKeys(folder: string): string[] {
  const home = localFolder(folder);
  const file = path.join(home, 'secret-keys');
  return readKeys(file) ?? makeKeys(home, file);
}

function readKeys(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function makeKeys(home: string, file: string): string[] {
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, '.gitignore'), '*\n');
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return readKeys(file) ?? [];
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
