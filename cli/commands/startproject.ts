import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CONFIG_FILE } from '../../core/boot/project.ts';
import type { CliCommand } from '../cli-command.ts';
import { invalidProjectName, projectFolderNotEmpty } from '../errors.ts';
import { packageRoot, readManifest, sourceRoot } from '../package.ts';
import { quoteForShell } from '../project-folder.ts';
import { machineNode, ownDependency } from '../scaffold/dependencies.ts';
import { projectFiles } from '../scaffold/project-files.ts';
import { nameConfig, packageNameIssue } from '../scaffold/project-name.ts';

const NEEDED_NODE = 24;
/** Files left over from running a starter in place. */
const NOT_COPIED = ['.rustio', 'node_modules', '.env', 'package.json', 'package-lock.json'];
/** Printed after `npm install`, which shows these warnings on an older Node. */
const AGE_WARNING = `# ignore EBADENGINE warnings: the project installs its own Node ${NEEDED_NODE}`;
const starters = path.join(sourceRoot, 'starters');

export const startproject: CliCommand = {
  name: 'startproject NAME',
  description: 'Create a project in a new folder',
  options: {
    starter: {
      description: 'Starter: an almost empty project, or a complete back office with data',
      type: 'string',
      choices: ['blank', 'strikes', 'clinic'],
      default: 'blank',
    },
  },
  run: async ({ values, print }) => {
    const folder = path.resolve(String(values.name));
    const starter = String(values.starter);
    const { needsNodePackage } = createProject(folder, starter);
    const relative = path.relative(process.cwd(), folder) || '.';
    print(`Created ${relative} from the starter "${starter}". Next:`);
    print('');
    print(`  cd ${quoteForShell(relative)}`);
    print(`  npm install${needsNodePackage ? `   ${AGE_WARNING}` : ''}`);
    print('  npm run dev');
  },
};

/** Validates the name and folder before anything is written. Returns whether the project needs to install its own Node. */
function createProject(folder: string, starter: string): { readonly needsNodePackage: boolean } {
  const name = path.basename(folder);
  const issue = packageNameIssue(name);
  if (issue !== undefined) throw invalidProjectName({ name, issue });
  if (existsSync(folder) && readdirSync(folder).length > 0) throw projectFolderNotEmpty({ folder });

  mkdirSync(folder, { recursive: true });
  const manifest = readManifest();
  const node = machineNode();
  const needsNodePackage = node === undefined || node < NEEDED_NODE;
  const dependency = ownDependency(packageRoot, manifest.version, folder);
  const files = projectFiles({ name, starter, dependency, needsNodePackage }, manifest);
  cpSync(path.join(starters, starter), folder, {
    recursive: true,
    filter: (source) => !NOT_COPIED.includes(path.basename(source)),
  });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
  const config = path.join(folder, CONFIG_FILE);
  writeFileSync(config, nameConfig(readFileSync(config, 'utf8'), name));
  return { needsNodePackage };
}
