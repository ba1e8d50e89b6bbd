import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { Values } from '../../../core/write/write.ts';
import { suite } from '../../support/suite.ts';
import { leg, Person, Place, person, place, type Rules, run, Task, task } from '../query/world.ts';
import { cause, type Desk, mistakes, openDesk } from './desk.ts';

const test = suite('changing a row');
let desk: Desk;

test.before(async () => {
  desk = await openDesk();
});
test.after(() => desk.close());
test.before.each(async () => {
  await desk.clear();
  await run(desk.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(desk.database)`insert into tag (name) values ('red'), ('green'), ('blue')`;
  await run(desk.database)`insert into person (name, email, place_code, salary, secret, seen) values
    ('Ann', 'ann@x.org', 'A', 1.50, 's', '2026-01-01 00:00:00.123Z'), ('Bob', 'bob@x.org', null, null, null, now())`;
  await run(desk.database)`insert into person_tag (person_id, tag_id) values (1, 1), (1, 2)`;
  await run(desk.database)`insert into task (title, owner_id, updated_at) values ('T', 1, '2020-01-01Z')`;
  await run(desk.database)`insert into leg (origin_code, destination_code) values ('A', 'B')`;
});

const update = (values: Values, rules: Rules = {}, version?: string) =>
  desk.change((tx) => desk.write(rules).updateAny(tx, cause, person, '1', values, version));
const versionOf = async (table: 'person' | 'task') =>
  String(
    (
      await run(desk.database)`select xmin::text as v from person where id = 1 and ${table} = 'person'
    union all select xmin::text from task where id = 1 and ${table} = 'task'`
    )[0]?.v,
  );

test('the event holds what changed, before and after, and nothing else', async () => {
  assert.equal(await update({ name: 'Anna', email: 'ann@x.org', place: 'B', tags: [3, 2] }), {
    outcome: 'done',
    key: '1',
    label: 'Anna',
    changed: true,
  });
  const [pair, event, ...more] = desk.takeEvents();
  assert.is(more.length, 0);
  assert.equal([pair?.name, pair?.subject?.model, pair?.subject?.key], ['delete', 'personTag', '1,1'], 'a row is gone');
  assert.is(event?.name, 'update');
  assert.equal(event?.subject, { model: 'person', key: '1', label: 'Anna' });
  assert.equal(event?.data, {
    before: { name: 'Ann', place: 'A', tags: [1, 2] },
    after: { name: 'Anna', place: 'B', tags: [2, 3] },
  });
});

test('what the row holds already is no change: nothing is written, nothing recorded', async () => {
  const before = await versionOf('person');
  const seen = new Date('2026-01-01T00:00:00.123Z');
  const written = await update({ name: 'Ann', salary: '1.5', seen, tags: [2, 1], secret: 's' }, {}, 'of yesterday');
  assert.equal(written, { outcome: 'done', key: '1', label: 'Ann', changed: false });
  assert.is(await versionOf('person'), before);
  assert.equal(desk.takeEvents(), []);
});

test('a change since the row was read is a conflict that names what differs', async () => {
  const version = await versionOf('person');
  await run(desk.database)`update person set name = 'Meanwhile', visits = 5 where id = 1`;
  assert.equal(await update({ name: 'Anna', email: 'ann@x.org' }, {}, version), {
    outcome: 'conflict',
    fields: ['name'],
  });
  assert.equal(await update({ name: 'Anna', secret: 'x' }, { hidden: ['person.secret view'] }, version), {
    outcome: 'conflict',
    fields: ['name'],
  });
  assert.is((await update({ name: 'Anna' }, {}, await versionOf('person'))).outcome, 'done');
});

test('a change of links alone changes the version, too', async () => {
  const version = await versionOf('person');
  assert.is((await update({ tags: [3] }, {}, version)).outcome, 'done');
  assert.is((await update({ tags: [1] }, {}, version)).outcome, 'conflict');
  assert.equal(await run(desk.database)`select tag_id::int from person_tag where person_id = 1`, [{ tag_id: 3 }]);
});

test("when it was last changed is kept by the door, and is nobody's to set", async () => {
  const change = (values: Values) => desk.change((tx) => desk.write().updateAny(tx, cause, task, '1', values));
  const isOld = async () => (await run(desk.database)`select from task where updated_at < '2021-01-01Z'`).length === 1;
  await change({ title: 'T' });
  assert.ok(await isOld());
  await change({ title: 'U' });
  assert.not.ok(await isOld());
  assert.equal(desk.takeEvents()[0]?.data, { before: { title: 'T' }, after: { title: 'U' } });
  assert.equal(mistakes(await change({ updatedAt: new Date() })), ['updatedAt: problem.notYours']);
});

test('a key stays what it is', async () => {
  const change = (values: Values) => desk.change((tx) => desk.write().updateAny(tx, cause, place, 'A', values));
  assert.equal(mistakes(await change({ code: 'C', name: 'New' })), ['code: problem.keyFixed']);
  assert.equal(mistakes(await change({ code: 'A', name: 'New' })), ['done']);
  const moved = await desk.change((tx) => desk.write().updateAny(tx, cause, leg, 'A,B', { origin: 'B', miles: 3 }));
  assert.equal(mistakes(moved), ['origin: problem.keyFixed']);
  assert.equal(mistakes(await update({ id: 2 })), ['id: problem.notYours']);
});

for (const [what, values, expected] of [
  ['NULL where none may be', { name: null }, ['name: problem.required']],
  ['a value that is taken', { email: 'bob@x.org' }, ['email: problem.taken']],
  ['a relation to nothing', { place: 'Z' }, ['place: problem.noSuchRow']],
  ['a link to nothing', { tags: [9] }, ['tags: problem.noSuchRow']],
  ['a name that does not exist', { nothing: 1 }, ['nothing: problem.unknownField']],
] as const) {
  test(`refused at its field, with nothing changed: ${what}`, async () => {
    assert.equal(mistakes(await update({ visits: 7, ...values })), expected);
    assert.equal(await run(desk.database)`select name, visits from person where id = 1`, [
      { name: 'Ann', visits: null },
    ]);
    assert.is((await run(desk.database)`select from person_tag where person_id = 1`).length, 2);
    assert.equal(desk.takeEvents(), []);
  });
}

test('a row that is not there, or not there for the actor, is missing', async () => {
  for (const key of ['99', 'x', '', '1,2', '01']) {
    const written = await desk.change((tx) => desk.write().updateAny(tx, cause, person, key, { name: 'Xx' }));
    assert.is(written.outcome, 'missing', key);
  }
  assert.is((await update({ name: 'Xx' }, { rows: { 'person view': sql.fragment`t.id > 1` } })).outcome, 'missing');
});

test('without the right to the model, to the field, to the old or to the new row nothing is changed', async () => {
  assert.is((await update({ name: 'Xx' }, { denied: ['person.change'] })).outcome, 'forbidden');
  assert.equal(mistakes(await update({ secret: 'x' }, { hidden: ['person.secret'] })), [
    'secret: problem.unknownField',
  ]);
  assert.equal(mistakes(await update({ secret: 'x' }, { hidden: ['person.secret change'] })), [
    'secret: problem.notYours',
  ]);
  const own = { rows: { 'person change': sql.fragment`t.place_code = 'A'` } };
  assert.is((await update({ place: 'B' }, own)).outcome, 'forbidden', 'it may not leave what is his');
  assert.is((await update({ place: null }, own)).outcome, 'forbidden');
  assert.is(
    (await update({ name: 'Xx' }, { rows: { 'person change': sql.fragment`t.place_code = 'B'` } })).outcome,
    'forbidden',
  );
  assert.is(
    (await update({ place: 'B' }, { rows: { 'person change': sql.fragment`t.place_code = 'B'` } })).outcome,
    'forbidden',
  );
  assert.equal(await run(desk.database)`select name, place_code, secret from person where id = 1`, [
    { name: 'Ann', place_code: 'A', secret: 's' },
  ]);
  assert.equal(desk.takeEvents(), []);
  assert.is((await update({ name: 'Xx' }, own)).outcome, 'done');
});

test('a row may go on pointing to one that the actor cannot see; it is a new one that he cannot choose', async () => {
  const rules = { rows: { place: sql.fragment`t.code = 'B'`, tag: sql.fragment`t.id = 3` } };
  assert.is((await update({ name: 'Xx', place: 'A', tags: [1, 2] }, rules)).outcome, 'done');
  assert.equal(mistakes(await update({ tags: [2, 1, 3] }, rules)), ['done']);
  assert.is((await update({ place: 'B' }, rules)).outcome, 'done');
  assert.equal(mistakes(await update({ place: 'A' }, rules)), ['place: problem.noSuchRow']);
  assert.equal(mistakes(await update({ tags: [3] }, rules)), ['done']);
  assert.equal(mistakes(await update({ tags: [3, 1] }, rules)), ['tags: problem.noSuchRow']);
});

test('typed code changes what it names', async () => {
  const done = await desk.change((tx) => desk.write().update(tx, cause, Person, '1', { level: 'chief' }));
  assert.is(done.outcome, 'done');
  const updatedAt = new Date('2022-02-02T00:00:00Z');
  await desk.change((tx) => desk.write().update(tx, cause, Task, '1', { title: 'V', updatedAt }));
  assert.is((await run(desk.database)`select from task where updated_at = '2022-02-02Z'`).length, 1);
  const same = await desk.change((tx) => desk.write().update(tx, cause, Place, 'A', { name: 'Alpha' }));
  assert.ok(same.outcome === 'done' && !same.changed);
});

test('two who change the same row at once: the second one gets a conflict', async () => {
  const version = await versionOf('person');
  const both = await Promise.all([update({ name: 'First' }, {}, version), update({ name: 'Second' }, {}, version)]);
  assert.equal(both.map((each) => each.outcome).sort(), ['conflict', 'done']);
  assert.is(desk.takeEvents().length, 1);
});

test('when recording the event fails, the row is as it was', async () => {
  const write = desk.write({}, { update: async () => Promise.reject(new Error('full')) });
  let failed = false;
  await desk
    .change((tx) => write.updateAny(tx, cause, person, '1', { name: 'Xx', tags: [] }))
    .catch(() => {
      failed = true;
    });
  assert.ok(failed);
  assert.equal(await run(desk.database)`select name from person where id = 1`, [{ name: 'Ann' }]);
  assert.is((await run(desk.database)`select from person_tag where person_id = 1`).length, 2);
});
