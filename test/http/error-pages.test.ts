// Black box: the error pages of signed-in users.
import * as assert from 'uvu/assert';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import { linksOf, mainOf, textOf, titleOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, formTokenOf, type TestResponse } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: error pages');
let app: TestApp;
let clerk: Client;
let viewer: Client;

test.before(async () => {
  app = await openDesk();
  clerk = await app.signInAs('staff', allPermissions);
  viewer = await app.signInAs('staff', ['thing.view']);
  await run(app)`insert into thing (name) values ('Anvil')`;
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

const ADD = '/admin/things/+new';

async function tokenOf(client: Client): Promise<string> {
  return formTokenOf((await client.get('/admin/things')).text);
}

interface Case {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  send(): Promise<TestResponse>;
}
const raw = (type: string, body: string) =>
  clerk.request('POST', ADD, body, { 'content-type': type, 'sec-fetch-site': 'same-origin' });

const cases: readonly Case[] = [
  {
    title: 'an invalid list URL',
    status: 400,
    code: 'RIO-LIST-QUERY',
    send: () => clerk.get('/admin/things?sort=x'),
  },
  { title: 'a page without permission', status: 403, code: 'RIO-HTTP-FORBIDDEN', send: () => viewer.get(ADD) },
  {
    title: 'a form without its token',
    status: 403,
    code: 'RIO-HTTP-FORM-TOKEN',
    send: () => clerk.post(ADD, { name: 'x' }),
  },
  {
    title: 'a form from another site',
    status: 403,
    code: 'RIO-HTTP-ORIGIN',
    send: () => clerk.post(ADD, {}, { 'sec-fetch-site': 'cross-site' }),
  },
  {
    title: 'a record that does not exist',
    status: 404,
    code: 'RIO-HTTP-NOT-FOUND',
    send: () => clerk.get('/admin/things/999'),
  },
  {
    title: 'a method that a page does not support',
    status: 405,
    code: 'RIO-HTTP-METHOD',
    send: () => clerk.request('PUT', '/admin/things', '', {}),
  },
  {
    title: 'a post to a read-only page',
    status: 405,
    code: 'RIO-HTTP-METHOD',
    send: () => clerk.post('/admin/things/1', {}),
  },
  {
    title: 'a body that is too large',
    status: 413,
    code: 'RIO-HTTP-TOO-LARGE',
    send: () => raw('application/x-www-form-urlencoded', `name=${'x'.repeat(1_100_000)}`),
  },
  {
    title: 'too many fields',
    status: 413,
    code: 'RIO-HTTP-TOO-MANY-FIELDS',
    send: () => raw('application/x-www-form-urlencoded', 'a=1&'.repeat(5_001)),
  },
  {
    title: 'a content type other than a form',
    status: 415,
    code: 'RIO-HTTP-MEDIA',
    send: () => raw('application/json', '{"name":"x"}'),
  },
];

for (const { title, status, code, send } of cases) {
  test(`${status}: ${title}`, async () => {
    const answer = await send();
    assert.is(answer.status, status);
    const shownText = textOf(mainOf(answer.text));
    assert.match(shownText, code);
    assert.match(shownText, `${status}`);
    const id = answer.headers.get('x-correlation-id') ?? 'no id';
    assert.match(shownText, id);
    const parts = [...mainOf(answer.text).matchAll(/<dd>([\s\S]*?)<\/dd>/g)].map(([, part = '']) => textOf(part));
    assert.ok(parts.length >= 2, 'why, and what to do');
    assert.ok(parts.every((part) => part.length > 10));
    assert.ok(linksOf(answer.text).includes('/admin'), 'a link to the dashboard');
    assert.match(titleOf(answer.text), /[^.] · Test desk$/);
    if (status === 405) assert.match(answer.headers.get('allow') ?? '', 'GET');
    assert.equal(await run(app)`select count(*)::integer as n from thing`, [{ n: 1 }]);
  });
}

test('error pages show signed-in users their navigation', async () => {
  for (const path of ['/admin/things/999', '/admin/things?sort=x']) {
    assert.match((await clerk.get(path)).text, '<nav class="rail"');
  }
  assert.not.match((await viewer.get(ADD)).text, '/admin/places', 'only what the user has access to');
});

test('409 and 422 show the complete form again', async () => {
  const token = await tokenOf(clerk);
  const invalid = await clerk.post(ADD, { '~token': token, name: 'x' });
  assert.is(invalid.status, 422);
  const conflict = await clerk.post('/admin/things/1/+edit', {
    '~token': token,
    name: 'Anvil the second',
    '~version': '1',
  });
  assert.is(conflict.status, 409);
  for (const { text } of [invalid, conflict]) {
    assert.match(text, '<form class="form" method="post"');
    assert.match(mainOf(text), 'role="alert"');
  }
  assert.equal(await run(app)`select name from thing`, [{ name: 'Anvil' }]);
});

test('clients that accept JSON get the same content as JSON', async () => {
  const { status, text, headers } = await clerk.get('/admin/things/+options/nothing', { accept: 'application/json' });
  assert.is(status, 404);
  assert.match(headers.get('content-type') ?? '', 'application/json');
  const { error } = JSON.parse(text);
  assert.is(error.code, 'RIO-HTTP-NOT-FOUND');
  assert.equal(Object.keys(error).toSorted(), ['code', 'correlationId', 'fix', 'problem', 'why']);
});

test('no response is cached, regardless of its status', async () => {
  for (const answer of [
    await clerk.get('/admin/things'),
    await clerk.get('/admin/things/999'),
    await viewer.get(ADD),
  ]) {
    assert.is(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-security-policy') ?? '', "default-src 'self'");
  }
});
