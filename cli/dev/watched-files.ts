import path from 'node:path';
import { watch } from 'chokidar';

/** File types that belong to a project. Temporary files of editors, logs and data have other extensions. */
const EXTENSIONS = ['.ts', '.js', '.mjs', '.json', '.ejs', '.css', '.svg', '.sql'];
const NAMES = ['.env'];
const SKIPPED_FOLDERS = ['node_modules', 'data', 'dist', 'test'];
/** Changes within this time, such as a branch switch, cause only one restart. */
const SETTLED_MS = 40;

/**
 * Calls `onSave` after files of the project were written, created or removed, once for changes in quick succession. Returns a
 * function that stops watching.
 */
export async function watchProject(
  folder: string,
  onSave: (files: readonly string[]) => void,
): Promise<() => Promise<void>> {
  const saved = new Set<string>();
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (file, stats) => isIgnored(path.relative(folder, file), stats?.isFile() === true),
  });
  watcher.on('all', (event, file) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    saved.add(path.relative(folder, file));
    clearTimeout(settling);
    settling = setTimeout(() => {
      const files = [...saved];
      saved.clear();
      onSave(files);
    }, SETTLED_MS);
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', resolve);
    watcher.once('error', reject);
  });
  watcher.on('error', (error) => process.emitWarning(`Files are no longer watched: ${String(error)}`));
  return async () => {
    clearTimeout(settling);
    await watcher.close();
  };
}

/** Whether to ignore a path relative to the project. Exported for tests. */
export function isIgnored(file: string, isFile: boolean): boolean {
  if (file === '') return false;
  const parts = file.split(path.sep);
  const name = parts.at(-1) ?? '';
  const folders = isFile ? parts.slice(0, -1) : parts;
  if (NAMES.includes(file)) return false;
  // Only the first folder counts: an app may contain a folder named `data`.
  if (SKIPPED_FOLDERS.includes(folders[0] ?? '') || folders.includes('node_modules')) return true;
  if (parts.some((part) => part.startsWith('.'))) return true;
  return isFile && !EXTENSIONS.includes(path.extname(name));
}
