// Black box: what only tables of other people's databases have: views that can be changed, foreign tables, partitions, defaults.

import * as assert from 'uvu/assert';
import { unmanagedTables } from '../../cli/doctor/unmanaged-tables.ts';
import { errorAt, mainOf, noticesOf, textOf } from '../plugins/admin/page.ts';
import { parseForms } from '../support/client.ts';
import { runSql } from '../support/run-sql.ts';
import { runCheck } from '../support/run-tool.ts';
import { suite } from '../support/suite.ts';
import { addRow, change, type OddApp, open, openOdd, rowsOfTable } from './odd-app.ts';
import { odd } from './odd-models.ts';

const test = suite('an existing database: unusual tables');
let desk: OddApp;

test.before(async () => {
  desk = await openOdd();
});
test.after(async () => {
  assert.equal(desk.app.errors, []);
  await desk.app.close();
});

function modelOf(name: string) {
  const model = desk.app.app.models.byName(name);
  if (model === undefined) throw new Error(`There is no model ${name}.`);
  return model;
}

test('columns named like internal aliases: the record can be opened and saved', async () => {
  await change(desk, '/admin/weirds/1', { version: 'changed' });
});

test('columns that the database numbers or fills in can be left empty', async () => {
  assert.match(textOf(mainOf(await open(desk, '/admin/numbereds/+new'))), 'Filled in automatically if left empty.');
  for (const [name, row] of [
    ['numbered', /^\(100,ORD-100,[^,]+,7,x\)$/],
    ['line', /^\(1,2,x\)$/],
  ] as const) {
    const added = odd.find(({ model }) => model.modelName === name)?.add ?? {};
    assert.match((await addRow(desk, modelOf(name), added)).join(), row);
  }
  assert.equal(await addRow(desk, modelOf('line'), { order: '1', line: '9' }), ['(1,9,)']);
});

test('rows of a view that is updatable by itself or through triggers can be changed', async () => {
  for (const [name, list] of [
    ['checked', '/admin/checkeds'],
    ['instead', '/admin/insteads'],
  ] as const) {
    await change(desk, `${list}/1`, { name: `changed through ${name}` });
    assert.equal(await addRow(desk, modelOf(name), { id: '60', name: 'x' }), ['(60,x)']);
    assert.is((await desk.clerk.submit(`${list}/60/+delete`, {})).status, 303);
    assert.not.ok((await rowsOfTable(desk, modelOf(name))).includes('(60,x)'));
  }
});

test('a concurrent change by another program is detected, even in a view or a foreign table', async () => {
  for (const [record, statement] of [
    ['/admin/insteads/2', "update animal set name = 'theirs' where id = 2"],
    ['/admin/checkeds/1', `update stock."user" set name = 'theirs' where id = 1`],
    ['/admin/foreign-rows/2', "update far_away set name = 'theirs' where id = 2"],
  ] as const) {
    const [form] = parseForms(mainOf(await open(desk, `${record}/+edit`)));
    await runSql(desk.app.app.database.url, statement);
    const stale = await desk.clerk.post(`${record}/+edit`, { ...form?.fields, name: 'mine' });
    assert.is(stale.status, 409, record);
    assert.match(await open(desk, record), 'theirs');
  }
});

test('a row can move to a partition with another column order', async () => {
  await change(desk, '/admin/movings/2', { state: 'open' });
  await change(desk, '/admin/movings/2', { state: 'done' });
});

test('a value that no partition accepts is reported at its field', async () => {
  const { status, text } = await desk.clerk.submit('/admin/movings/1/+edit', { state: 'gone' });
  assert.is(status, 422);
  assert.is(errorAt(text, 'state'), 'This value is not allowed. Enter another value.');
});

test('rejections by a view with a check option and by a foreign server are problems of the form', async () => {
  const outside = await desk.clerk.submit('/admin/checkeds/+new', { id: '500', name: 'x' });
  assert.is(outside.status, 422);
  assert.match(noticesOf(outside.text).join(), 'of these values');
  const refused = await desk.clerk.submit('/admin/foreign-rows/1/+edit', { name: 'refused' });
  assert.is(refused.status, 422);
});

test('doctor accepts domains over domains, and reports only what cannot be described as it is', async () => {
  const { message } = await runCheck(unmanagedTables, desk.app.app);
  const named = message.split('\n').map((line) => line.replace(/(has the type \w+|has no primary key).*$/, '$1'));
  assert.equal(named, [
    'numbered.owner: the column "owner" has the type int4',
    'moving: "moving" has no primary key',
    'typed.single: the column "single" has the type char',
  ]);
});
