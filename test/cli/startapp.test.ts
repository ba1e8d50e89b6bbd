import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { startapp } from '../../cli/commands/startapp.ts';
import { startproject } from '../../cli/commands/startproject.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('startapp');

async function startApp(project: string, name: string): Promise<string[]> {
  const lines: string[] = [];
  await startapp.run({
    values: { name },
    projectOption: project,
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    ask: async () => undefined,
    askSecret: async () => undefined,
  });
  return lines;
}

/** A new project, not installed. */
async function newProject(starter: string): Promise<string> {
  const project = path.join(temporaryFolder(), 'desk');
  await startproject.run({
    values: { name: project, starter },
    projectOption: undefined,
    print: () => {},
    signal: new AbortController().signal,
    ask: async () => undefined,
    askSecret: async () => undefined,
  });
  return project;
}

function configOf(project: string): string {
  return readFileSync(path.join(project, 'rustio.config.ts'), 'utf8');
}

for (const starter of ['blank', 'strikes', 'clinic']) {
  test(`two apps are added to the config of the starter ${starter} in turn`, async () => {
    const project = await newProject(starter);
    const lines = await startApp(project, 'stock-takes');
    assert.match(lines.join('\n'), 'migrate make');
    await startApp(project, 'visits');
    const config = configOf(project);
    assert.match(
      config,
      `import { admins as stockTakesAdmins, models as stockTakesModels } from './stock-takes/models.ts';`,
    );
    assert.match(config, /models: \[\.\.\.models, \.\.\.stockTakesModels, \.\.\.visitsModels\]/);
    assert.match(config, /admins: \[\.\.\.admins, \.\.\.stockTakesAdmins, \.\.\.visitsAdmins\]/);
    const models = readFileSync(path.join(project, 'stock-takes/models.ts'), 'utf8');
    assert.match(models, `export const StockTake = defineModel('stockTake'`);
  });
}

test('a config in an unknown format is left unchanged, and the lines to add are shown', async () => {
  const config = `import { defineConfig } from 'rustio-admin';\nexport default defineConfig({ name: 'Desk', models: all() });\n`;
  const project = temporaryFolder({ 'rustio.config.ts': config });
  const error = await rustioFailureOf(startApp(project, 'visits'));
  assert.is(error.code, 'RIO-STARTAPP-CONFIG');
  assert.is(error.exitCode, 1);
  assert.match(error.details.join('\n'), '...visitsModels');
  assert.is(configOf(project), config);
  assert.not.ok(existsSync(path.join(project, 'visits')), 'nothing is created');
});

test('an existing folder and an invalid name are rejected', async () => {
  const project = temporaryFolder({ 'rustio.config.ts': '', 'visits/notes.txt': 'mine' });
  const existing = await rustioFailureOf(startApp(project, 'visits'));
  assert.is(existing.code, 'RIO-STARTAPP-FOLDER');
  assert.is(existing.exitCode, 2);
  for (const name of ['Visits', '../visits', '1st', 'a b', 'a--b']) {
    assert.is((await rustioFailureOf(startApp(project, name))).code, 'RIO-STARTAPP-NAME', name);
  }
});

test('it is rejected outside a project', async () => {
  const error = await rustioFailureOf(startApp(temporaryFolder(), 'visits'));
  assert.is(error.code, 'RIO-PROJECT-MISSING');
  assert.is(error.exitCode, 2);
});
