import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_FILE } from '../../core/boot/project.ts';
import type { CliCommand } from '../cli-command.ts';
import { appFolderExists, configNotChanged, invalidAppName } from '../errors.ts';
import { projectFolder } from '../project-folder.ts';
import { camelCase, modelsFile } from '../scaffold/app-files.ts';
import { addApp, appLines } from '../scaffold/edit-config.ts';

export const startapp: CliCommand = {
  name: 'startapp NAME',
  description: 'Create a folder with a first model and add it to rustio.config.ts',
  run: async ({ values, projectOption, print }) => {
    const project = projectFolder(projectOption);
    const folder = String(values.name);
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(folder)) throw invalidAppName({ name: folder });
    const target = path.join(project, folder);
    if (existsSync(target)) throw appFolderExists({ folder });

    const names = { folder, models: `${camelCase(folder)}Models`, admins: `${camelCase(folder)}Admins` };
    const configFile = path.join(project, CONFIG_FILE);
    const config = addApp(readFileSync(configFile, 'utf8'), names);
    if (config === undefined) throw configNotChanged({ folder, details: appLines(names) });

    mkdirSync(target);
    writeFileSync(path.join(target, 'models.ts'), modelsFile(folder));
    writeFileSync(configFile, config);
    print(`Created ${folder}/models.ts and added it to ${CONFIG_FILE}. Edit the model, then run:`);
    print('');
    print('  npx rustio-admin migrate make');
    print('  npx rustio-admin migrate');
  },
};
