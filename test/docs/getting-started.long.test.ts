// The first guide, followed to the letter.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { newProject, runCli } from '../cli/run-cli.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { commandsOf, examplesOf } from './fenced.ts';

const test = suite('docs: getting started');

test('its commands, in their order, on the project that it shows', async () => {
  const page = 'docs/getting-started.md';
  const [project, database] = [await newProject(), await testDatabase()];
  rmSync(path.join(project, 'migrations'), { recursive: true });
  for (const { file, text } of examplesOf(page)) writeFileSync(path.join(project, file), text);
  const ran: string[] = [];
  for (const line of commandsOf(page).filter((each) => !/^(startproject|startapp|start|dev)\b/.test(each))) {
    const { code, stdout, stderr } = await runCli(project, line.split(' '), { DATABASE_URL: database.url });
    ran.push(line);
    assert.is(code, 0, `${line}\n${stdout}\n${stderr}`);
  }
  assert.ok(ran.length >= 10, ran.join('\n'));
  await database.drop();
});
