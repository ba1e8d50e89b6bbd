// Information about this package: its folder, its version, and the versions that it was tested with.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const versions = z.record(z.string(), z.string()).default({});
const manifestShape = z.object({
  version: z.string(),
  devDependencies: versions,
  peerDependencies: versions,
  allowScripts: z.record(z.string(), z.boolean()).default({}),
});

export type Manifest = z.infer<typeof manifestShape>;

/** The root of the source: the checkout, or `dist`. Starters and templates are located there, too. */
export const sourceRoot: string = path.dirname(import.meta.dirname);

/** The folder of `package.json`: the checkout, or `node_modules/rustio-admin`. */
export const packageRoot: string = existsSync(path.join(sourceRoot, 'package.json'))
  ? sourceRoot
  : path.dirname(sourceRoot);

/** Reads this package's `package.json`. */
export function readManifest(): Manifest {
  return manifestShape.parse(JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')));
}
