import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** No request lasts that long: what is older belongs to a process that was killed. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** Removes folders of uploads that a killed process has left. */
export async function removeOldFolders(incoming: string): Promise<void> {
  for (const name of await namesIn(incoming)) {
    const folder = path.join(incoming, name);
    const found = await stat(folder).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > OLD_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** Nobody has uploaded anything yet where the folder is not there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
