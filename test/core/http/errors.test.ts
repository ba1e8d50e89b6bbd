import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { ask } from './raw.ts';

const test = suite('errors over HTTP');
let app: TestApp;
test.before(async () => {
  const thrown: Readonly<Record<string, unknown>> = {
    text: 'a text',
    nothing: null,
    undefined: undefined,
    number: 404,
  };
  const pages = Object.fromEntries(
    Object.entries(thrown).map(([name, value]) => [
      `/+throws/${name}`,
      () => {
        throw value;
      },
    ]),
  );
  app = await testApp({
    extend: [
      probe({
        ...pages,
        '/+status': () => {
          throw Object.assign(new Error('the secret of the house'), {
            status: 200,
            expose: true,
            headers: { 'x-inside': '1' },
          });
        },
        '/+cookie': (ctx) => {
          ctx.cookies.set('given', 'before the failure', { signed: false });
          ctx.set('x-inside', 'kept');
          throw new Error('the secret of the house');
        },
        '/+deadlock': async (_ctx, { database }) => {
          await database.query(sql.unsafe`do $$ begin raise exception 'in the way' using errcode = '40P01'; end $$`);
        },
        '/+statuz': async (_ctx, { database }) => {
          await database.query(sql.unsafe`select t.soucre from rustio_migration t`);
        },
        '/+inside': () => {
          throw new RustioError('RIO-PROBE-INSIDE', { problem: 'of the inside', why: 'w', fix: 'f', retry: 'r' });
        },
        '/+teapot': (ctx) => {
          ctx.status = 418;
          ctx.body = 'I did not say so';
        },
      }),
    ],
  });
});
test.after(() => app.close());

const PARTS = ['problem', 'why', 'fix', 'retry'];

test('an unexpected error shows four parts, the code and the id, and nothing of the inside', async () => {
  const { status, text, headers } = await ask(app.url, 'GET', '/admin/+boom', { accept: 'text/html' });
  assert.is(status, 500);
  assert.match(String(headers['content-type']), 'text/html');
  assert.match(text, 'Something went wrong on our side.');
  assert.match(text, 'RIO-HTTP-UNEXPECTED');
  assert.not.match(text, /secret|probe\.ts|node_modules|at .*\(.*:\d+:\d+\)/);
});

test('two changes that stood in each other’s way: the one that gave way may be sent again', async () => {
  const { status, text, headers } = await ask(app.url, 'GET', '/admin/+deadlock', { accept: 'text/html' });
  assert.is(status, 503);
  assert.match(text, 'RIO-HTTP-BUSY');
  assert.is(headers['retry-after'], '5');
  assert.not.match(text, 'in the way');
});

test('in development, a wrong column shows what PostgreSQL reports and names row rules as a possible cause', async () => {
  const { status, text } = await ask(app.url, 'GET', '/admin/+statuz', { accept: 'text/html' });
  assert.is(status, 500);
  assert.match(text, 'RIO-HTTP-TABLES');
  assert.match(text, 'column t.soucre does not exist');
  assert.match(text, 'Perhaps you meant to reference the column');
  assert.match(text, 'defineRules');
});

test('it is logged once, whole', async () => {
  const before = app.errors.length;
  await ask(app.url, 'GET', '/admin/+boom');
  const logged = app.errors.slice(before);
  assert.is(logged.length, 1);
  assert.is(logged[0]?.code, 'RIO-HTTP-UNEXPECTED');
  assert.match(JSON.stringify(logged[0]?.err), 'the secret of the house');
  assert.match(JSON.stringify(logged[0]?.err), 'probe.ts');
});

test('an error of a library cannot choose its own status, text or headers', async () => {
  const { status, text, headers } = await ask(app.url, 'GET', '/admin/+status', { accept: 'text/html' });
  assert.is(status, 500);
  assert.not.match(text, 'secret');
  assert.is(headers['x-inside'], undefined);
});

test('an error that is meant for those who run the application is logged under its code and told to nobody else', async () => {
  const before = app.errors.length;
  const { status, text } = await ask(app.url, 'GET', '/admin/+inside', { accept: 'text/html' });
  assert.is(status, 500);
  assert.match(text, 'RIO-HTTP-UNEXPECTED');
  assert.not.match(text, 'of the inside');
  assert.is(app.errors.slice(before)[0]?.code, 'RIO-PROBE-INSIDE');
});

test('whatever is thrown, an error or not, becomes the same answer', async () => {
  for (const name of ['text', 'nothing', 'undefined', 'number']) {
    const { status, text } = await ask(app.url, 'GET', `/admin/+throws/${name}`, { accept: 'text/html' });
    assert.is(status, 500, name);
    assert.match(text, 'RIO-HTTP-UNEXPECTED');
  }
});

test('a cookie that was set before the failure is not sent: it belongs to a change that did not happen', async () => {
  const { status, headers } = await ask(app.url, 'GET', '/admin/+cookie');
  assert.is(status, 500);
  assert.is(headers['set-cookie'], undefined);
});

test('who asks for JSON gets the same parts as JSON', async () => {
  for (const [path, status, code] of [
    ['/admin/+boom', 500, 'RIO-HTTP-UNEXPECTED'],
    ['/nowhere', 404, 'RIO-HTTP-NOT-FOUND'],
    ['/admin', 401, 'RIO-HTTP-SIGN-IN'],
  ] as const) {
    const answer = await ask(app.url, 'GET', path, { accept: 'application/json' });
    assert.is(answer.status, status, path);
    const { error } = JSON.parse(answer.text) as { error: Record<string, string> };
    assert.is(error.code, code);
    assert.is(error.correlationId, answer.headers['x-correlation-id']);
    for (const part of PARTS) assert.ok((error[part] ?? '').length > 5, `${path} ${part}`);
  }
});

test('what is expected is no error of ours and not logged as one', async () => {
  const before = app.errors.length;
  await ask(app.url, 'GET', '/nowhere');
  await ask(app.url, 'POST', '/admin/login');
  await ask(app.url, 'DELETE', '/admin/login');
  assert.is(app.errors.length, before);
});

test('an answer that the route does not declare reaches the reader, and the log', async () => {
  const before = app.errors.length;
  assert.is((await ask(app.url, 'GET', '/admin/+teapot')).status, 418);
  assert.equal(
    app.errors.slice(before).map(({ msg, status, owner }) => ({ msg, status, owner })),
    [{ msg: 'undeclared response: add the status to `responses` of the route', status: 418, owner: 'probe' }],
  );
});
