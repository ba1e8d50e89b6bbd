import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RustioError } from '../../core/errors.ts';
import { CONFIG_FILE } from '../../core/project.ts';
import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { camelCase, modelsFile } from '../startapp/app-files.ts';
import { type AppNames, linesToAdd, wireConfig } from '../startapp/wire-config.ts';

export const startapp: CliCommand = {
  name: 'startapp NAME',
  description: 'Add a folder with a first model, wired into rustio.config.ts',
  run: async ({ values, projectOption, print }) => {
    const project = projectFolder(projectOption);
    const folder = String(values.name);
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(folder)) throw badName(folder);
    const target = path.join(project, folder);
    if (existsSync(target)) throw exists(folder);

    const names = { folder, models: `${camelCase(folder)}Models`, admins: `${camelCase(folder)}Admins` };
    const configFile = path.join(project, CONFIG_FILE);
    const wired = wireConfig(readFileSync(configFile, 'utf8'), names);
    if (wired === undefined) throw cannotWire(names);

    mkdirSync(target);
    writeFileSync(path.join(target, 'models.ts'), modelsFile(folder));
    writeFileSync(configFile, wired);
    print(`Made ${folder}/models.ts and wired it into ${CONFIG_FILE}. Change the model, then:`);
    print('');
    print('  npx rustio-admin migrate make');
    print('  npx rustio-admin migrate');
  },
};

function badName(name: string): RustioError {
  return new RustioError(
    'RIO-STARTAPP-NAME',
    {
      problem: `"${name}" cannot be the name of an app.`,
      why: 'It becomes a folder and names in the code: lower-case words with hyphens, beginning with a letter.',
      fix: 'Choose another one: npx rustio-admin startapp stock-takes',
      retry: 'With another name.',
    },
    { exitCode: 2 },
  );
}

function exists(folder: string): RustioError {
  return new RustioError(
    'RIO-STARTAPP-FOLDER',
    {
      problem: `There is something named ${folder} in the project already.`,
      why: 'A new app never overwrites anything.',
      fix: 'Choose another name, or move it away.',
      retry: 'After that.',
    },
    { exitCode: 2 },
  );
}

function cannotWire(names: AppNames): RustioError {
  return new RustioError(
    'RIO-STARTAPP-CONFIG',
    {
      problem: `${CONFIG_FILE} is written in a way that we cannot safely change. Nothing was made.`,
      why: 'We look for imports, and for `models` and `admins` once each, as starters write them. These lines would go in:',
      fix: `Make ${names.folder}/models.ts by hand, exporting models and admins, and add the lines.`,
      retry: 'Only with a config in that form.',
    },
    { details: linesToAdd(names) },
  );
}
