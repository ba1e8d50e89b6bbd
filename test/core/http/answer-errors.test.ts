import { definePlugin } from 'rustio-admin';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { defineError } from '../../../core/errors/define-error.ts';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { rawRequest } from './raw-request.ts';

const test = suite('error responses');
const parts = { problem: 'The probe failed.', why: 'A reason.', fix: 'A fix.' };
const withoutRetry = defineError('RIO-PROBE-A', { status: 409, ...parts });
const withRetry = defineError('RIO-PROBE-B', { status: 409, ...parts, retry: 'Retry soon.' });
let app: TestApp;
test.before(async () => {
  const thrown: Readonly<Record<string, unknown>> = {
    text: 'a text',
    null: null,
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
      definePlugin({
        name: 'broken-layout',
        api: 1,
        contributes: {
          'layout.banner': [
            {
              name: 'broken',
              view: 'layout/message',
              data: (ctx) => {
                if (ctx.get('x-break-layout') !== '') throw new Error('the layout failed');
                return undefined;
              },
            },
          ],
        },
      }),
      definePlugin({
        name: 'writer',
        api: 1,
        routes: (routes) =>
          routes.post(
            '/+wrong-date',
            { access: { open: true }, csrf: 'origin', responses: [422] },
            async (_ctx, app) => {
              await app.database.query(sql.unsafe`select ${'2026-02-30'}::date`);
            },
          ),
      }),
      probe({
        ...pages,
        '/+status': () => {
          throw Object.assign(new Error('an internal secret'), {
            status: 200,
            expose: true,
            headers: { 'x-internal': '1' },
          });
        },
        '/+cookie': (ctx) => {
          ctx.cookies.set('example', 'before the failure', { signed: false });
          ctx.set('x-internal', 'kept');
          throw new Error('an internal secret');
        },
        '/+deadlock': async (_ctx, { database }) => {
          await database.query(
            sql.unsafe`do $$ begin raise exception 'internal detail' using errcode = '40P01'; end $$`,
          );
        },
        '/+locked': async (_ctx, { database }) => {
          await database.query(
            sql.unsafe`do $$ begin raise exception 'internal detail' using errcode = '55P03'; end $$`,
          );
        },
        '/+read-only': async (_ctx, { database }) => {
          await database.transaction(async (tx) => {
            await tx.query(sql.unsafe`set transaction read only`);
            await tx.query(sql.unsafe`delete from rustio_session`);
          });
        },
        '/+wrong-date': async (_ctx, { database }) => {
          await database.query(sql.unsafe`select ${'2026-02-30'}::date`);
        },
        '/+wrong-column': async (_ctx, { database }) => {
          await database.query(sql.unsafe`select t.soucre from rustio_migration t`);
        },
        '/+internal': () => {
          throw new RustioError('RIO-PROBE-INTERNAL', { problem: 'internal detail', why: 'w', fix: 'f', retry: 'r' });
        },
        '/+without-retry': () => {
          throw withoutRetry();
        },
        '/+with-retry': () => {
          throw withRetry();
        },
        '/+teapot': (ctx) => {
          ctx.status = 418;
          ctx.body = 'undeclared';
        },
      }),
    ],
  });
});
test.after(() => app.close());

const PARTS = ['problem', 'why', 'fix'];

test('an unexpected error shows its parts, the code and the ID, and no internals', async () => {
  const { status, text, headers } = await rawRequest(app.url, 'GET', '/admin/+boom', { accept: 'text/html' });
  assert.is(status, 500);
  assert.match(String(headers['content-type']), 'text/html');
  assert.match(text, 'An unexpected error occurred');
  assert.match(text, 'RIO-HTTP-UNEXPECTED');
  assert.not.match(text, /secret|probe\.ts|node_modules|at .*\(.*:\d+:\d+\)/);
});

test('a transaction rolled back by a deadlock can be submitted again', async () => {
  const { status, text, headers } = await rawRequest(app.url, 'GET', '/admin/+deadlock', { accept: 'text/html' });
  assert.is(status, 503);
  assert.match(text, 'RIO-HTTP-BUSY');
  assert.is(headers['retry-after'], '5');
  assert.not.match(text, 'internal detail');
});

test('a locked row and a read-only database are reported, and saving again may help (F2, F8)', async () => {
  for (const [path, code] of [
    ['/admin/+locked', 'RIO-HTTP-LOCKED'],
    ['/admin/+read-only', 'RIO-HTTP-READ-ONLY'],
  ] as const) {
    const { status, text, headers } = await rawRequest(app.url, 'GET', path, { accept: 'text/html' });
    assert.is(status, 503);
    assert.match(text, code);
    assert.is(headers['retry-after'], '5');
    assert.not.match(text, 'internal detail');
  }
});

test('in development, a wrong column shows what PostgreSQL reports and names row rules as a possible cause', async () => {
  const { status, text } = await rawRequest(app.url, 'GET', '/admin/+wrong-column', { accept: 'text/html' });
  assert.is(status, 500);
  assert.match(text, 'RIO-HTTP-TABLES');
  assert.match(text, 'column t.soucre does not exist');
  assert.match(text, 'Perhaps you meant to reference the column');
  assert.match(text, 'defineRules');
});

