import { spawnSync } from 'node:child_process';
import path from 'node:path';

/**
 * The major version of the `node` that a shell on this machine finds; undefined where there is none. What runs us may be
 * another one: npm puts a project's own `node_modules/.bin` first.
 */
export function machineNode(searchPath: string = process.env.PATH ?? ''): number | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => !folder.split(path.sep).includes('node_modules'));
  const found = spawnSync('node', ['--version'], {
    env: { ...process.env, PATH: folders.join(path.delimiter) },
    encoding: 'utf8',
  });
  const major = /^v(\d+)\./.exec(found.stdout ?? '')?.[1];
  return major === undefined ? undefined : Number(major);
}
