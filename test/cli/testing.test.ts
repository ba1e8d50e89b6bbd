// `rustio-admin/testing`, as authors of plugins use it.
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineAdmin } from 'rustio-admin/admin';
import { defineModel, definePlugin, field, sql, z } from 'rustio-admin/plugin';
import * as testing from 'rustio-admin/testing';
import { Client, testApp } from 'rustio-admin/testing';
import * as assert from 'uvu/assert';
import { failureOf } from '../support/failure.ts';
import { ROOT, sourcesIn } from '../support/sources.ts';
import { afterAllFiles, suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('rustio-admin/testing');
afterAllFiles(testing.cleanUp);

const Pebble = defineModel('pebble', {
  fields: { name: field.text({ max: 20 }) },
  table: 'stones_pebble',
  managed: false,
});

/** A plugin with a table, a page, a JSON route and an environment variable. */
function stones() {
  const folder = temporaryFolder({
    'migrations/0001_stones.sql':
      'create table stones_pebble (id bigint generated always as identity primary key, name text not null);',
    'migrations/0001_stones.down.sql': 'drop table stones_pebble;',
    'templates/page.ejs':
      '<form method="post" action="<%= it.action %>"><%- it.include("layout/token", it) %><input name="name" value="Flint"></form>',
  });
  return definePlugin({
    name: 'stones',
    api: 1,
    requires: ['admin'],
    migrations: pathToFileURL(path.join(folder, 'migrations/')),
    templates: pathToFileURL(path.join(folder, 'templates/')),
    environment: { STONES_URL: z.url().optional() },
    models: [Pebble],
    commands: [
      {
        name: 'stones count KIND',
        description: 'Counts stones.',
        needs: 'database',
        options: { unit: { type: 'string', description: 'What they are called', default: 'stones' } },
        run: async ({ database }, { values, print }) => {
          const stones = await database.any(sql.unsafe`select from stones_pebble`);
          print(`${stones.length} ${values.kind} ${values.unit}`);
        },
      },
    ],
    checks: [{ name: 'stones', needs: 'config', run: async ({ app }) => ({ status: 'ok', message: app.config.name }) }],
    permissions: [{ name: 'stones.view', description: 'See the stones' }],
    routes(routes, app) {
      const access = { permission: 'stones.view' };
      const action = app.urls.to('/+stones');
      routes.get('/+stones', { access }, (ctx) => app.views.page(ctx, 'stones/page', { title: 'Stones', action }));
      routes.post('/+stones', { access }, (ctx) => {
        ctx.redirect(`${action}?name=${ctx.state.form?.get('name')}`);
        ctx.status = 303;
      });
      routes.add({
        method: 'GET',
        path: '/api/stones',
        at: 'root',
        access: { open: true },
        authenticate: 'none',
        output: z.object({ url: z.string() }),
        handler: () => ({ url: String(app.environment.variables.STONES_URL) }),
      });
    },
  });
}

test('an application has the migrations of its plugins, the tables of its models, accounts and clients', async () => {
  const Tree = defineModel('tree', { fields: { name: field.text({ max: 20 }) } });
  const app = await testApp(
    { extend: [stones()], models: [Tree], plugins: { admin: { admins: [defineAdmin(Tree, {})] } } },
    { variables: { STONES_URL: 'https://stones.example' } },
  );
  try {
    assert.is((await app.client().get('/admin/+stones')).status, 303);
    assert.is((await (await app.signInAs('staff')).get('/admin/+stones')).status, 403);
    const member = await app.signInAs('staff', ['stones.view', 'pebble.view', 'pebble.add', 'tree.view', 'tree.add']);
    const posted = await member.submit('/admin/+stones', {});
    assert.is(posted.location, '/admin/+stones?name=Flint', 'a form is submitted with the values of its page');
    for (const list of ['pebbles', 'trees']) {
      assert.is((await member.submit(`/admin/${list}/+new`, { name: 'Grey one' })).status, 303);
      assert.match((await member.get(`/admin/${list}`)).text, 'Grey one');
    }
    const response = await app.client().json('GET', '/api/stones');
    assert.equal(response.json(), { url: 'https://stones.example' });
    assert.equal(await app.command('stones count', { kind: 'grey' }), ['1 grey stones']);
    assert.equal(await app.check('stones'), { status: 'ok', message: 'Test desk' });
    assert.equal(app.errors, []);
  } finally {
    await app.close();
  }
});

test('a form is found by its path, or by its fields if no form posts to the page itself', async () => {
  const PAGES: Readonly<Record<string, string>> = {
    '/record': `
      <form action="/record"><input name="q" value=""></form>
      <form method="post" action="/logout"><input name="token" value="t"></form>
      <form method="post" action="/record/+notes"><input name="token" value="t"><input name="body" value=""></form>
      <form method="post" action="/record/+tags"><input name="token" value="t"><input name="tag" value=""></form>`,
    '/edit': `
      <form method="post" action="/other"><input name="name" value=""></form>
      <form method="post"><input name="title" value="Mr"></form>`,
  };
  const server = createServer(async (request, response) => {
    const { method, url = '' } = request;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    response.end(method === 'GET' ? PAGES[url] : `${url} ${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const client = new Client(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const sent = async (...words: Parameters<Client['submit']>) => (await client.submit(...words)).text;
  assert.is(await sent('/record', { body: 'x' }), '/record/+notes token=t&body=x');
  assert.is(await sent('/record', {}, '/logout'), '/logout token=t');
  assert.is(await sent('/edit', { name: 'x' }), '/edit title=Mr&name=x', 'the form of the page itself comes first');
  const invalid: Parameters<Client['submit']>[] = [
    ['/record', { token: 'x' }],
    ['/record', { q: 'x' }],
    ['/record', { body: 'x' }, '/nowhere'],
  ];
  for (const words of invalid) {
    const message = String(await failureOf(client.submit(...words)));
    assert.match(
      message,
      /^Error: \/record has no form that posts to \/\w+\. Its forms post to: \/logout, \/record\/\+notes, \/record\/\+tags$/,
    );
  }
  server.close();
});

test('a client sends JSON without browser headers, with its cookies', async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, headers } = request;
    const received = { method, type: headers['content-type'], origin: headers.origin, cookie: headers.cookie };
    response.setHeader('set-cookie', 'seen=yes; Path=/');
    response.end(JSON.stringify({ ...received, body: Buffer.concat(chunks).toString() }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const client = new testing.Client(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const first = await client.json('PUT', '/note', { text: '“Hello”' });
  assert.equal(first.json(), { method: 'PUT', type: 'application/json', body: '{"text":"“Hello”"}' });
  assert.equal((await client.json('DELETE', '/note')).json(), { method: 'DELETE', cookie: 'seen=yes', body: '' });
  server.close();
});

test('a client signs in under another mount path', async () => {
  const app = await testApp({ mountPath: '/office' });
  const person = await app.signInAs('administrator');
  assert.is((await person.get('/office')).status, 200);
  await app.close();
});

test('a config that fails to boot leaves no database or connection open', async () => {
  const broken = definePlugin({ name: 'broken', api: 1, requires: ['nothing-of-that-name'] });
  const error = await testApp({ extend: [broken] }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), 'could not start');
});

test("the helpers import no test runner and none of the framework's own tests", () => {
  const sources = sourcesIn('cli/testing');
  assert.ok(sources.length > 5);
  for (const { path: file, imports, packages } of sources) {
    assert.equal(
      packages.filter((name) => /uvu|node:test|vitest|jest/.test(name)),
      [],
      file,
    );
    assert.equal(
      imports.filter((target) => target.startsWith('test/')),
      [],
      file,
    );
  }
});

test('without playwright-core, the error explains what to install', () => {
  const source = path.join(ROOT, 'cli/testing/browser.ts');
  // A process in which the package cannot be resolved, from its folder or from the framework.
  const code = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) { if (name === 'playwright-core') { const error = new Error('missing'); error.code = 'MODULE_NOT_FOUND'; throw error; } return next(name, context); } });
    const { openBrowser } = await import(${JSON.stringify(pathToFileURL(source).href)});
    await openBrowser().catch((error) => console.log(error.code, error.parts.fix));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=rustio-source', '--input-type=module', '-e', code],
    { cwd: temporaryFolder(), encoding: 'utf8' },
  );
  assert.match(stdout, /RIO-TESTING-BROWSER .*npm install --save-dev playwright-core/, stderr);
});
