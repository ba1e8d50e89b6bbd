// The commands that the documentation names exist.
import * as assert from 'uvu/assert';
import { newProject, runHere } from '../cli/run-cli.ts';
import { suite } from '../support/suite.ts';
import { commandsOf, pages } from './fenced.ts';

const test = suite('docs: commands');

test('every command in a shell example is listed by --help', async () => {
  const project = await newProject();
  const { stdout } = await runHere(project, ['--help']);
  const known = [...stdout.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)*)/gm)].map(([, name = '']) => name);
  assert.ok(known.includes('migrate make') && known.length > 15);
  const requested = pages().flatMap(commandsOf);
  assert.ok(requested.length > 12);
  const unknown = requested.filter((line) => !known.some((name) => line === name || line.startsWith(`${name} `)));
  assert.equal(unknown, []);
});
