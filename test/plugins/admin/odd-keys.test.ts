// Over HTTP: records whose keys contain characters with a meaning in URLs.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { factsOf, firstsOf, linksOf, linkTo, mainOf, noticesOf, titleOf, unescaped } from './page.ts';

const test = suite('admin: unusual keys');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.signInAs('staff', allPermissions);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const keys = [
  'a/b',
  '/',
  '..',
  '.',
  '+new',
  '+edit',
  '+none',
  '~',
  '~2f',
  ',',
  'a,b',
  'é',
  'e\u0301',
  'two words',
  '%2F',
  '100%',
  '?q=1',
  '#top',
  '&amp;',
  '<b>',
  '"quoted"',
  "it's",
  'back\\slash',
  ';drop',
  '漢字',
  '😀',
  '\u202eabc',
  'true',
  '0',
  '007',
  '__proto__',
  'constructor',
  '-',
  '_',
  'null',
  'undefined',
];

/** The URL of the row in the list. */
async function addressOf(name: string): Promise<string> {
  const { text } = await clerk.get(`/admin/places?q=${encodeURIComponent(name)}`);
  const [, url = ''] = /<th scope="row"><a href="([^"]*)"/.exec(text) ?? [];
  return unescaped(url);
}

for (const [at, key] of keys.entries()) {
  test(`"${key}" is added, found, shown, changed, referenced, filtered by and deleted (T18)`, async () => {
    const name = `Place number ${1000 + at}`;
    const added = await clerk.submit('/admin/places/+new', { code: key, name, '~then': 'stay' });
    assert.is(added.status, 303);
    assert.equal(await run(desk)`select code from place where name = ${name}`, [{ code: key }]);

    const page = await addressOf(name);
    assert.is(added.location, `${page}/+edit`);
    assert.match(page, /^\/admin\/places\/[\w~-]+$/, 'it contains nothing that a proxy would normalise');
    const detail = await clerk.get(page);
    assert.is(detail.status, 200);
    assert.is(factsOf(detail.text).Code, key);
    assert.match(titleOf(detail.text), name);

    assert.is((await clerk.get(added.location)).status, 200);
    const changed = await clerk.submit(added.location, { height: '12' });
    assert.is(changed.status, 303);
    assert.match(noticesOf((await clerk.get(changed.location)).text)[0] ?? '', 'was saved');
    const history = await clerk.get(`${page}/+history`);
    assert.is(history.status, 200);
    assert.match(mainOf(history.text), 'added this');

    const pointed = await clerk.submit('/admin/things/+new', { name: `At ${1000 + at}`, place: key, '~then': 'stay' });
    assert.is(pointed.status, 303);
    const thing = await clerk.get(pointed.location.replace('/+edit', ''));
    assert.is(factsOf(thing.text).Place, name);
    assert.ok(linksOf(thing.text).includes(page));
    const related = linkTo((await clerk.get(page)).text, 'Things 1');
    if (key !== '+none') {
      assert.equal(firstsOf((await clerk.get(related)).text), [`At ${1000 + at}`]);
      assert.match((await clerk.get(related)).text, `<span>${name}</span>`);
    }
    const options = await clerk.get(`/admin/things/+options/place?q=${encodeURIComponent(key)}`, {
      accept: 'application/json',
    });
    assert.equal(JSON.parse(options.text).options[0], { value: key, label: name });
    assert.is((await clerk.get(pointed.location)).status, 200);
    assert.is((await clerk.submit(pointed.location, { place: '' })).status, 303);

    assert.is((await clerk.submit(`${page}/+delete`, {})).status, 303);
    assert.is((await clerk.get(page)).status, 404);
  });
}

test('composite keys with unusual parts have unique, unambiguous URLs', async () => {
  const parts = ['a', 'b', 'a,b', ',', 'a/b', '~', '+new', 'é', '..'];
  for (const [at, code] of parts.entries())
    await run(desk)`insert into place (code, name) values (${code}, ${`Part ${at}`})`;
  await run(desk)`insert into leg (origin_code, destination_code) select o.code, d.code from place o, place d`;
  const { text } = await clerk.get('/admin/legs?size=200');
  const addresses = [...text.matchAll(/<th scope="row"><a href="([^"]*)"/g)].map(([, url = '']) => unescaped(url));
  assert.is(new Set(addresses).size, parts.length ** 2);
  for (const page of addresses.filter((_, at) => at % 5 === 0)) {
    const { status } = await clerk.get(page);
    assert.is(status, 200, page);
    assert.is((await clerk.submit(`${page}/+edit`, { miles: '5' })).status, 303, page);
  }
  const [row] = await run(desk)`select count(*)::integer as n from leg where miles = 5`;
  assert.is(row?.n, addresses.filter((_, at) => at % 5 === 0).length);
  const created = await clerk.get('/admin/legs/a~2cb,~2c');
  assert.equal([factsOf(created.text).Origin, factsOf(created.text).Destination], ['Part 2', 'Part 3']);
  assert.is((await clerk.submit('/admin/legs/a~2cb,~2c/+delete', {})).status, 303);
});

test('attack: non-canonical URLs lead nowhere', async () => {
  await run(desk)`insert into place (code, name) values ('plain', 'Plain')`;
  for (const key of [
    '%70lain',
    'plain/',
    '~70lain',
    'PLAIN',
    'plain%00',
    'plain~00',
    './plain',
    'x/../plain',
    'plain,',
    'plain;',
    '%2e%2e',
    '~',
    '~zz',
    '~c3',
    '%ff',
    '%',
  ]) {
    const { status } = await clerk.get(`/admin/places/${key}`);
    // `fetch` itself resolves dots, as browsers do; then it is the URL of the record.
    const resolved = new URL(`/admin/places/${key}`, desk.url).pathname;
    const isItself = resolved === '/admin/places/plain';
    const isOther = !resolved.startsWith('/admin/places/');
    assert.is(status, isItself ? 200 : isOther ? status : 404, key);
    assert.ok(status < 500, key);
  }
});
