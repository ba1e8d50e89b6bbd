// What nobody touched is neither validated nor rewritten, whatever other programs have stored.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Random } from '../../fuzz/random.ts';
import type { TestResponse } from '../../support/client.ts';
import { formFieldsOf } from '../../support/client.ts';
import { runSql } from '../../support/run-sql.ts';
import { afterAllSuites, suite } from '../../support/suite.ts';
import { allPermissions, bytesOf, openLoose, randomRow, rowsOfEveryValue } from './loose.ts';
import { mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: unchanged values');
const desk = await openLoose();
afterAllSuites(() => desk.close());
const clerk = await desk.signInAs('staff', allPermissions);
const one = sql.type(z.object({ text: z.string().nullable() }));

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** The form of a record as a browser sends it: line breaks as CRLF, none in inputs of one line, unreadable dates as nothing. */
async function opened(id: number): Promise<Fields> {
  const { status, text } = await clerk.get(edit(id));
  assert.is(status, 200, String(id));
  return sentBy(text, id);
}

function sentBy(text: string, id: number): Fields {
  const fields = formFieldsOf(text, edit(id));
  const types = new Map(
    [...text.matchAll(/<input\b[^>]*? type="([a-z-]+)"[^>]*? name="([^"]*)"/g)].map(([, type = '', name = '']) => [
      name,
      type,
    ]),
  );
  const sent = (name: string, value: string): string => {
    const type = types.get(name) ?? (text.includes(`<input class="input" id="f-${name}" `) ? 'text' : 'textarea');
    if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) ? value : '';
    if (type === 'time') return /^([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,3})?)?$/.test(value) ? value : '';
    if (type === 'datetime-local')
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(value) ? value.replace(/(\.\d*?)0+$/, '$1') : '';
    const oneLine = type === 'text' || type === 'tel' || type === 'color';
    return oneLine ? value.replace(/[\r\n]/g, '') : value.replace(/\r\n?|\n/g, '\r\n');
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? sent(name, value) : value.map((each) => sent(name, each)),
    ]),
  );
}

const edit = (id: number): string => `/admin/looses/${id}/+edit`;

async function save(id: number, changed: Fields = {}): Promise<TestResponse> {
  return clerk.post(edit(id), { ...(await opened(id)), ...changed });
}

const stored = (column: string, id: number): Promise<string | null> =>
  desk.app.database.oneFirst(one`select ${sql.identifier([column])}::text as text from loose where id = ${id}`);

async function linksOf(id: number): Promise<readonly string[]> {
  const rows = await desk.app.database.any(
    one`select owner_id || ':' || weight as text from friend where loose_id = ${id} order by owner_id`,
  );
  return rows.map(({ text }) => text ?? '');
}

test('saving a form unchanged changes no byte, regardless of the column (T03, T05, T06, T10 to T13, F1, F8)', async () => {
  const { sql: inserts, ids } = rowsOfEveryValue(1);
  await runSql(desk.app.database.url, inserts);
  const before = await bytesOf(desk);
  for (const id of ids) {
    const { status, location, text } = await save(id);
    assert.is(status, 303, `${id}: ${textOf(mainOf(text)).slice(0, 500)}`);
    assert.match(noticesOf((await clerk.get(location)).text).join(), 'No changes', String(id));
  }
  const after = await bytesOf(desk);
  for (const id of ids) assert.is(after.get(id), before.get(id), String(id));
});

test('changing one field of such a row changes only that field', async () => {
  const { sql: inserts, ids } = rowsOfEveryValue(1001);
  await runSql(desk.app.database.url, `${inserts} create table old as select * from loose where id > 1000`);
  for (const id of ids) assert.is((await save(id, { count: '3' })).status, 303, String(id));
  const differing = await desk.app.database.any(one`
    select t.id || ' ' || string_agg(n.key, ',' order by n.key) as text
    from loose t, old o, jsonb_each(to_jsonb(t)) n join jsonb_each(to_jsonb(o)) b using (key)
    where t.id = o.id and n.value::text is distinct from b.value::text and n.key not in ('count', 'changed')
    group by t.id
  `);
  assert.equal(differing, []);
});

test('random rows written by SQL can be saved without changes (T05, T11)', async () => {
  const random = new Random(9, 1);
  const ids = Array.from({ length: 40 }, (_, index) => 2001 + index);
  await runSql(desk.app.database.url, ids.map((id) => randomRow(id, random)).join('\n'));
  const before = await bytesOf(desk);
  for (const id of ids) assert.is((await save(id)).status, 303, String(id));
  const after = await bytesOf(desk);
  for (const id of ids) assert.is(after.get(id), before.get(id), String(id));
});

test('correcting a rejected form keeps the unchanged fields', async () => {
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active, day, line) values (3001, '', 'gone', true, 'infinity', ' x ')`,
  );
  const rejected = await save(3001, { count: 'many' });
  assert.is(rejected.status, 422);
  assert.is(mainOf(rejected.text).match(/class="field-error"/g)?.length, 1, 'only the changed field has an error');
  const corrected = await clerk.post(edit(3001), { ...sentBy(rejected.text, 3001), count: '3' });
  assert.is(corrected.status, 303);
  assert.is(await stored('day', 3001), 'infinity');
  assert.is(await stored('line', 3001), ' x ');
});

test('a changed value is validated', async () => {
  await runSql(desk.app.database.url, `insert into loose (id, title, state, active) values (3002, 'x', 'open', true)`);
  assert.is((await save(3002, { title: '' })).status, 422);
  assert.is((await save(3002, { mail: 'nobody' })).status, 422);
});

test('unchanged items of an array are kept when others change (T13)', async () => {
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active, tags, days) values
       (3007, 'x', 'open', true, array[E'one\\ntwo', ' blank ', '', 'much longer', 'x'], '{sun,mon}')`,
  );
  const fields = await opened(3007);
  const tags = `${String(fields.tags)}\r\nnew`;
  assert.is((await clerk.post(edit(3007), { ...fields, tags, days: ['mon', 'tue', 'sun'] })).status, 303);
  assert.is(await stored('tags', 3007), '{"one\ntwo"," blank ","","much longer",x,new}');
  assert.is(await stored('days', 3007), '{sun,mon,tue}');
  const again = await opened(3007);
  assert.is((await clerk.post(edit(3007), { ...again, tags: String(again.tags).replace('\r\nx', '') })).status, 303);
  assert.is(await stored('tags', 3007), '{"one\ntwo"," blank ","","much longer",new}');
  const third = await opened(3007);
  assert.is((await clerk.post(edit(3007), { ...third, tags: `${String(third.tags)}\r\ntoo long` })).status, 422);
});

