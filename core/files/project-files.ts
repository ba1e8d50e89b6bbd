import path from 'node:path';
import type { ProjectContext } from '../config.ts';
import type { Database } from '../database/pool.ts';
import { localFolder } from '../local-secret-keys.ts';
import { createFiles, type Files } from './files.ts';
import { localFiles } from './local-files.ts';

/**
 * The files of a project: in the folder that `FILES_FOLDER` names, else in `files.folder` of its config, else beside the
 * development database; or in a store of its own, with that folder for uploads on their way.
 */
export function projectFiles(project: ProjectContext, database: Database): Files {
  const { kept, incoming } = fileFolders(project);
  return createFiles({ database, store: project.config?.files?.store ?? localFiles(kept), incoming });
}

/** Where a project's own folders for files are: for what is kept, and for uploads on their way. Made on the first use. */
export function fileFolders({ folder, environment, config }: ProjectContext) {
  const named = environment.filesFolder ?? config?.files?.folder;
  const home = named === undefined ? path.join(localFolder(folder), 'files') : path.resolve(folder, named);
  return { kept: path.join(home, 'kept'), incoming: path.join(home, 'incoming') };
}
