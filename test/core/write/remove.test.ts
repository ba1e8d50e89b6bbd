import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AnyModel } from '../../../core/model/model.ts';
import { suite } from '../../support/suite.ts';
import { Person, Place, type Rules, run, Tag, Task } from '../query/world.ts';
import { cause, type Desk, openDesk, side } from './desk.ts';

const test = suite('deleting a row');
let desk: Desk;

test.before(async () => {
  desk = await openDesk();
});
test.after(() => desk.close());
test.before.each(async () => {
  await desk.clear();
  await run(desk.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(desk.database)`insert into tag (name) values ('red'), ('green')`;
  await run(desk.database)`insert into person (name, boss_id, place_code) values
    ('Ann', null, 'A'), ('Bob', 1, null), ('Cyd', 1, null), ('Dan', null, null)`;
  await run(desk.database)`insert into person_tag (person_id, tag_id) values (1, 1), (1, 2), (2, 1)`;
  await run(desk.database)`insert into task (title, owner_id, part_id) values
    ('T1', 1, null), ('T2', 2, 1), ('T3', 2, 2), ('T4', 2, null)`;
});

const remove = (model: AnyModel, key: string, rules: Rules = {}, version?: string) =>
  desk.change((tx) => desk.write(rules).remove(tx, cause, model, key, version));
const told = () => desk.takeEvents().map((event) => `${event.name} ${event.subject?.model} ${event.subject?.key}`);
const rowsIn = async (table: 'person' | 'task' | 'person_tag' | 'tag') =>
  Number(
    await desk.database.oneFirst(
      sql.type(z.object({ n: z.string() }))`select count(*) as n from ${sql.identifier([table])}`,
    ),
  );

test('what hangs on it goes with it, each with its event, before it; what only points to it is loosened', async () => {
  assert.equal(await remove(Person, '1'), { outcome: 'done', label: 'Ann' });
  const events = desk.takeEvents();
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
  const gone = side(events.at(-1), 'before');
  assert.equal([gone.name, gone.place, gone.tags], ['Ann', 'A', [1, 2]]);
  assert.equal(events.find((event) => event.subject?.key === '2' && event.name === 'update')?.data, {
    before: { boss: 1 },
    after: { boss: null },
  });
  assert.equal([await rowsIn('person'), await rowsIn('task'), await rowsIn('person_tag')], [3, 1, 1]);
});

test('pairs that belong to another row are recorded as what they are', async () => {
  assert.is((await remove(Tag, '1')).outcome, 'done');
  assert.equal(told().sort(), ['delete personTag 1,1', 'delete personTag 2,1', 'delete tag 1']);
});

test('a relation that restricts holds it, and nothing has happened', async () => {
  await run(desk.database)`insert into contract (number, holder_id) values ('C', 1)`;
  assert.equal(await remove(Person, '1'), { outcome: 'held', by: ['contract'] });
  assert.equal(await remove(Place, 'A'), { outcome: 'held', by: ['person'] });
  assert.equal(told(), []);
  assert.equal([await rowsIn('person'), await rowsIn('task'), await rowsIn('person_tag')], [4, 4, 3]);
});

test('a table that no model knows holds it, too', async () => {
  await run(desk.database)`create table elsewhere (person bigint references person)`;
  await run(desk.database)`insert into elsewhere values (4)`;
  assert.equal(await remove(Person, '4'), { outcome: 'held', by: ['elsewhere'] });
  assert.is(await rowsIn('person'), 4);
  await run(desk.database)`drop table elsewhere`;
});

test('a cascade takes the right to delete what it deletes, every row of it', async () => {
  assert.equal(await remove(Person, '1', { denied: ['task.delete'] }), { outcome: 'held', by: ['task'] });
  const own = { rows: { 'task delete': sql.fragment`t.title <> 'T3'` } };
  assert.equal(await remove(Person, '1', own), { outcome: 'held', by: ['task'] });
  assert.equal(told(), []);
  assert.is(await rowsIn('task'), 4);
  assert.is((await remove(Person, '3', { denied: ['task.delete'] })).outcome, 'done', 'nothing hangs on it');
});

test('without the right to the model or the row, without the row, or with an old version it stays', async () => {
  assert.equal(await remove(Person, '4', { denied: ['person.delete'] }), { outcome: 'forbidden' });
  assert.equal(await remove(Person, '4', { rows: { 'person delete': sql.fragment`false` } }), { outcome: 'forbidden' });
  assert.equal(await remove(Person, '4', { rows: { 'person view': sql.fragment`false` } }), { outcome: 'missing' });
  assert.equal(await remove(Person, '99'), { outcome: 'missing' });
  assert.equal(await remove(Person, 'x'), { outcome: 'missing' });
  assert.equal(await remove(Person, '4', {}, '1'), { outcome: 'conflict' });
  assert.is(await rowsIn('person'), 4);
  const [{ v } = { v: '' }] = await run(desk.database)`select xmin::text as v from person where id = 4`;
  assert.is((await remove(Person, '4', {}, String(v))).outcome, 'done');
});

test('rows that point to each other go together, each told once', async () => {
  await run(desk.database)`update task set part_id = 3 where id = 1`;
  assert.is((await remove(Task, '1')).outcome, 'done');
  assert.equal(told().sort(), ['delete task 1', 'delete task 2', 'delete task 3']);
  assert.is(await rowsIn('task'), 1);
});

test('more than a thousand rows go with no single click', async () => {
  await run(desk.database)`insert into task (title, owner_id) select 'X' || n, 4 from generate_series(1, 1000) n`;
  assert.equal(await remove(Person, '4'), { outcome: 'held', by: ['task'] });
  await run(desk.database)`delete from task where title = 'X1'`;
  assert.is((await remove(Person, '4')).outcome, 'done');
  assert.is(told().length, 1_000);
});

test('when recording one of the events fails, everything stands', async () => {
  let left = 2;
  const write = desk.write(
    {},
    {
      delete: async () => {
        left--;
        if (left === 0) throw new Error('full');
      },
    },
  );
  let failed = false;
  await desk
    .change((tx) => write.remove(tx, cause, Person, '1'))
    .catch(() => {
      failed = true;
    });
  assert.ok(failed);
  assert.equal([await rowsIn('person'), await rowsIn('task'), await rowsIn('person_tag')], [4, 4, 3]);
});
