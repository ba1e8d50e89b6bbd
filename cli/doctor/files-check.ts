import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Check, CheckResult } from '../../core/command.ts';
import { fileFields } from '../../core/files/holds-file.ts';
import { fileFolders } from '../../core/files/project-files.ts';

/** Whether uploaded files can be kept where they are to lie: else the first upload tells it, to whoever uploads. */
export const filesCheck: Check = {
  name: 'files-folder',
  needs: 'config',
  async run({ app, project }): Promise<CheckResult> {
    if (app.models.all.every((model) => fileFields(model).length === 0)) {
      return { status: 'ok', message: 'No model keeps files.' };
    }
    const { kept, incoming } = fileFolders(project);
    const folders = project.config?.files?.store === undefined ? [kept, incoming] : [incoming];
    for (const folder of folders) {
      const problem = await problemWith(folder);
      if (problem === undefined) continue;
      return {
        status: 'failed',
        message: `Uploads cannot be written to ${folder}: ${problem}.`,
        fix: 'Let the account that serves write there, or name another folder: FILES_FOLDER.',
      };
    }
    return { status: 'ok', message: `Uploads can be written to ${path.dirname(incoming)}.` };
  },
};

/**
 * What keeps a folder from being made or written to; undefined when nothing does. It tries, for rights alone do not tell of
 * read-only disks. It does not make the folder: that would belong to whoever runs the doctor, who may be somebody else.
 */
async function problemWith(folder: string): Promise<string | undefined> {
  try {
    await rmdir(await mkdtemp(path.join(await nearestExisting(folder), '.doctor-')));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The folder itself, else the one in which it would be made. It may be no folder; then nothing can be written there. */
async function nearestExisting(folder: string): Promise<string> {
  const found = await stat(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
  return found || path.dirname(folder) === folder ? folder : nearestExisting(path.dirname(folder));
}
