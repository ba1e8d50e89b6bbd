// Black box: what somebody sees who is signed in when something cannot be done.
import * as assert from 'uvu/assert';
import { everything, openDesk, run } from '../plugins/admin/desk.ts';
import { linksOf, mainOf, textOf, titleOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Answer, type Client, formsOf } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: error pages');
let desk: TestApp;
let clerk: Client;
let viewer: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', everything);
  viewer = await desk.person('staff', ['thing.view']);
  await run(desk)`insert into thing (name) values ('Anvil')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const ADD = '/admin/things/+new';

async function tokenOf(client: Client): Promise<string> {
  const forms = formsOf((await client.get('/admin/things')).text);
  return String(forms.find(({ fields }) => '~token' in fields)?.fields['~token'] ?? '');
}

interface Case {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  ask(): Promise<Answer>;
}
const raw = (type: string, body: string) =>
  clerk.request('POST', ADD, body, { 'content-type': type, 'sec-fetch-site': 'same-origin' });

const cases: readonly Case[] = [
  {
    what: 'an address that asks for nonsense',
    status: 400,
    code: 'RIO-LIST-ADDRESS',
    ask: () => clerk.get('/admin/things?sort=x'),
  },
  { what: 'a page that one may not open', status: 403, code: 'RIO-HTTP-FORBIDDEN', ask: () => viewer.get(ADD) },
  {
    what: 'a form without its token',
    status: 403,
    code: 'RIO-HTTP-FORM-TOKEN',
    ask: () => clerk.post(ADD, { name: 'x' }),
  },
  {
    what: 'a form from elsewhere',
    status: 403,
    code: 'RIO-HTTP-ORIGIN',
    ask: () => clerk.post(ADD, {}, { 'sec-fetch-site': 'cross-site' }),
  },
  {
    what: 'a record that is not there',
    status: 404,
    code: 'RIO-HTTP-NOT-FOUND',
    ask: () => clerk.get('/admin/things/999'),
  },
  {
    what: 'a method that a page does not have',
    status: 405,
    code: 'RIO-HTTP-METHOD',
    ask: () => clerk.request('PUT', '/admin/things', '', {}),
  },
  {
    what: 'a post to a page that is only read',
    status: 405,
    code: 'RIO-HTTP-METHOD',
    ask: () => clerk.post('/admin/things/1', {}),
  },
  {
    what: 'too much at once',
    status: 413,
    code: 'RIO-HTTP-TOO-LARGE',
    ask: () => raw('application/x-www-form-urlencoded', `name=${'x'.repeat(1_100_000)}`),
  },
  {
    what: 'too many fields',
    status: 413,
    code: 'RIO-HTTP-TOO-MANY-FIELDS',
    ask: () => raw('application/x-www-form-urlencoded', 'a=1&'.repeat(5_001)),
  },
  {
    what: 'another kind than a form',
    status: 415,
    code: 'RIO-HTTP-MEDIA',
    ask: () => raw('application/json', '{"name":"x"}'),
  },
];

for (const { what, status, code, ask } of cases) {
  test(`${status}: ${what}`, async () => {
    const answer = await ask();
    assert.is(answer.status, status);
    const said = textOf(mainOf(answer.text));
    assert.match(said, code);
    assert.match(said, `${status}`);
    const id = answer.headers.get('x-correlation-id') ?? 'no id';
    assert.match(said, id);
    const parts = [...mainOf(answer.text).matchAll(/<dd>([\s\S]*?)<\/dd>/g)].map(([, part = '']) => textOf(part));
    assert.is(parts.length, 3, 'why, what to do, whether to try again');
    assert.ok(parts.every((part) => part.length > 10));
    assert.ok(linksOf(answer.text).includes('/admin'), 'a way out');
    assert.match(titleOf(answer.text), /[^.] · Test desk$/);
    if (status === 405) assert.match(answer.headers.get('allow') ?? '', 'GET');
    assert.equal(await run(desk)`select count(*)::integer as n from thing`, [{ n: 1 }]);
  });
}

test('whoever is signed in keeps his navigation on the page of an error behind the door', async () => {
  for (const path of ['/admin/things/999', '/admin/things?sort=x']) {
    assert.match((await clerk.get(path)).text, '<nav class="rail"');
  }
  assert.not.match((await viewer.get(ADD)).text, '/admin/places', 'his own, and no other');
});

test('409 and 422 are the form itself, with all that belongs to it', async () => {
  const token = await tokenOf(clerk);
  const mistaken = await clerk.post(ADD, { '~token': token, name: 'x' });
  assert.is(mistaken.status, 422);
  const conflict = await clerk.post('/admin/things/1/+edit', {
    '~token': token,
    name: 'Anvil the second',
    '~version': '1',
  });
  assert.is(conflict.status, 409);
  for (const { text } of [mistaken, conflict]) {
    assert.match(text, '<form class="form" method="post"');
    assert.match(mainOf(text), 'role="alert"');
  }
  assert.equal(await run(desk)`select name from thing`, [{ name: 'Anvil' }]);
});

test('who wants JSON gets the same in JSON', async () => {
  const { status, text, headers } = await clerk.get('/admin/things/+options/nothing', { accept: 'application/json' });
  assert.is(status, 404);
  assert.match(headers.get('content-type') ?? '', 'application/json');
  const { error } = JSON.parse(text);
  assert.is(error.code, 'RIO-HTTP-NOT-FOUND');
  assert.equal(Object.keys(error).toSorted(), ['code', 'correlationId', 'fix', 'problem', 'retry', 'why']);
});

test('nothing of an answer is kept by caches, whatever its status', async () => {
  for (const answer of [
    await clerk.get('/admin/things'),
    await clerk.get('/admin/things/999'),
    await viewer.get(ADD),
  ]) {
    assert.is(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-security-policy') ?? '', "default-src 'self'");
  }
});
