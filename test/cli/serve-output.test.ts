import path from 'node:path';
import * as assert from 'uvu/assert';
import { isIgnored } from '../../cli/dev/watched-files.ts';
import { bootTree } from '../../cli/serve/boot-tree.ts';
import { noteLines } from '../../cli/serve/serve-project.ts';
import { signInNotes } from '../../plugins/auth/prepare-development.ts';
import { suite } from '../support/suite.ts';

const test = suite('what a start prints');
const address = 'Admin: http://127.0.0.1:8000/admin';
const command = (words: string): string => `npx rustio-admin ${words}`;
const chief = { email: 'admin@desk.example', password: 'otter-lamp', role: 'administrator' };
const analyst = { email: 'analyst@desk.example', password: 'fern-cup', role: 'staff' };

test('the last three lines are address, e-mail and password of an administrator; others stand above', () => {
  const lines = noteLines(address, signInNotes([chief, analyst], 'someone@else.example', command));
  assert.equal(lines.slice(-3), [address, 'E-mail: admin@desk.example', 'Password: otter-lamp']);
  assert.match(lines[1] ?? '', 'analyst@desk.example  fern-cup');
});

test('a later start says how to set a new password', () => {
  assert.equal(noteLines(address, signInNotes([], 'admin@desk.example', command)), [
    '',
    address,
    'E-mail: admin@desk.example',
    'Password: unchanged; set a new one with: npx rustio-admin user password admin@desk.example',
  ]);
});

test('without any administrator the three lines say how to make one', () => {
  const lines = noteLines(address, signInNotes([], undefined, command));
  assert.is(lines.length, 4);
  assert.match(lines[3] ?? '', 'user create');
});

test('the boot tree names each plugin with its milliseconds', () => {
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

test('dev watches what a project is made of, and neither data, secrets, tools nor temporary files', () => {
  const watched = ['rustio.config.ts', 'models/strike.ts', 'templates/admin/list.ejs', 'migrations/2026_a.sql', '.env'];
  const left = [
    'data/strikes.csv',
    '.rustio/local/server.log',
    'node_modules/x/index.js',
    '.git/index',
    'a.ts~',
    'b.swp',
  ];
  for (const file of watched) assert.not.ok(isIgnored(path.normalize(file), true), file);
  for (const file of left) assert.ok(isIgnored(path.normalize(file), true), file);
  for (const folder of ['data', 'node_modules', '.rustio', '.git']) assert.ok(isIgnored(folder, false), folder);
  for (const folder of ['', 'models', 'templates']) assert.not.ok(isIgnored(folder, false), folder);
});
