import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { Values } from '../../../core/write/types.ts';
import { suite } from '../../support/suite.ts';
import { leg, Person, Place, person, place, type Rules, run, Task, task } from '../query/fixture.ts';
import { context, openWriteFixture, resultOf, type WriteFixture } from './write-fixture.ts';

const test = suite('updating a row');
let fixture: WriteFixture;

test.before(async () => {
  fixture = await openWriteFixture();
});
test.after(() => fixture.close());
test.before.each(async () => {
  await fixture.clear();
  await run(fixture.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(fixture.database)`insert into tag (name) values ('red'), ('green'), ('blue')`;
  await run(fixture.database)`insert into person (name, email, place_code, salary, secret, seen) values
    ('Ann', 'ann@x.org', 'A', 1.50, 's', '2026-01-01 00:00:00.123Z'), ('Bob', 'bob@x.org', null, null, null, now())`;
  await run(fixture.database)`insert into person_tag (person_id, tag_id) values (1, 1), (1, 2)`;
  await run(fixture.database)`insert into task (title, owner_id, updated_at) values ('T', 1, '2020-01-01Z')`;
  await run(fixture.database)`insert into leg (origin_code, destination_code) values ('A', 'B')`;
});

const update = (values: Values, rules: Rules = {}, version?: string) =>
  fixture.change((tx) => fixture.write(rules).updateAny(tx, context, person, '1', values, version));
const versionOf = async (table: 'person' | 'task') =>
  String(
    (
      await run(fixture.database)`select xmin::text as v from person where id = 1 and ${table} = 'person'
    union all select xmin::text from task where id = 1 and ${table} = 'task'`
    )[0]?.v,
  );

test('the event contains only the changed values, before and after', async () => {
  assert.equal(await update({ name: 'Anna', email: 'ann@x.org', place: 'B', tags: [3, 2] }), {
    outcome: 'done',
    key: '1',
    label: 'Anna',
    changed: true,
  });
  const [link, added, event, ...more] = fixture.takeEvents();
  assert.is(more.length, 0);
  assert.equal([added?.name, added?.subject?.key], ['create', '1,3'], 'a link row is added');
  assert.equal(
    [link?.name, link?.subject?.model, link?.subject?.key],
    ['delete', 'personTag', '1,1'],
    'a link row is deleted',
  );
  assert.is(event?.name, 'update');
  assert.equal(event?.subject, { model: 'person', key: '1', label: 'Anna' });
  assert.equal(event?.data, {
    before: { name: 'Ann', place: 'A', tags: [1, 2] },
    after: { name: 'Anna', place: 'B', tags: [2, 3] },
  });
});

test('values equal to the stored ones are not changes: nothing is written or recorded', async () => {
  const before = await versionOf('person');
  const seen = new Date('2026-01-01T00:00:00.123Z');
  const written = await update({ name: 'Ann', salary: '1.5', seen, tags: [2, 1], secret: 's' }, {}, 'of yesterday');
  assert.equal(written, { outcome: 'done', key: '1', label: 'Ann', changed: false });
  assert.is(await versionOf('person'), before);
  assert.equal(fixture.takeEvents(), []);
});

/** A row that a form would not accept, as other programs write it. */
async function withShortName(work: () => Promise<void>): Promise<void> {
  await run(fixture.database)`alter table person drop constraint person_name_min`;
  await run(fixture.database)`update person set name = 'X' where id = 1`;
  try {
    await work();
  } finally {
    await run(
      fixture.database,
    )`alter table person add constraint person_name_min check (char_length(name) >= 2) not valid`;
  }
}

test('a program can send back values that a field no longer accepts', () =>
  withShortName(async () => {
    assert.is((await update({ name: 'X', email: 'new@x.org' })).outcome, 'done');
    assert.is((await update({ name: 'Y' })).outcome, 'invalid', 'shorter than two characters');
  }));

test('a value that the actor cannot see is validated even if it equals the stored one', () =>
  withShortName(async () => {
    assert.is((await update({ name: 'X' }, { hidden: ['person.name view'] })).outcome, 'invalid');
  }));

test('a change since the row was read is a conflict that names the differing fields', async () => {
  const version = await versionOf('person');
  await run(fixture.database)`update person set name = 'Meanwhile', visits = 5 where id = 1`;
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

test('changing only links also changes the version', async () => {
  const version = await versionOf('person');
  assert.is((await update({ tags: [3] }, {}, version)).outcome, 'done');
  assert.is((await update({ tags: [1] }, {}, version)).outcome, 'conflict');
  assert.equal(await run(fixture.database)`select tag_id::int from person_tag where person_id = 1`, [{ tag_id: 3 }]);
});

test('updatedAt is set by every update, and cannot be set by forms', async () => {
  const change = (values: Values) => fixture.change((tx) => fixture.write().updateAny(tx, context, task, '1', values));
  const isOld = async () =>
    (await run(fixture.database)`select from task where updated_at < '2021-01-01Z'`).length === 1;
  await change({ title: 'T' });
  assert.ok(await isOld());
  await change({ title: 'U' });
  assert.not.ok(await isOld());
  assert.equal(fixture.takeEvents()[0]?.data, { before: { title: 'T' }, after: { title: 'U' } });
  assert.equal(resultOf(await change({ updatedAt: new Date() })), ['updatedAt: problem.forbidden']);
});

test('keys cannot be changed', async () => {
  const change = (values: Values) => fixture.change((tx) => fixture.write().updateAny(tx, context, place, 'A', values));
  assert.equal(resultOf(await change({ code: 'C', name: 'New' })), ['code: problem.keyReadOnly']);
  assert.equal(resultOf(await change({ code: 'A', name: 'New' })), ['done']);
  const moved = await fixture.change((tx) =>
    fixture.write().updateAny(tx, context, leg, 'A,B', { origin: 'B', miles: 3 }),
  );
  assert.equal(resultOf(moved), ['origin: problem.keyReadOnly']);
  assert.equal(resultOf(await update({ id: 2 })), ['id: problem.forbidden']);
});

for (const [what, values, expected] of [
  ['NULL in a required field', { name: null }, ['name: problem.required']],
  ['a value that is taken', { email: 'bob@x.org' }, ['email: problem.notUnique']],
  ['a relation to a missing row', { place: 'Z' }, ['place: problem.noSuchRow']],
  ['a link to a missing row', { tags: [9] }, ['tags: problem.noSuchRow']],
  ['a name that does not exist', { nothing: 1 }, ['nothing: problem.unknownField']],
] as const) {
  test(`rejected at its field, with nothing changed: ${what}`, async () => {
    assert.equal(resultOf(await update({ visits: 7, ...values })), expected);
    assert.equal(await run(fixture.database)`select name, visits from person where id = 1`, [
      { name: 'Ann', visits: null },
    ]);
    assert.is((await run(fixture.database)`select from person_tag where person_id = 1`).length, 2);
    assert.equal(fixture.takeEvents(), []);
  });
}

test('a row that does not exist or is hidden from the actor is missing', async () => {
  for (const key of ['99', 'x', '', '1,2', '01']) {
    const written = await fixture.change((tx) => fixture.write().updateAny(tx, context, person, key, { name: 'Xx' }));
    assert.is(written.outcome, 'missing', key);
  }
  assert.is((await update({ name: 'Xx' }, { rows: { 'person view': sql.fragment`t.id > 1` } })).outcome, 'missing');
});

test('updating requires permission for the model, the fields, the old row and the new row', async () => {
  assert.is((await update({ name: 'Xx' }, { denied: ['person.change'] })).outcome, 'forbidden');
  assert.equal(resultOf(await update({ secret: 'x' }, { hidden: ['person.secret'] })), [
    'secret: problem.unknownField',
  ]);
  assert.equal(resultOf(await update({ secret: 'x' }, { hidden: ['person.secret change'] })), [
    'secret: problem.forbidden',
  ]);
  const own = { rows: { 'person change': sql.fragment`t.place_code = 'A'` } };
  assert.is((await update({ place: 'B' }, own)).outcome, 'forbidden', 'the new row must match the row rule, too');
  assert.is((await update({ place: null }, own)).outcome, 'forbidden');
  assert.is(
    (await update({ name: 'Xx' }, { rows: { 'person change': sql.fragment`t.place_code = 'B'` } })).outcome,
    'forbidden',
  );
  assert.is(
    (await update({ place: 'B' }, { rows: { 'person change': sql.fragment`t.place_code = 'B'` } })).outcome,
    'forbidden',
  );
  assert.equal(await run(fixture.database)`select name, place_code, secret from person where id = 1`, [
    { name: 'Ann', place_code: 'A', secret: 's' },
  ]);
  assert.equal(fixture.takeEvents(), []);
  assert.is((await update({ name: 'Xx' }, own)).outcome, 'done');
});

test('a row keeps references to rows that the actor cannot see, but cannot get new ones', async () => {
  const rules = { rows: { place: sql.fragment`t.code = 'B'`, tag: sql.fragment`t.id = 3` } };
  assert.is((await update({ name: 'Xx', place: 'A', tags: [1, 2] }, rules)).outcome, 'done');
  assert.equal(resultOf(await update({ tags: [2, 1, 3] }, rules)), ['done']);
  assert.equal(resultOf(await update({ place: 'B' }, rules)), ['place: problem.hiddenReference']);
  assert.equal(resultOf(await update({ tags: [3] }, rules)), ['done']);
  assert.is((await update({ place: 'B', tags: [3] })).outcome, 'done');
  assert.equal(resultOf(await update({ place: 'A' }, rules)), ['place: problem.noSuchRow']);
  assert.equal(resultOf(await update({ tags: [3, 1] }, rules)), ['tags: problem.noSuchRow']);
});

test('code changes only the fields that it names', async () => {
  const done = await fixture.change((tx) => fixture.write().update(tx, context, Person, '1', { level: 'chief' }));
  assert.is(done.outcome, 'done');
  const updatedAt = new Date('2022-02-02T00:00:00Z');
  await fixture.change((tx) => fixture.write().update(tx, context, Task, '1', { title: 'V', updatedAt }));
  assert.is((await run(fixture.database)`select from task where updated_at = '2022-02-02Z'`).length, 1);
  const same = await fixture.change((tx) => fixture.write().update(tx, context, Place, 'A', { name: 'Alpha' }));
  assert.ok(same.outcome === 'done' && !same.changed);
});

test('of two concurrent updates of the same row, the second gets a conflict', async () => {
  const version = await versionOf('person');
  const both = await Promise.all([update({ name: 'First' }, {}, version), update({ name: 'Second' }, {}, version)]);
  assert.equal(both.map(({ outcome }) => outcome).sort(), ['conflict', 'done']);
  assert.is(fixture.takeEvents().length, 1);
});

test('when recording the event fails, the row is unchanged', async () => {
  const write = fixture.write({}, { update: async () => Promise.reject(new Error('full')) });
  let failed = false;
  await fixture
    .change((tx) => write.updateAny(tx, context, person, '1', { name: 'Xx', tags: [] }))
    .catch(() => {
      failed = true;
    });
  assert.ok(failed);
  assert.equal(await run(fixture.database)`select name from person where id = 1`, [{ name: 'Ann' }]);
  assert.is((await run(fixture.database)`select from person_tag where person_id = 1`).length, 2);
});

test('a constraint on a hidden field reveals neither its name nor that values are equal (F14)', async () => {
  await run(fixture.database)`insert into task (title, owner_id) values ('T', 2)`;
  const move = (rules: Rules) =>
    fixture.change((tx) => fixture.write(rules).updateAny(tx, context, task, '1', { owner: 2 }));
  assert.equal(resultOf(await move({})), ['owner: problem.notUniqueTogether', 'title: problem.notUniqueTogether']);
  for (const hidden of [['task.title'], ['task.title view']]) {
    const written = await move({ hidden });
    assert.equal(resultOf(written), ['(record): problem.constraint'], hidden.join());
    assert.not.match(JSON.stringify(written), /title/i);
  }
  const create = await fixture.change((tx) =>
    fixture.write({ hidden: ['person.email'] }).createAny(tx, context, person, { name: 'Cy' }),
  );
  assert.is(create.outcome, 'done');
});

test('adding and removing link rows of a many-to-many requires separate permissions and records separate events (F12)', async () => {
  const tags = async () => (await run(fixture.database)`select tag_id from person_tag where person_id = 1`).length;
  const noAdd = { denied: ['personTag.add'] };
  const noDelete = { denied: ['personTag.delete'] };
  assert.equal(resultOf(await update({ tags: [1, 2, 3] }, noAdd)), ['tags: problem.forbidden']);
  assert.equal(resultOf(await update({ tags: [1] }, noDelete)), ['tags: problem.forbidden']);
  const create = await fixture.change((tx) =>
    fixture.write(noAdd).createAny(tx, context, person, { name: 'Cy', tags: [1] }),
  );
  assert.equal(resultOf(create), ['tags: problem.forbidden']);
  assert.is(await tags(), 2);
  fixture.takeEvents();
  assert.is((await update({ tags: [1, 3] })).outcome, 'done');
  assert.equal(
    fixture.takeEvents().map(({ name, subject }) => `${name} ${subject?.model}`),
    ['delete personTag', 'create personTag', 'update person'],
  );
});
