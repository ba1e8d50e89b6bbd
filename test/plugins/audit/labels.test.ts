// Over HTTP: the audit trail stores keys, and its page shows the labels of their rows.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
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
  ({ app: desk, proxy } = await throughProxy((options) => testApp({ models: [Harbour, Boat] }, options)));
  await desk.app.database.query(sql.unsafe`
    insert into harbour (code, name) select 'H' || n, 'Port of ' || n from generate_series(1, 40) n
  `);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function build(name: string, home: string, lying: string | null = null): Promise<string> {
  const created = await desk.app.database.transaction((tx) =>
    desk.app.write.create(tx, cli, Boat, { name, home, lying }),
  );
  assert.is(created.outcome, 'done');
  return created.outcome === 'done' ? created.key : '';
}

/** The changes of this record on the page. */
async function changesOf(reader: Awaited<ReturnType<TestApp['signInAs']>>, name: string): Promise<string> {
  const { text } = await reader.get('/admin/audit?model=boat');
  const rows = rowsOf(text).filter((row) => row[3]?.includes(name));
  assert.ok(rows.length > 0, `${name} is on the page`);
  return rows.map((row) => row[4]).join('\n');
}

test('a related row is shown by its label, before and after', async () => {
  const key = await build('Ada', 'H1');
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, key, { home: 'H2', lying: 'H3' }));
  const said = await changesOf(await desk.signInAs('administrator'), 'Ada');
  assert.match(said, /Home: .*Port of 1 .*Port of 2/);
  assert.match(said, /Lying: .*Port of 3/);
});

test('the key of a deleted row remains', async () => {
  const key = await build('Bea', 'H4', 'H5');
  await desk.app.database.transaction((tx) => desk.app.write.update(tx, cli, Boat, key, { lying: null }));
  await desk.app.database.query(sql.unsafe`delete from harbour where code = 'H5'`);
  const said = await changesOf(await desk.signInAs('administrator'), 'Bea');
  assert.match(said, 'H5');
  assert.not.match(said, 'Port of 5');
});

test('attack: users who can view the record but not its target see no label of the target', async () => {
  await build('Cora', 'H6');
  const said = await changesOf(await desk.signInAs('staff', ['audit.view', 'boat.view']), 'Cora');
  assert.match(said, 'H6');
  assert.not.match(said, 'Port of');
  const seeing = await desk.signInAs('staff', ['audit.view', 'boat.view', 'harbour.view']);
  assert.match(await changesOf(seeing, 'Cora'), 'Port of 6');
});

test('labels cost one statement, regardless of the number of changes and fields', async () => {
  const reader = await desk.signInAs('administrator');
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
  // A filter by model costs another one: the earlier names of the model.
  assert.is(proxy.statements(), many.statements - 2);
});
