import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const lockShape = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional() })),
});

/**
 * What a new project writes behind `"rustio-admin":` in its package.json, so that it gets the package that made it: a
 * version when that came from the registry, `file:` with the checkout or the tarball otherwise.
 */
export function ownDependency(packageRoot: string, version: string, project: string): string {
  const modules = enclosingModules(packageRoot);
  if (modules === undefined) return fileSpec(project, packageRoot);
  const resolved = resolvedIn(modules, packageRoot);
  if (resolved === undefined || !resolved.startsWith('file:')) return `^${version}`;
  // npm writes it relative to the folder that holds node_modules.
  return fileSpec(project, path.resolve(path.dirname(modules), resolved.slice('file:'.length)));
}

/** The `node_modules` in which the package lies; undefined for a checkout. */
function enclosingModules(packageRoot: string): string | undefined {
  const parts = packageRoot.split(path.sep);
  const index = parts.lastIndexOf('node_modules');
  return index < 0 ? undefined : parts.slice(0, index + 1).join(path.sep);
}

/** Where npm got the package from, by the list that it keeps in every `node_modules`. */
function resolvedIn(modules: string, packageRoot: string): string | undefined {
  try {
    const lock = lockShape.parse(JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8')));
    const key = path.relative(path.dirname(modules), packageRoot).split(path.sep).join('/');
    return lock.packages[key]?.resolved;
  } catch {
    // Another package manager, or none: then it most likely came from a registry.
    return undefined;
  }
}

function fileSpec(project: string, target: string): string {
  // The project does not exist yet; its parent does. Links on the way would lead a relative path astray.
  const from = path.join(realpathSync(path.dirname(project)), path.basename(project));
  return `file:${path.relative(from, realpathSync(target)).split(path.sep).join('/')}`;
}
