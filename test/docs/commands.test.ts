// timeout: 120
// The commands that the documentation names exist, and those of the first guide work, one after the other.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { newProject, runCli } from '../cli/run-cli.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { examplesOf, pages, textOf } from './fenced.ts';

const test = suite('docs: commands');

/** Lines of the shell examples of a page that run our command, without comments. */
function commandsOf(page: string): readonly string[] {
  const fences = [...textOf(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines = '']) => lines);
  return fences
    .flatMap((lines) => lines.split(/\n|&&/))
    .map((line) => line.replace(/\s#.*$/, '').trim())
    .flatMap((line) => /^npx rustio-admin (.*)$/.exec(line)?.[1] ?? []);
}

test('every command of a shell example is one that --help lists', async () => {
  const project = await newProject();
  const { stdout } = await runCli(project, ['--help']);
  const known = [...stdout.matchAll(/^ {2}([a-z]+(?: [a-z]+)*)/gm)].map(([, name = '']) => name);
  assert.ok(known.includes('migrate make') && known.length > 15);
  const wanted = pages().flatMap(commandsOf);
  assert.ok(wanted.length > 12);
  const unknown = wanted.filter((line) => !known.some((name) => line === name || line.startsWith(`${name} `)));
  assert.equal(unknown, []);
});

test('getting started: its commands, in their order, on the project that it shows', async () => {
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
