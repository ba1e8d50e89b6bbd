// Black box: addresses that no page of ours leads to. Each gets its exact answer.
import * as assert from 'uvu/assert';
import { ask as askRaw } from '../core/http/raw.ts';
import { everything, openDesk, run } from '../plugins/admin/desk.ts';
import { firstsOf, linksOf, linkTo, mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: bad input in addresses');
let desk: TestApp;
let clerk: Client;
test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', [...everything, 'audit.view']);
  await run(desk)`insert into place (code, name) select 'P' || n, 'Place ' || n from generate_series(10, 40) n`;
  await run(desk)`insert into thing (name) select 'Thing ' || n from generate_series(10, 40) n`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const NOWHERE = [
  '/admin/nonsense',
  '/admin/__proto__',
  '/admin/constructor',
  '/admin/thing',
  '/admin/nonsense/1/+edit',
  '/admin/things/x',
  '/admin/things/1.5',
  '/admin/things/9007199254740993',
  '/admin/things/99999999999999999999999',
  '/admin/things/__proto__',
  '/admin/things/1,2',
  '/admin/things/%00',
  '/admin/things/~00',
  '/admin/things/%ED%A0%80',
  '/admin/tickets/1',
  '/admin/tickets/6FA459EA-EE8A-3CA4-894E-DB77E160355E',
  '/admin/legs/P10',
  '/admin/legs/P10,P11,P12',
  '/admin/places/constructor',
  '/admin/things/+options/constructor',
  '/admin/things/+options/name',
];

for (const path of NOWHERE) {
  test(`${path}: 404 in four parts`, async () => {
    const page = await askRaw(desk.url, 'GET', path, {
      cookie: `rustio=${clerk.cookie('rustio')}`,
      accept: 'text/html',
    });
    assert.is(page.status, 404);
    const said = textOf(mainOf(page.text));
    assert.match(said, 'RIO-HTTP-NOT-FOUND Page not found.');
    assert.match(said, 'It was deleted, it never existed, or you do not have access to it.');
  });
}

/** Each says which name of the address it does not understand. */
const BAD_QUERIES = [
  'sort=nonsense',
  'sort=__proto__',
  'sort=-',
  'sort=name,,code',
  'sort=name&sort=code',
  'sort=code;drop%20table%20place',
  'f.nonsense=1',
  'f.__proto__=1',
  'f.constructor.from=1',
  'f.=1',
  'f.zone=nowhere',
  'f.height=x',
  'f.height=2147483648',
  'f.height.from=1e3',
  'f.height.to=%00',
  'q=%00',
  `q=${'x'.repeat(201)}`,
  'size=0',
  'size=201',
  'size=1e2',
  'at=first',
  'count=maybe',
  'after=x&before=y',
  '__proto__=1',
  'constructor=1',
  'nonsense=1',
];

for (const query of BAD_QUERIES) {
  test(`?${query.slice(0, 40)}: 400 with a link to the clean list`, async () => {
    const { status, text } = await clerk.get(`/admin/places?${query}`);
    assert.is(status, 400);
    assert.match(textOf(mainOf(text)), /^f\.(zone|height)/.test(query) ? 'RIO-LIST-VALUE' : 'RIO-LIST-ADDRESS');
    assert.ok(linksOf(text).includes('/admin/places'));
  });
}

test('a cursor of another list, of another order, forged or torn: 200 from the top', async () => {
  const nextOf = async (path: string): Promise<string> => {
    const next = new URL(linkTo((await clerk.get(path)).text, 'Next'), desk.url);
    return next.searchParams.get('after') ?? '';
  };
  const own = await nextOf('/admin/places?size=10');
  const top = firstsOf((await clerk.get('/admin/places?size=10')).text);
  assert.not.equal(firstsOf((await clerk.get(`/admin/places?size=10&after=${own}`)).text), top);
  const [hash = ''] = JSON.parse(Buffer.from(own, 'base64url').toString());
  const forged = (...values: readonly unknown[]) =>
    Buffer.from(JSON.stringify([hash, ...values])).toString('base64url');
  for (const cursor of [
    await nextOf('/admin/things?size=10'),
    await nextOf('/admin/places?size=10&sort=-name'),
    own.slice(0, -4),
    forged('a\0b'),
    forged('\ud800'),
    forged(null),
    forged(1),
    forged({ __proto__: null }),
    forged('P10', 'P11'),
    forged(),
    Buffer.from('{"__proto__":1}').toString('base64url'),
    Buffer.from('[[[[').toString('base64url'),
    '%00',
    'x'.repeat(8_000),
  ]) {
    const { status, text } = await clerk.get(`/admin/places?size=10&after=${cursor}`);
    assert.is(status, 200, cursor.slice(0, 30));
    assert.equal(firstsOf(text), top, cursor.slice(0, 30));
  }
});

test('nonsense in the address of the trail: 400 with its own code', async () => {
  for (const query of ['event=nonsense', 'model=__proto__', 'from=yesterday', 'before=x', 'person=%00', 'nonsense=1']) {
    const { status, text } = await clerk.get(`/admin/audit?${query}`);
    assert.is(status, 400, query);
    assert.match(textOf(mainOf(text)), 'RIO-AUDIT-FILTER');
  }
});

test('an address longer than Node reads is refused by it, and the next request is answered', async () => {
  const { status } = await askRaw(desk.url, 'GET', `/admin/places?q=${'x'.repeat(20_000)}`);
  assert.is(status, 431);
  assert.is((await clerk.get('/admin/places')).status, 200);
});
