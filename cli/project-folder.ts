import { existsSync } from 'node:fs';
import path from 'node:path';
import { RustioError } from '../core/errors.ts';
import { CONFIG_FILE, findProject } from '../core/project.ts';

/** The project that a command is about: what `--project` says, else the nearest one upward. Throws RIO-PROJECT-MISSING. */
export function projectFolder(option: string | undefined): string {
  if (option === undefined) {
    const found = findProject(process.cwd());
    if (found !== undefined) return found;
    throw missing(`There is no ${CONFIG_FILE} in ${process.cwd()}, nor in a folder above it.`);
  }
  const folder = path.resolve(option);
  if (existsSync(path.join(folder, CONFIG_FILE))) return folder;
  throw missing(`There is no ${CONFIG_FILE} in ${folder}.`);
}

/** Reads the project's `.env` into the environment, whose own variables win. */
export function loadEnvFile(folder: string): void {
  const file = path.join(folder, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

function missing(problem: string): RustioError {
  return new RustioError(
    'RIO-PROJECT-MISSING',
    {
      problem,
      why: 'This command works on a project, and that file is what makes a folder one.',
      fix: 'Go to the folder of your project, name it with --project FOLDER, or make one: npx rustio-admin startproject NAME',
      retry: 'From there.',
    },
    { exitCode: 2 },
  );
}