test('a manyToMany with more link rows than a form lists keeps the others (T01)', async () => {
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active) values (3003, 'x', 'open', true);
     insert into friend (loose_id, owner_id) select 3003, n from generate_series(1, 1500) n`,
  );
  const { text } = await clerk.get(edit(3003));
  assert.match(textOf(mainOf(text)), 'Only the first 1,000 are shown. The others will not be changed.');
  assert.is((await save(3003, { line: 'new' })).status, 303);
  assert.is((await linksOf(3003)).length, 1500);
  const fields = await opened(3003);
  const [first = '', ...others] = [fields.friends ?? []].flat().filter((key) => key !== '');
  assert.is((await clerk.post(edit(3003), { ...fields, friends: [...others, '1600'] })).status, 303);
  const links = await linksOf(3003);
  assert.is(links.length, 1500);
  assert.not.ok(links.includes(`${first}:7`));
  assert.ok(links.includes('1600:7'));
});

test('a forged request cannot remove link rows that the form would not list', async () => {
  const { '~shown': _shown, ...fields } = await opened(3003);
  assert.is((await clerk.post(edit(3003), { ...fields, friends: '5' })).status, 303);
  assert.is((await linksOf(3003)).length, 501);
});

test('a stale form does not remove link rows that others have added (T01b)', async () => {
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active) values (3004, 'x', 'open', true);
     insert into friend (loose_id, owner_id, weight) values (3004, 1, 1), (3004, 2, 2)`,
  );
  const stale = await opened(3004);
  await runSql(desk.app.database.url, 'insert into friend (loose_id, owner_id, weight) values (3004, 3, 3)');
  assert.is((await clerk.post(edit(3004), { ...stale, line: 'new' })).status, 303);
  assert.equal(await linksOf(3004), ['1:1', '2:2', '3:3']);
  const second = await opened(3004);
  await runSql(desk.app.database.url, 'insert into friend (loose_id, owner_id, weight) values (3004, 4, 4)');
  assert.is((await clerk.post(edit(3004), { ...second, friends: ['1', '3', '5'] })).status, 303);
  assert.equal(await linksOf(3004), ['1:1', '3:3', '4:4', '5:7']);
});

test("after a conflict, only the user's own changes are written", async () => {
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active, day, count) values (3005, 'x', 'open', true, 'infinity', 1);
     insert into friend (loose_id, owner_id) values (3005, 1), (3005, 2)`,
  );
  const stale = await opened(3005);
  await runSql(
    desk.app.database.url,
    `update loose set line = 'their', count = 2 where id = 3005; insert into friend (loose_id, owner_id) values (3005, 4)`,
  );
  const conflict = await clerk.post(edit(3005), { ...stale, title: 'mine', friends: ['2', '3'] });
  assert.is(conflict.status, 409);
  assert.match(noticesOf(conflict.text).join(), 'Changed in the meantime: Line, Count, Friends.');
  const again = await clerk.post(edit(3005), sentBy(conflict.text, 3005));
  assert.is(again.status, 303);
  assert.is(await stored('title', 3005), 'mine');
  assert.is(await stored('line', 3005), 'their');
  assert.is(await stored('count', 3005), '2');
  assert.is(await stored('day', 3005), 'infinity');
  assert.equal(await linksOf(3005), ['2:7', '3:7', '4:7']);
});

test('JSON keeps every digit: on the record, in the form, after a change and in the history (T03)', async () => {
  const json = '{"p": 0.1234567890123456789, "id": 9007199254740993, "big": 12345678901234567890123, "cents": 1.50}';
  await runSql(
    desk.app.database.url,
    `insert into loose (id, title, state, active, data) values (3006, 'x', 'open', true, '${json}')`,
  );
  const numbers = ['0.1234567890123456789', '9007199254740993', '12345678901234567890123', '1.50'];
  for (const page of ['/admin/looses/3006', edit(3006)])
    for (const number of numbers) assert.match((await clerk.get(page)).text, number);
  const fields = await opened(3006);
  const data = String(fields.data).replace('9007199254740993', '9007199254740995');
  assert.is((await clerk.post(edit(3006), { ...fields, data })).status, 303);
  assert.is(await stored('data', 3006), json.replace('9007199254740993', '9007199254740995'));
  const again = await opened(3006);
  assert.is((await clerk.post(edit(3006), { ...again, data: String(again.data).replace('1.50', '1.5') })).status, 303);
  assert.match(String(await stored('data', 3006)), '"cents": 1.5}');
  const admin = await desk.signInAs('administrator');
  const history = (await admin.get('/admin/looses/3006/+history')).text;
  for (const number of [...numbers, '9007199254740995']) assert.match(history, number);
});

test('nothing unexpected was logged', () => {
  assert.equal(desk.errors, []);
});
