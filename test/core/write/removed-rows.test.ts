// Every row that is deleted with another one has its event, even if the database would delete it anyway.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { type Database, openDatabase, type Transaction } from '../../../core/database/pool.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { field, timestamps } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { createEvents } from '../../../core/write/events.ts';
import { hooksFor, type ModelHook } from '../../../core/write/hooks.ts';
import { createWrite } from '../../../core/write/write.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { policyWith, type Rules, run } from '../query/fixture.ts';
import { context } from './write-fixture.ts';

const Post = defineModel('post', {
  fields: { title: field.text(), labels: field.manyToMany(() => Label, { through: () => Labelling }) },
});
const Label = defineModel('label', { fields: { name: field.text() } });
/** Link rows with a key of their own, which others reference. */
const Labelling = defineModel('labelling', {
  fields: {
    post: field.belongsTo(() => Post, { onDelete: 'cascade' }),
    label: field.belongsTo(() => Label, { onDelete: 'cascade' }),
  },
  label: ['post', 'label'],
});
const Remark = defineModel('remark', {
  fields: { text: field.text(), labelling: field.belongsTo(() => Labelling, { onDelete: 'cascade' }) },
  label: 'text',
});
const Draft = defineModel('draft', {
  fields: {
    text: field.text(),
    post: field.belongsTo(() => Post, { nullable: true, onDelete: 'setNull' }),
    ...timestamps(),
  },
  label: 'text',
});
const others = { managed: false, readOnly: true } as const;
/** Tables of a plugin, by their foreign keys: cascade, set null, and restrict although the model says cascade; and a view. */
const Visit = defineModel('visit', {
  fields: { name: field.text(), post: field.belongsTo(() => Post, { onDelete: 'cascade' }) },
  ...others,
});
const Trace = defineModel('trace', {
  fields: { name: field.text(), visit: field.belongsTo(() => Visit, { onDelete: 'cascade' }) },
  ...others,
});
const Stamp = defineModel('stamp', {
  fields: { name: field.text(), post: field.belongsTo(() => Post, { nullable: true, onDelete: 'setNull' }) },
  ...others,
});
const Claim = defineModel('claim', {
  fields: { name: field.text(), post: field.belongsTo(() => Post, { onDelete: 'cascade' }) },
  ...others,
});
const Total = defineModel('total', {
  fields: { name: field.text(), post: field.belongsTo(() => Post, { onDelete: 'cascade' }) },
  ...others,
  key: 'name',
});

const declared = [Post, Label, Labelling, Remark, Draft, Visit, Trace, Stamp, Claim, Total];
const { models, problems } = buildModels(declared.map((model) => ({ owner: 'project', model })));

const test = suite('rows deleted with another one');
let base: TestDatabase;
let database: Database;
let events: string[] = [];
test.before(async () => {
  assert.equal(problems, []);
  base = await testDatabase();
  database = await openDatabase(base.url);
  await withPlainConnection(
    base.url,
    async (client) => {
      await client.query(renderFile(diff(emptySnapshot, buildSnapshot(models.all))).up);
      await client.query(`
        create table visit (id bigint generated always as identity primary key, name text not null,
          post_id bigint not null references post on delete cascade);
        create table trace (id bigint generated always as identity primary key, name text not null,
          visit_id bigint not null references visit on delete cascade);
        create table stamp (id bigint generated always as identity primary key, name text not null,
          post_id bigint references post on delete set null);
        create table claim (id bigint generated always as identity primary key, name text not null,
          post_id bigint not null references post);
        create view total as select 'visits of ' || post_id as name, post_id from visit group by post_id;
      `);
    },
    { applicationName: 'tests' },
  );
});
test.before.each(async () => {
  events = [];
  await run(database)`truncate post, label, labelling, remark, draft, visit, trace, stamp, claim restart identity`;
  await run(database)`insert into post (title) values ('P1'), ('P2')`;
  await run(database)`insert into label (name) values ('L1'), ('L2')`;
  await run(database)`insert into labelling (post_id, label_id) values (1, 1), (1, 2), (2, 1)`;
  await run(database)`insert into remark (text, labelling_id) values ('on P1 L1', 1), ('on P2 L1', 3)`;
});
test.after(async () => {
  await database.close();
  await base.drop();
});

function writing(rules: Rules, hooks: readonly ModelHook[]) {
  const recorded = createEvents(new Set(['create', 'update', 'delete']), [
    {
      '*': async (_tx, { name, subject, data }) => {
        events.push(`${name} ${subject?.model} ${subject?.key}${name === 'update' ? ` ${JSON.stringify(data)}` : ''}`);
      },
    },
  ]);
  const owned = hooks.map((hook) => ({ ...hook, owner: 'tests' }));
  return createWrite({ models, policy: policyWith(rules), events: recorded, hooks: owned });
}
const remove = (rules: Rules = {}, hooks: readonly ModelHook[] = []) =>
  database.transaction((tx: Transaction) => writing(rules, hooks).remove(tx, context, Post, '1'));
