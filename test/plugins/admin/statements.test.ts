// The cost of pages: statements are counted by a proxy.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { firstsOf, linkTo, rowsOf } from './page.ts';

const test = suite('admin: statements per page');
let desk: TestApp;
let clerk: Client;
let proxy: DatabaseProxy;

test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => openDesk({}, options)));
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into place (code, name) select 'P' || n, 'Port ' || n from generate_series(1, 40) n`;
  await run(desk)`insert into tag (name) select 'tag ' || n from generate_series(1, 10) n`;
  await run(desk)`
    insert into thing (name, place_code, boss_id) select 'Thing ' || n, 'P' || n % 40 + 1, nullif(n / 2, 0)
    from generate_series(1, 400) n order by n
  `;
  await run(
    desk,
  )`insert into thing_tag (thing_id, tag_id) select t, g from generate_series(1, 400) t, generate_series(1, 10) g`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** Statements of the second of two equal requests: the first one may fill caches. */
async function cost(path: string): Promise<{ text: string; statements: number }> {
  assert.is((await clerk.get(path)).status, 200);
  proxy.statements();
  const { text } = await clerk.get(path);
  return { text, statements: proxy.statements() };
}

test('the counter counts', async () => {
  // The connections are reset after the changes above, which counts, too.
  await run(desk)`select 0 as zero`;
  proxy.statements();
  await run(desk)`select 1 as one`;
  await run(desk)`select 2 as two`;
  assert.is(proxy.statements(), 2);
});

test('a list with relations and many-to-many costs three statements, regardless of its rows', async () => {
  const small = await cost('/admin/things?size=10');
  const large = await cost('/admin/things?size=200');
  assert.is(rowsOf(large.text).length, 200);
  assert.match(rowsOf(large.text)[5]?.join(' ') ?? '', 'tag 10');
  assert.ok(large.statements <= 3, `${large.statements}`);
  assert.is(small.statements, large.statements);
});

test('no page of a list costs more than three, whether searched, sorted, paged or last', async () => {
  const first = await clerk.get('/admin/things?sort=-day&size=50');
  const next = linkTo(first.text, 'Next');
  for (const path of [
    '/admin/things?q=thing+port',
    '/admin/things?f.state=open&f.day.from=2020-01-01',
    '/admin/things?f.day=%2Bnone&sort=place,-name',
    next,
    '/admin/things?at=last',
    '/admin/things?count=exact',
    '/admin/legs',
  ]) {
    const { statements } = await cost(path);
    assert.ok(statements <= 3, `${path}: ${statements}`);
  }
});

test('a list filtered by a relation takes its label from its own rows, and queries it only if the list is empty', async () => {
  for (const path of ['/admin/things?f.place=P1&f.place=P2&f.place=P3', '/admin/things?f.boss=7&size=10']) {
    const { text, statements } = await cost(path);
    assert.ok(firstsOf(text).length > 0);
    assert.ok(statements <= 3, `${path}: ${statements}`);
  }
  const none = await cost('/admin/things?f.place=P1&q=nothing+like+it');
  assert.match(none.text, 'Port 1');
  assert.ok(none.statements <= 3, `${none.statements}`);
});

test('the page of a record costs three, regardless of its dependants', async () => {
  const { statements } = await cost('/admin/things/1');
  assert.ok(statements <= 3, `${statements}`);
});

test('a form costs no statement per relation', async () => {
  const { statements } = await cost('/admin/things/5/+edit');
  assert.ok(statements <= 2, `${statements}`);
});

test('a response of a combobox costs two', async () => {
  const { statements } = await cost('/admin/things/+options/place?q=port');
  assert.ok(statements <= 2, `${statements}`);
});

test('saving a form with many ticked boxes looks them up together', async () => {
  const save = async (keys: readonly string[]) => {
    proxy.statements();
    const { status } = await clerk.submit('/admin/things/7/+edit', { name: `Thing ${keys.length}`, tags: keys });
    assert.is(status, 303);
    return proxy.statements();
  };
  const few = await save(['1', '2']);
  const many = await save(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  assert.ok(many <= few + 1, `${few} for two, ${many} for ten`);
});
