// Black box: the trail holds keys, and its page names the rows that they belong to.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { commandAuditContext } from '../../../core/command-context.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type DatabaseProxy, databaseProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { rowsOf } from '../admin/page.ts';

const Harbour = defineModel('harbour', {
  fields: { code: field.text({ max: 10 }), name: field.text({ max: 100 }) },
  key: 'code',
  label: 'name',
});
const Boat = defineModel('boat', {
  fields: {
    name: field.text({ max: 100 }),
    home: field.belongsTo(() => Harbour),
    lying: field.belongsTo(() => Harbour, { nullable: true }),
  },
});

const test = suite('audit: labels of related rows');
const cli = commandAuditContext();
let desk: TestApp;
let proxy: DatabaseProxy;
test.before(async () => {
  const by = async (url: string) => {
    proxy = await databaseProxy(url);
    return proxy.url;
  };
  desk = await testApp({ models: [Harbour, Boat] }, { by });
  await desk.app.database.query(sql.unsafe`
    insert into harbour (code, name) select 'H' || n, 'Port of ' || n from generate_series(1, 40) n
  `);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function build(name: string, home: string, lying: string | null = null): Promise<string> {
  const made = await desk.app.database.transaction((tx) => desk.app.write.create(tx, cli, Boat, { name, home, lying }));
  assert.is(made.outcome, 'done');
  return made.outcome === 'done' ? made.key : '';
}

/** What the page says of the changes to this record. */
async function changesOf(reader: Awaited<ReturnType<TestApp['person']>>, name: string): Promise<string> {
  const { text } = await reader.get('/admin/audit?model=boat');
  const rows = rowsOf(text).filter((row) => row[3]?.includes(name));
  assert.ok(rows.length > 0, `${name} is on the page`);
  return rows.map((row) => row[4]).join('\n');
}

test('a related row is named by its label, before and after', async () => {
  const key = await build('Ada', 'H1');
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, key, { home: 'H2', lying: 'H3' }));
  const said = await changesOf(await desk.person('administrator'), 'Ada');
  assert.match(said, /Home: .*Port of 1 .*Port of 2/);
  assert.match(said, /Lying: .*Port of 3/);
});

test('what is gone stays a key', async () => {
  const key = await build('Bea', 'H4', 'H5');
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, key, { lying: null }));
  await desk.app.database.query(sql.unsafe`delete from harbour where code = 'H5'`);
  const said = await changesOf(await desk.person('administrator'), 'Bea');
  assert.match(said, 'H5');
  assert.not.match(said, 'Port of 5');
});

test('attack: who may view the record and not what it points to, is told no label of that', async () => {
  await build('Cora', 'H6');
  const said = await changesOf(await desk.person('staff', ['audit.view', 'boat.view']), 'Cora');
  assert.match(said, 'H6');
  assert.not.match(said, 'Port of');
  const seeing = await desk.person('staff', ['audit.view', 'boat.view', 'harbour.view']);
  assert.match(await changesOf(seeing, 'Cora'), 'Port of 6');
});

test('labels cost one statement, however many changes there are and by whichever fields', async () => {
  const reader = await desk.person('administrator');
  const cost = async () => {
    await reader.get('/admin/audit?model=boat');
    proxy.statements();
    const { text } = await reader.get('/admin/audit?model=boat');
    return { rows: rowsOf(text).length, statements: proxy.statements() };
  };
  const few = await cost();
  for (let n = 10; n < 35; n++) await build(`Boat ${n}`, `H${n}`, `H${n + 1}`);
  const many = await cost();
  assert.ok(many.rows >= few.rows + 25);
  assert.is(many.statements, few.statements);
  await reader.get('/admin/audit?event=login_succeeded');
  proxy.statements();
  await reader.get('/admin/audit?event=login_succeeded');
  assert.is(proxy.statements(), many.statements - 1);
});