const namesIn = async (table: string) =>
  (await database.any(sql.unsafe`select * from ${sql.identifier([table])} order by 1`)).length;

test('link rows are deleted with their owner, each with its event, after the rows that reference them', async () => {
  assert.is((await remove({ denied: ['labelling.delete'] })).outcome, 'done');
  assert.equal(events, ['delete remark 1', 'delete labelling 1', 'delete labelling 2', 'delete post 1']);
  assert.equal([await namesIn('labelling'), await namesIn('remark')], [1, 1]);
});

test('deleting rows that reference a link row requires permission, like any other cascade', async () => {
  assert.equal(await remove({ denied: ['remark.delete'] }), { outcome: 'referenced', by: ['remark'] });
  assert.equal([events, await namesIn('labelling')], [[], 3]);
});

test('the limit for link rows is higher than for other rows', async () => {
  await run(database)`insert into label (name) select 'N' || n from generate_series(1, 1500) n`;
  await run(database)`insert into labelling (post_id, label_id) select 1, id from label where name like 'N%'`;
  assert.is((await remove()).outcome, 'done');
  assert.equal([events.length, await namesIn('labelling')], [1_504, 1]);
});

test('a link row removed by a form has its event, and the rows that reference it are deleted', async () => {
  const change = (labels: readonly number[], rules: Rules = {}) =>
    database.transaction((tx) => writing(rules, []).updateAny(tx, context, models.of(Post), '1', { labels }));
  assert.equal(await change([2], { denied: ['remark.delete'] }), {
    outcome: 'invalid',
    problems: [{ field: 'labels', issue: { key: 'problem.constraint' } }],
  });
  assert.equal([events, await namesIn('labelling')], [[], 3]);
  assert.is((await change([2])).outcome, 'done');
  assert.equal(events, [
    'delete remark 1',
    'delete labelling 1',
    'update post 1 {"before":{"labels":[1,2]},"after":{"labels":[2]}}',
  ]);
});

test('rows deleted by the foreign key of a read-only table have their events and require no permission', async () => {
  await run(database)`insert into visit (name, post_id) values ('V1', 1), ('V2', 2)`;
  await run(database)`insert into trace (name, visit_id) values ('T1', 1), ('T2', 2)`;
  await run(database)`insert into stamp (name, post_id) values ('S1', 1)`;
  assert.is((await remove({ denied: ['visit.delete', 'trace.delete', 'stamp.change'] })).outcome, 'done');
  assert.equal(
    events.filter((event) => !/remark|labelling/.test(event)),
    ['delete trace 1', 'delete visit 1', 'update stamp 1 {"before":{"post":1},"after":{"post":null}}', 'delete post 1'],
  );
  assert.equal([await namesIn('visit'), await namesIn('trace'), await namesIn('stamp')], [1, 1, 1]);
});

test('hooks can prevent the deletion of such rows, which rejects the whole deletion', async () => {
  await run(database)`insert into visit (name, post_id) values ('V1', 1)`;
  const keep = hooksFor(Visit, { beforeDelete: () => ({ problems: [{ field: undefined, issue: { key: 'kept' } }] }) });
  assert.equal(await remove({}, [keep]), {
    outcome: 'rejected',
    problems: [{ field: undefined, issue: { key: 'kept' } }],
  });
  assert.equal([events, await namesIn('visit'), await namesIn('labelling')], [[], 1, 3]);
});

test('a read-only table whose foreign key does not cascade prevents the deletion, regardless of the model', async () => {
  await run(database)`insert into claim (name, post_id) values ('C1', 1)`;
  assert.equal(await remove(), { outcome: 'referenced', by: ['claim'] });
  assert.equal([events, await namesIn('claim')], [[], 1]);
});

for (const hooks of [[], [hooksFor(Draft, { beforeSave: () => undefined })]]) {
  test(`a row whose relation is set to null ${hooks.length > 0 ? 'through hooks ' : ''}has a new updatedAt`, async () => {
    await run(
      database,
    )`insert into draft (text, post_id, updated_at) values ('D1', 1, '2020-01-01'), ('D2', 2, '2020-01-01')`;
    assert.is((await remove({}, hooks)).outcome, 'done');
    assert.ok(events.includes('update draft 1 {"before":{"post":1},"after":{"post":null}}'));
    const rows = await run(
      database,
    )`select text, post_id as post, updated_at > '2020-01-02' as updated from draft order by 1`;
    assert.equal(rows, [
      { text: 'D1', post: null, updated: true },
      { text: 'D2', post: '2', updated: false },
    ]);
  });
}
