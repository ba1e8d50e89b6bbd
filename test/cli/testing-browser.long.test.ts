import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { defineModel, field } from 'rustio-admin/plugin';
import { cleanUp, openBrowser, testApp } from 'rustio-admin/testing';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { afterAllFiles, suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { link } from './run-cli.ts';

const test = suite('rustio-admin/testing: browser');
afterAllFiles(cleanUp);

test('a visitor signs in and opens pages, and problems are recorded', async () => {
  const browser = await openBrowser();
  const Tree = defineModel('tree', { fields: { name: field.text({ max: 20 }) } });
  const app = await testApp({ models: [Tree], mountPath: '/office' });
  const visitor = await browser.visit(app);
  await visitor.signIn(await app.account('administrator'));
  assert.is(await visitor.open('/office'), 200);
  assert.equal(visitor.problems, []);
  assert.is(await visitor.open('/office/+nowhere'), 404);
  assert.match(visitor.problems.join('\n'), /^response 404: .*\/office\/\+nowhere/);
  await app.close();
});

test('a visitor signs in with a password where the page also offers passkeys', async () => {
  const browser = await openBrowser();
  const app = await testApp({ models: [], publicUrl: 'https://desk.example.org' });
  const { page, open, signIn } = await browser.visit(app);
  await open('/admin/login');
  assert.is(await page.locator('main form button').count(), 2);
  await signIn(await app.account('staff'));
  assert.is(await open('/admin/account'), 200);
  await app.close();
});

test('a node:test file that closes its application and its browser exits', () => {
  const folder = temporaryFolder({
    'package.json': '{ "type": "module" }',
    'page.test.ts': `
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openBrowser, testApp } from 'rustio-admin/testing';

const app = await testApp({});
after(() => app.close());
const browser = await openBrowser();
after(() => browser.close());

test('the sign-in page opens', async () => {
  const { open } = await browser.visit(app);
  assert.equal(await open('/admin/login'), 200);
});
`,
  });
  link(folder);
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const words = ['--conditions=rustio-source', '--test', path.join(folder, 'page.test.ts')];
  const ended = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8', env, timeout: 60_000 });
  assert.is(ended.status, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /pass 1\b/);
});
