import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { AnyModel } from '../../../core/model/model.ts';
import { suite } from '../../support/suite.ts';
import { Person, Place, type Rules, run, Tag, Task } from '../query/fixture.ts';
import { context, openWriteFixture, snapshotIn, type WriteFixture } from './write-fixture.ts';

const test = suite('deleting a row');
let fixture: WriteFixture;

test.before(async () => {
  fixture = await openWriteFixture();
});
test.after(() => fixture.close());
test.before.each(async () => {
  await fixture.clear();
  await run(fixture.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(fixture.database)`insert into tag (name) values ('red'), ('green')`;
  await run(fixture.database)`insert into person (name, boss_id, place_code) values
    ('Ann', null, 'A'), ('Bob', 1, null), ('Cyd', 1, null), ('Dan', null, null)`;
  await run(fixture.database)`insert into person_tag (person_id, tag_id) values (1, 1), (1, 2), (2, 1)`;
  await run(fixture.database)`insert into task (title, owner_id, part_id) values
    ('T1', 1, null), ('T2', 2, 1), ('T3', 2, 2), ('T4', 2, null)`;
});

const remove = (model: AnyModel, key: string, rules: Rules = {}, version?: string) =>
  fixture.change((tx) => fixture.write(rules).remove(tx, context, model, key, version));
const recorded = () =>
  fixture.takeEvents().map((event) => `${event.name} ${event.subject?.model} ${event.subject?.key}`);

test('dependent rows are deleted first, each with its event; other relations are set to null', async () => {
  assert.equal(await remove(Person, '1'), { outcome: 'done', label: 'Ann' });
  const events = fixture.takeEvents();
  assert.equal(events.map((event) => `${event.name} ${event.subject?.model} ${event.subject?.key}`).sort(), [
    'delete person 1',
    'delete personTag 1,1',
    'delete personTag 1,2',
    'delete task 1',
    'delete task 2',
    'delete task 3',
    'update person 2',
    'update person 3',
  ]);
  const order = events.map((event) => `${event.subject?.model} ${event.subject?.key}`);
  assert.ok(order.indexOf('task 3') < order.indexOf('task 2'));
  assert.ok(order.indexOf('task 2') < order.indexOf('task 1'));
  assert.is(order.at(-1), 'person 1');
  const deleted = snapshotIn(events.at(-1), 'before');
  assert.equal([deleted.name, deleted.place, deleted.tags], ['Ann', 'A', [1, 2]]);
  assert.equal(events.find((event) => event.subject?.key === '2' && event.name === 'update')?.data, {
    before: { boss: 1 },
    after: { boss: null },
  });
  assert.equal(
    [await fixture.countRows('person'), await fixture.countRows('task'), await fixture.countRows('person_tag')],
    [3, 1, 1],
  );
});

test('link rows of other rows are deleted, each with its event', async () => {
  assert.is((await remove(Tag, '1')).outcome, 'done');
  assert.equal(recorded().sort(), ['delete personTag 1,1', 'delete personTag 2,1', 'delete tag 1']);
});

test('a relation with onDelete: restrict prevents the deletion, and nothing is changed', async () => {
  await run(fixture.database)`insert into contract (number, holder_id) values ('C', 1)`;
  assert.equal(await remove(Person, '1'), { outcome: 'referenced', by: ['contract'] });
  assert.equal(await remove(Place, 'A'), { outcome: 'referenced', by: ['person'] });
  assert.equal(recorded(), []);
  assert.equal(
    [await fixture.countRows('person'), await fixture.countRows('task'), await fixture.countRows('person_tag')],
    [4, 4, 3],
  );
});

test('a reference from a table without a model prevents the deletion', async () => {
  await run(fixture.database)`create table elsewhere (person bigint references person)`;
  await run(fixture.database)`insert into elsewhere values (4)`;
  assert.equal(await remove(Person, '4'), { outcome: 'referenced', by: ['public.elsewhere'] });
  assert.is(await fixture.countRows('person'), 4);
  await run(fixture.database)`drop table elsewhere`;
});

test('a cascade requires permission to delete each of its rows', async () => {
  assert.equal(await remove(Person, '1', { denied: ['task.delete'] }), { outcome: 'referenced', by: ['task'] });
  const own = { rows: { 'task delete': sql.fragment`t.title <> 'T3'` } };
  assert.equal(await remove(Person, '1', own), { outcome: 'referenced', by: ['task'] });
  assert.equal(recorded(), []);
  assert.is(await fixture.countRows('task'), 4);
  assert.is((await remove(Person, '3', { denied: ['task.delete'] })).outcome, 'done', 'no row depends on it');
});

test('it is not deleted without permission for the model or row, or with an outdated version', async () => {
  assert.equal(await remove(Person, '4', { denied: ['person.delete'] }), { outcome: 'forbidden' });
  assert.equal(await remove(Person, '4', { rows: { 'person delete': sql.fragment`false` } }), { outcome: 'forbidden' });
  assert.equal(await remove(Person, '4', { rows: { 'person view': sql.fragment`false` } }), { outcome: 'missing' });
  assert.equal(await remove(Person, '99'), { outcome: 'missing' });
  assert.equal(await remove(Person, 'x'), { outcome: 'missing' });
  assert.equal(await remove(Person, '4', {}, '1'), { outcome: 'conflict' });
  assert.is(await fixture.countRows('person'), 4);
  const [{ v } = { v: '' }] = await run(fixture.database)`select xmin::text as v from person where id = 4`;
  assert.is((await remove(Person, '4', {}, String(v))).outcome, 'done');
});

test('rows that reference each other are deleted together, with one event each', async () => {
  await run(fixture.database)`update task set part_id = 3 where id = 1`;
  assert.is((await remove(Task, '1')).outcome, 'done');
  assert.equal(recorded().sort(), ['delete task 1', 'delete task 2', 'delete task 3']);
  assert.is(await fixture.countRows('task'), 1);
});

test('more than a thousand rows cannot be deleted together', async () => {
  await run(fixture.database)`insert into task (title, owner_id) select 'X' || n, 4 from generate_series(1, 1000) n`;
  const problem = { field: undefined, issue: { key: 'problem.tooManyDependants', params: { max: 1_000 } } };
  assert.equal(await remove(Person, '4'), { outcome: 'rejected', problems: [problem] });
  await run(fixture.database)`delete from task where title = 'X1'`;
  assert.is((await remove(Person, '4')).outcome, 'done');
  assert.is(recorded().length, 1_000);
});

test('when recording one of the events fails, nothing is deleted', async () => {
  let remaining = 2;
  const write = fixture.write(
    {},
    {
      delete: async () => {
        remaining--;
        if (remaining === 0) throw new Error('full');
      },
    },
  );
  let failed = false;
  await fixture
    .change((tx) => write.remove(tx, context, Person, '1'))
    .catch(() => {
      failed = true;
    });
  assert.ok(failed);
  assert.equal(
    [await fixture.countRows('person'), await fixture.countRows('task'), await fixture.countRows('person_tag')],
    [4, 4, 3],
  );
});
