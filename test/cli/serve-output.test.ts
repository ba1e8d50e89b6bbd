import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { isIgnored } from '../../cli/dev/watched-files.ts';
import { bootTree, noteLines } from '../../cli/serve/serve-project.ts';
import { signInNotes } from '../../plugins/auth/prepare-development.ts';
import { suite } from '../support/suite.ts';

const test = suite('output of start');
const address = 'Admin: http://127.0.0.1:8000/admin';
const command = (words: string): string => `npx rustio-admin ${words}`;
const administrator = { email: 'admin@desk.example', password: 'otter-lamp', role: 'administrator' };
const analyst = { email: 'analyst@desk.example', password: 'fern-cup', role: 'staff' };

test("the last three lines are the URL and an administrator's email and password; other users are listed above", () => {
  const lines = noteLines(address, signInNotes([administrator, analyst], 'someone@else.example', command));
  assert.equal(lines.slice(-3), [address, 'Email: admin@desk.example', 'Password: otter-lamp']);
  assert.equal(lines.slice(1, 3), ['Other users:', 'analyst@desk.example (staff)  fern-cup']);
});

test('a later start prints how to set a new password', () => {
  assert.equal(noteLines(address, signInNotes([], 'admin@desk.example', command)), [
    '',
    address,
    'Email: admin@desk.example',
    'Password: unchanged; set a new one with: npx rustio-admin user password admin@desk.example',
  ]);
});

test('without an administrator, the lines explain how to create one', () => {
  const lines = noteLines(address, signInNotes([], undefined, command));
  assert.is(lines.length, 4);
  assert.match(lines[3] ?? '', 'user create');
});

test('the startup tree lists each plugin with its milliseconds', () => {
  const lines = bootTree(
    new Map([
      ['auth', 12.34],
      ['sessions', 0.5],
    ]),
  );
  assert.is(lines.length, 2);
  assert.match(lines[0] ?? '', /├─ auth\s+12\.3 ms/);
  assert.match(lines[1] ?? '', /└─ sessions\s+0\.5 ms/);
});

test('dev watches the files of a project, but not data, secrets, tools or temporary files', () => {
  const watched = ['rustio.config.ts', 'models/strike.ts', 'templates/admin/list.ejs', 'migrations/2026_a.sql', '.env'];
  const ignored = [
    'data/strikes.csv',
    '.rustio/local/server.log',
    'node_modules/x/index.js',
    '.git/index',
    'a.ts~',
    'b.swp',
  ];
  for (const file of watched) assert.not.ok(isIgnored(path.normalize(file), true), file);
  for (const file of ignored) assert.ok(isIgnored(path.normalize(file), true), file);
  for (const folder of ['data', 'node_modules', '.rustio', '.git']) assert.ok(isIgnored(folder, false), folder);
  for (const folder of ['', 'models', 'templates']) assert.not.ok(isIgnored(folder, false), folder);
});

test('a server keeps running if its output cannot be written (F11)', async () => {
  if (process.platform !== 'linux') return;
  const terminal = new URL('../../cli/terminal.ts', import.meta.url).href;
  const script = `
    import 'slonik'; // its log throws what a stream reports
    import { ignoreOutputErrors, print, printToStderr } from '${terminal}';
    ignoreOutputErrors();
    print('a');
    printToStderr('b');
    setImmediate(() => { print('c'); process.exitCode = 7; });
  `;
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', full, full] });
  assert.equal(await once(child, 'exit'), [7, null]);
});
