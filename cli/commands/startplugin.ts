import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RustioError } from '../../core/errors.ts';
import { CONFIG_FILE } from '../../core/project.ts';
import { builtIn } from '../../plugins/order.ts';
import type { CliCommand } from '../cli-command.ts';
import { projectFolder } from '../project-folder.ts';
import { pluginFiles, variableFor } from '../startplugin/plugin-files.ts';
import { linesToAdd, wirePlugin } from '../startplugin/wire-plugin.ts';

/** Words of JavaScript that cannot name a variable, as far as they are likely here. */
const KEYWORDS =
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  );

/** They mean something else: sources of migrations, and prefixes of views. */
const RESERVED = ['core', 'kernel', 'project', 'layout', ...builtIn.map(({ name }) => name)];

export const startplugin: CliCommand = {
  name: 'startplugin NAME',
  description: 'Add a plugin with a page, a table and a test, wired into rustio.config.ts',
  run: async ({ values, projectOption, print }) => {
    const project = projectFolder(projectOption);
    const name = String(values.name);
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || [...RESERVED, ...KEYWORDS].includes(name)) throw badName(name);
    const folder = existsSync(path.join(project, 'plugins')) ? `plugins/${name}` : name;
    const target = path.join(project, folder);
    if (existsSync(target)) throw exists(folder);

    for (const [file, content] of Object.entries(pluginFiles(name))) {
      mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
      writeFileSync(path.join(target, file), content);
    }
    const configFile = path.join(project, CONFIG_FILE);
    const plugin = { from: `./${folder}/index.ts`, variable: variableFor(name) };
    const wired = wirePlugin(readFileSync(configFile, 'utf8'), plugin);
    if (wired === undefined) {
      print(`Created ${folder}/. ${CONFIG_FILE} has a form that cannot be changed safely; add these lines to it:`);
      print('');
      for (const line of linesToAdd(plugin)) print(`  ${line}`);
      print('');
      print('Then:');
    } else {
      writeFileSync(configFile, wired);
      print(`Created ${folder}/ and added the plugin to \`extend\` in ${CONFIG_FILE}. Next:`);
    }
    print('');
    print(`  To change its table, edit ${folder}/migrations/ first: an applied migration must not change.`);
    print('  npx rustio-admin migrate');
    print(`  npx node --test ${folder}/${name}.test.ts`);
    print(`  npm run dev   # its page is /admin/+${name}`);
  },
};

function badName(name: string): RustioError {
  return new RustioError(
    'RIO-STARTPLUGIN-NAME',
    {
      problem: `"${name}" cannot be the name of a plugin.`,
      why: `It becomes a folder and names in code: lower-case words with hyphens. These are taken: ${RESERVED.join(', ')}.`,
      fix: 'Choose another name: npx rustio-admin startplugin guest-book',
      retry: 'With another name.',
    },
    { exitCode: 2 },
  );
}

function exists(folder: string): RustioError {
  return new RustioError(
    'RIO-STARTPLUGIN-FOLDER',
    {
      problem: `${folder} already exists in the project.`,
      why: 'A new plugin never overwrites anything.',
      fix: 'Choose another name, or move the folder away.',
      retry: 'After that.',
    },
    { exitCode: 2 },
  );
}
