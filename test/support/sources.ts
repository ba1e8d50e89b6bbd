import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Source {
  /** Relative to the root, with slashes: `core/app.ts`. */
  readonly path: string;
  readonly text: string;
  /** The files of the repository that it imports, including types; relative to the root. */
  readonly imports: readonly string[];
  /** The packages that it imports. */
  readonly packages: readonly string[];
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** The TypeScript files in these folders, with their imports. */
export function sourcesIn(...folders: readonly string[]): readonly Source[] {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }));
  return files.map((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const named = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    return {
      path: file.split(path.sep).join('/'),
      text,
      imports: named
        .filter((name) => name.startsWith('.'))
        .map((name) => path.posix.join(path.posix.dirname(file), name)),
      packages: named.filter((name) => !name.startsWith('.')),
    };
  });
}
