// `mountPath: '/'`: an application whose admin is at the root of its host.

import { defineAdmin } from 'rustio-admin/admin';
import { defineModel, definePlugin, field } from 'rustio-admin/plugin';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../core/boot/project.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('an admin at the root');

const Note = defineModel('note', { fields: { name: field.text() } });
const site = definePlugin({
  name: 'site',
  api: 1,
  routes(routes) {
    routes.get('/about/:page', { at: 'root', access: { open: true } }, (ctx) => {
      ctx.body = `about ${ctx.state.params.page}`;
    });
  },
});

let app: TestApp;
test.before(async () => {
  app = await testApp({
    mountPath: '/',
    models: [Note],
    plugins: { admin: { admins: [defineAdmin(Note, {})] } },
    extend: [site],
  });
});
test.after.each(() => assert.equal(app.errors, []));
test.after(() => app.close());

test('pages, forms, messages and styles work', async () => {
  const email = await app.account('administrator');
  const client = app.client();
  assert.is((await client.get('/')).location, '/login');
  assert.is((await client.get('/notes')).location, '/login?next=%2Fnotes');
  const signedIn = await client.post('/login?next=%2Fnotes', { email, password: PASSWORD });
  assert.is(signedIn.status, 303);
  assert.is((await client.get('/')).status, 200);
  const added = await client.submit('/notes/+new', { name: 'the first note' });
  assert.is(added.status, 303);
  assert.match(added.location, /^\/notes/);
  const list = await client.get('/notes');
  assert.is(list.status, 200);
  assert.match(list.text, 'the first note');
  assert.not.match(list.text, /="\/admin\b/);
  assert.not.match(list.text, 'href="//');
  const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(list.text) ?? [];
  assert.match(style, /^\/\+assets\//);
  assert.is((await client.get(style)).status, 200);
});

test('sign-in returns to a page of the admin, and only there', async () => {
  const email = await app.account('administrator');
  for (const [next, location] of [
    ['/notes', '/notes'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['/login', '/'],
  ] as const) {
    const answer = await app.client().post('/login', { email, password: PASSWORD, next });
    assert.is(answer.status, 303);
    assert.is(answer.location, location, next);
  }
});

test('health checks and routes of plugins are outside it', async () => {
  const client = app.client();
  assert.is((await client.get('/healthz')).status, 200);
  assert.is((await client.get('/about/us')).text, 'about us');
});

test('the config can set the mount path to / (T23)', async () => {
  const folder = (mountPath: string) =>
    temporaryFolder({ 'rustio.config.ts': `export default { name: 'Desk', mountPath: '${mountPath}' };` });
  assert.is((await loadConfig(folder('/'))).mountPath, '/');
  for (const wrong of ['//', '/x/', 'x', '/X', '']) {
    assert.match(JSON.stringify(await failureOf(loadConfig(folder(wrong)))), 'mountPath', wrong);
  }
});
