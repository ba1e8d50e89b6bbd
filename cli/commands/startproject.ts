import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RustioError } from '../../core/errors.ts';
import { CONFIG_FILE } from '../../core/project.ts';
import type { CliCommand } from '../cli-command.ts';
import { packageRoot, readManifest, sourceRoot } from '../package.ts';
import { projectFiles } from '../startproject/files.ts';
import { machineNode } from '../startproject/machine-node.ts';
import { ownDependency } from '../startproject/own-dependency.ts';
import { mistakeInName } from '../startproject/package-name.ts';
import { nameConfig } from '../startproject/project-name.ts';

const NEEDED_NODE = 24;
/** What running a starter in place leaves behind. */
const NOT_COPIED = ['.rustio', 'node_modules', '.env', 'package.json', 'package-lock.json'];
/** Behind the command that makes npm say it. */
const AGE_WARNING = `# its warnings EBADENGINE are about this machine's Node; the project brings Node ${NEEDED_NODE}`;
const starters = path.join(sourceRoot, 'starters');

export const startproject: CliCommand = {
  name: 'startproject NAME',
  description: 'Create a project in a new folder',
  options: {
    starter: {
      description: 'What to start from: almost nothing, or a whole back office with data',
      type: 'string',
      choices: ['blank', 'strikes', 'clinic'],
      default: 'blank',
    },
  },
  run: async ({ values, print }) => {
    const folder = path.resolve(String(values.name));
    const starter = String(values.starter);
    const { bringsNode } = makeProject(folder, starter);
    const shown = path.relative(process.cwd(), folder) || '.';
    print(`Made ${shown} from the starter "${starter}". Next:`);
    print('');
    print(`  cd ${shown}`);
    print(`  npm install${bringsNode ? `   ${AGE_WARNING}` : ''}`);
    print('  npm run dev');
  },
};

/** Refuses a bad name or a folder with something in it before it writes anything. Tells whether the project brings its Node. */
function makeProject(folder: string, starter: string): { readonly bringsNode: boolean } {
  const name = path.basename(folder);
  const mistake = mistakeInName(name);
  if (mistake !== undefined) throw badName(name, mistake);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw notEmpty(folder);

  mkdirSync(folder, { recursive: true });
  const manifest = readManifest();
  const node = machineNode();
  const bringsNode = node === undefined || node < NEEDED_NODE;
  const dependency = ownDependency(packageRoot, manifest.version, folder);
  const files = projectFiles({ name, starter, dependency, bringsNode }, manifest);
  cpSync(path.join(starters, starter), folder, {
    recursive: true,
    filter: (source) => !NOT_COPIED.includes(path.basename(source)),
  });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
  const config = path.join(folder, CONFIG_FILE);
  writeFileSync(config, nameConfig(readFileSync(config, 'utf8'), name));
  return { bringsNode };
}

function badName(name: string, mistake: string): RustioError {
  return new RustioError(
    'RIO-STARTPROJECT-NAME',
    {
      problem: `"${name}" cannot be the name of a project.`,
      why: `It becomes the name of the folder and of the package, and ${mistake}.`,
      fix: 'Choose another one: npx rustio-admin startproject air-safety-desk',
      retry: 'With another name.',
    },
    { exitCode: 2 },
  );
}

function notEmpty(folder: string): RustioError {
  return new RustioError(
    'RIO-STARTPROJECT-FOLDER',
    {
      problem: `The folder ${folder} is not empty.`,
      why: 'A new project would mix with, or overwrite, what lies there.',
      fix: 'Choose another name, or move away what is in the folder.',
      retry: 'After that.',
    },
    { exitCode: 2 },
  );
}