test('an unexpected error is logged once, in full', async () => {
  const before = app.errors.length;
  await rawRequest(app.url, 'GET', '/admin/+boom');
  const logged = app.errors.slice(before);
  assert.is(logged.length, 1);
  assert.is(logged[0]?.code, 'RIO-HTTP-UNEXPECTED');
  assert.match(JSON.stringify(logged[0]?.err), 'an internal secret');
  assert.match(JSON.stringify(logged[0]?.err), 'probe.ts');
});

test('an error of a library cannot choose its own status, text or headers', async () => {
  const { status, text, headers } = await rawRequest(app.url, 'GET', '/admin/+status', { accept: 'text/html' });
  assert.is(status, 500);
  assert.not.match(text, 'secret');
  assert.is(headers['x-internal'], undefined);
});

test('an error without a status is logged under its code and not shown to users', async () => {
  const before = app.errors.length;
  const { status, text } = await rawRequest(app.url, 'GET', '/admin/+internal', { accept: 'text/html' });
  assert.is(status, 500);
  assert.match(text, 'RIO-HTTP-UNEXPECTED');
  assert.not.match(text, 'internal detail');
  assert.is(app.errors.slice(before)[0]?.code, 'RIO-PROBE-INTERNAL');
});

test('any thrown value gets the same response', async () => {
  for (const name of ['text', 'null', 'undefined', 'number']) {
    const { status, text } = await rawRequest(app.url, 'GET', `/admin/+throws/${name}`, { accept: 'text/html' });
    assert.is(status, 500, name);
    assert.match(text, 'RIO-HTTP-UNEXPECTED');
  }
});

test('a cookie set before a failure is not sent, because the change was rolled back', async () => {
  const { status, headers } = await rawRequest(app.url, 'GET', '/admin/+cookie');
  assert.is(status, 500);
  assert.is(headers['set-cookie'], undefined);
});

test('clients that accept JSON get the same parts as JSON', async () => {
  for (const [path, status, code] of [
    ['/admin/+boom', 500, 'RIO-HTTP-UNEXPECTED'],
    ['/missing', 404, 'RIO-HTTP-NOT-FOUND'],
    ['/admin', 401, 'RIO-HTTP-SIGN-IN'],
  ] as const) {
    const answer = await rawRequest(app.url, 'GET', path, { accept: 'application/json' });
    assert.is(answer.status, status, path);
    const { error } = JSON.parse(answer.text) as { error: Record<string, string> };
    assert.is(error.code, code);
    assert.is(error.correlationId, answer.headers['x-correlation-id']);
    for (const part of PARTS) assert.ok((error[part] ?? '').length > 5, `${path} ${part}`);
  }
});

test('the advice on retrying is omitted if the error has none', async () => {
  const html = { accept: 'text/html' };
  const [without, withOne] = ['/admin/+without-retry', '/admin/+with-retry'];
  assert.not.match((await rawRequest(app.url, 'GET', without, html)).text, '<dt>When to try again</dt>');
  assert.match(
    (await rawRequest(app.url, 'GET', withOne, html)).text,
    '<dt>When to try again</dt><dd>Retry soon.</dd>',
  );
  const json = async (path: string) =>
    JSON.parse((await rawRequest(app.url, 'GET', path, { accept: 'application/json' })).text);
  const { correlationId, ...error } = (await json(without)).error;
  assert.equal(error, { code: 'RIO-PROBE-A', ...parts });
  assert.is((await json(withOne)).error.retry, 'Retry soon.');
});

test('if the error page itself fails, the response is plain text, without empty lines for missing parts', async () => {
  const broken = { accept: 'text/html', 'x-break-layout': '1' };
  const without = await rawRequest(app.url, 'GET', '/admin/+without-retry', broken);
  assert.is(without.status, 409);
  assert.is(without.headers['content-type'], 'text/plain; charset=utf-8');
  const id = String(without.headers['x-correlation-id']);
  assert.is(without.text, `The probe failed.\n\nA reason.\nA fix.\n\nRIO-PROBE-A ${id}\n`);
  assert.match((await rawRequest(app.url, 'GET', '/admin/+with-retry', broken)).text, 'A fix.\nRetry soon.\n\n');
});

test('expected errors are not logged as errors', async () => {
  const before = app.errors.length;
  await rawRequest(app.url, 'GET', '/missing');
  await rawRequest(app.url, 'POST', '/admin/login');
  await rawRequest(app.url, 'DELETE', '/admin/login');
  assert.is(app.errors.length, before);
});

test('a response that the route does not declare is sent, and logged', async () => {
  const before = app.errors.length;
  assert.is((await rawRequest(app.url, 'GET', '/admin/+teapot')).status, 418);
  assert.equal(
    app.errors.slice(before).map(({ msg, status, owner }) => ({ msg, status, owner })),
    [{ msg: 'undeclared response: add the status to `responses` of the route', status: 418, owner: 'probe' }],
  );
});

test('a rejection by the database is 422 on a write and an unexpected error on a read', async () => {
  const client = await app.signInAs('staff');
  assert.is((await client.get('/admin/+wrong-date')).status, 500);
  const headers = {
    accept: 'text/html',
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const written = await rawRequest(app.url, 'POST', '/admin/+wrong-date', headers);
  assert.is(written.status, 422);
  assert.match(written.text, 'RIO-WRITE-REJECTED');
});
