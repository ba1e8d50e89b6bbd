// The first steps of the README in a new clone: the starter runs and restarts, and a project is created next to it.
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { inside, isDatabaseDown, newShell, run, signIn, startServer } from './newcomer.ts';

const test = suite('new clone');
const ROOT = path.resolve(import.meta.dirname, '../..');
const home = newShell(temporaryFolder());
const clone = inside(home, 'clone');

test.before(async () => {
  await run(home, `git clone --quiet ${ROOT} clone`);
  await run(clone, 'npm ci');
});

test('npm start serves the starter with its rows; a second start keeps them and the password', async () => {
  const first = await startServer(clone, 'npm start');
  assert.equal(
    first.lines.slice(-3).map((line) => line.split(':')[0]),
    ['Admin', 'Email', 'Password'],
  );
  const headers = await signIn(first);
  const strikes = await fetch(`${first.admin}/strikes`, { headers });
  assert.is(strikes.status, 200);
  assert.match(await strikes.text(), '10,000');
  await first.interrupt();
  assert.ok(isDatabaseDown(clone));

  const second = await startServer(clone, 'npm start');
  assert.match(second.password, `npx rustio-admin user password ${first.email}`);
  await signIn({ ...second, password: first.password });
  await second.interrupt();
  assert.ok(isDatabaseDown(clone));
});

test('npx rustio-admin startproject creates a project that runs on the clone', async () => {
  await run(clone, 'npx rustio-admin startproject ../desk');
  const desk = inside(home, 'desk');
  await run(desk, 'npm install');
  assert.is((await run(clone, 'git status --porcelain')).trim(), '', 'the clone stays clean');
  await run(desk, 'npx tsc');
  const server = await startServer(desk, 'npm run dev');
  const headers = await signIn(server);
  assert.is((await fetch(`${server.admin}/tasks`, { headers })).status, 200);
  await server.interrupt();
  assert.ok(isDatabaseDown(desk));
});
