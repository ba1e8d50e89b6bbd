import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Database } from '../database/pool.ts';
import { localFiles } from '../files/file-store.ts';
import { createFiles, type Files } from '../files/files.ts';
import type { ProjectContext } from '../settings.ts';

/** The project's folder for data of this machine only: the development database, secrets. Git ignores it. */
export function localFolder(folder: string): string {
  return path.join(folder, '.rustio', 'local');
}

/**
 * The secret keys of a developer's machine, one per line; generated on the first call. Two processes that start at the same time
 * get the same keys: the file is written completely before it gets its name, and an existing file is never replaced.
 */
export function localSecretKeys(folder: string): string[] {
  const home = localFolder(folder);
  const file = path.join(home, 'secret-keys');
  return readKeys(file) ?? createKeys(home, file);
}

/**
 * The files of a project: in the folder `FILES_FOLDER`, otherwise in `files.folder` of its config, otherwise next to the
 * development database; or in a custom store, with that folder for incoming uploads.
 */
export function projectFiles(project: ProjectContext, database: Database): Files {
  const { kept, incoming } = fileFolders(project);
  return createFiles({ database, store: project.config?.files?.store ?? localFiles(kept), incoming });
}

/** The project's folders for stored contents and for incoming uploads. Created on first use. */
export function fileFolders({ folder, environment, config }: ProjectContext) {
  const configured = environment.filesFolder ?? config?.files?.folder;
  const home = configured === undefined ? path.join(localFolder(folder), 'files') : path.resolve(folder, configured);
  return { kept: path.join(home, 'kept'), incoming: path.join(home, 'incoming') };
}

function readKeys(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function createKeys(home: string, file: string): string[] {
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
