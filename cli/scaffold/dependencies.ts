// Dependencies of a new project: rustio-admin itself, and Node if the machine's version is too old.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const lockShape = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional() })),
});

/**
 * The value of `"rustio-admin":` in a new project's package.json, chosen so that the project gets the same package that created
 * it: a version if it came from the registry, otherwise `file:` with the checkout or tarball.
 */
export function ownDependency(packageRoot: string, version: string, project: string): string {
  const modules = enclosingModules(packageRoot);
  if (modules === undefined) return fileSpec(project, packageRoot);
  const resolved = resolvedIn(modules, packageRoot);
  if (resolved === undefined || !resolved.startsWith('file:')) return `^${version}`;
  // npm writes it relative to the folder that contains node_modules.
  return fileSpec(project, path.resolve(path.dirname(modules), resolved.slice('file:'.length)));
}

/** The `node_modules` folder that contains the package; undefined for a checkout. */
function enclosingModules(packageRoot: string): string | undefined {
  const parts = packageRoot.split(path.sep);
  const index = parts.lastIndexOf('node_modules');
  return index < 0 ? undefined : parts.slice(0, index + 1).join(path.sep);
}

/** Where npm installed the package from, according to the lock file in `node_modules`. */
function resolvedIn(modules: string, packageRoot: string): string | undefined {
  try {
    const lock = lockShape.parse(JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8')));
    const key = path.relative(path.dirname(modules), packageRoot).split(path.sep).join('/');
    return lock.packages[key]?.resolved;
  } catch {
    // Installed by another package manager, most likely from a registry.
    return undefined;
  }
}

function fileSpec(project: string, target: string): string {
  // The project does not exist yet, but its parent does. Symlinks in the path would make a relative path wrong.
  const from = path.join(realpathSync(path.dirname(project)), path.basename(project));
  return `file:${path.relative(from, realpathSync(target)).split(path.sep).join('/')}`;
}

/**
 * The major version of the `node` that a shell on this machine finds; undefined if there is none. This process may run on another
 * one: npm puts the project's own `node_modules/.bin` first.
 */
export function machineNode(searchPath: string = process.env.PATH ?? ''): number | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => !folder.split(path.sep).includes('node_modules'));
  const { stdout } = spawnSync('node', ['--version'], {
    env: { ...process.env, PATH: folders.join(path.delimiter) },
    encoding: 'utf8',
  });
  const major = /^v(\d+)\./.exec(stdout ?? '')?.[1];
  return major === undefined ? undefined : Number(major);
}
