import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_FILE } from '../../core/boot/project.ts';
import { builtIn } from '../../plugins/built-in.ts';
import type { CliCommand } from '../cli-command.ts';
import { invalidPluginName, pluginFolderExists } from '../errors.ts';
import { projectFolder } from '../project-folder.ts';
import { addPlugin, pluginLines } from '../scaffold/edit-config.ts';
import { pluginFiles, variableFor } from '../scaffold/plugin-files.ts';

/** Reserved words of JavaScript that are likely to be entered as names. */
const KEYWORDS =
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  );

/** Names that are already used for migration sources and view prefixes. */
const RESERVED = ['core', 'project', 'layout', ...builtIn.map(({ name }) => name)];

export const startplugin: CliCommand = {
  name: 'startplugin NAME',
  description: 'Create a plugin with a table, a page, a form and a test, and add it to rustio.config.ts',
  run: async ({ values, projectOption, print }) => {
    const project = projectFolder(projectOption);
    const name = String(values.name);
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || [...RESERVED, ...KEYWORDS].includes(name))
      throw invalidPluginName({ name, reserved: RESERVED.join(', ') });
    const folder = existsSync(path.join(project, 'plugins')) ? `plugins/${name}` : name;
    const target = path.join(project, folder);
    if (existsSync(target)) throw pluginFolderExists({ folder });

    for (const [file, content] of Object.entries(pluginFiles(name))) {
      mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
      writeFileSync(path.join(target, file), content);
    }
    const configFile = path.join(project, CONFIG_FILE);
    const plugin = { from: `./${folder}/index.ts`, variable: variableFor(name) };
    const config = addPlugin(readFileSync(configFile, 'utf8'), plugin);
    if (config === undefined) {
      print(`Created ${folder}/. ${CONFIG_FILE} could not be changed automatically; add these lines to it:`);
      print('');
      for (const line of pluginLines(plugin)) print(`  ${line}`);
      print('');
      print('Then:');
    } else {
      writeFileSync(configFile, config);
      print(`Created ${folder}/ and added the plugin to \`extend\` in ${CONFIG_FILE}. Next:`);
    }
    print('');
    print(`  To change its table, edit ${folder}/migrations/ before you apply the migration.`);
    print('  npx rustio-admin migrate');
    print('  npm test');
    print(`  npm run dev   # then open /admin/+${name}`);
  },
};
