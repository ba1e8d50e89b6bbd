import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { problemsOfRejection } from '../../../core/write/rejections.ts';
import { failureOf } from '../../support/failure.ts';
import { incompressibleText } from '../../support/incompressible-text.ts';
import { suite } from '../../support/suite.ts';
import { contract, Leg, leg, Person, Place, person, place, run, Task, tag, task } from '../query/fixture.ts';
import { context, openWriteFixture, resultOf, snapshotIn, type WriteFixture } from './write-fixture.ts';

const test = suite('creating a row');
let fixture: WriteFixture;

test.before(async () => {
  fixture = await openWriteFixture();
  await run(fixture.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(fixture.database)`insert into tag (name) values ('red'), ('green')`;
  await run(fixture.database)`insert into person (name, email) values ('Boss', 'boss@x.org')`;
});
test.before.each(() => {
  fixture.takeEvents();
});
test.after(() => fixture.close());

test('it is stored with its links, and its event contains all values', async () => {
  const written = await fixture.change((tx) =>
    fixture
      .write()
      .createAny(tx, context, person, { name: 'Ann', place: 'A', salary: '12.5', tags: [2, 1, 2], born: '2001-02-03' }),
  );
  assert.is(written.outcome, 'done');
  if (written.outcome !== 'done') return;
  assert.equal([written.label, written.changed], ['Ann', true]);
  const [event, ...more] = fixture.takeEvents();
  assert.equal(
    more.map(({ name, subject }) => [name, subject?.model]),
    [
      ['create', 'personTag'],
      ['create', 'personTag'],
    ],
  );
  assert.is(event?.name, 'create');
  assert.equal(event?.subject, { model: 'person', key: written.key, label: 'Ann' });
  const after = snapshotIn(event, 'after');
  assert.equal(
    [after.id, after.name, after.place, after.salary, after.level, after.active, after.boss, after.tags],
    [Number(written.key), 'Ann', 'A', '12.50', 'junior', true, null, [1, 2]],
  );
  assert.equal(
    await run(fixture.database)`select tag_id::int from person_tag where person_id = ${written.key}::bigint order by 1`,
    [{ tag_id: 1 }, { tag_id: 2 }],
  );
});

test('text keys and composite keys are returned as in URLs', async () => {
  const created = await fixture.change((tx) =>
    fixture.write().create(tx, context, Place, { code: 'C/1', name: 'Gamma' }),
  );
  assert.equal(created, { outcome: 'done', key: 'C~2f1', label: 'C/1 · Gamma', changed: true });
  const pair = await fixture.change((tx) =>
    fixture.write().create(tx, context, Leg, { origin: 'A', destination: 'C/1' }),
  );
  assert.is(pair.outcome === 'done' && pair.key, 'A,C~2f1');
});

for (const [what, model, values, expected] of [
  ['a missing value', person, {}, ['name: problem.required']],
  ['NULL in a required field', person, { name: null }, ['name: problem.required']],
  ['a text that is too short', person, { name: 'x' }, ['name: problem.tooShort']],
  ['a NUL', person, { name: 'a\0b' }, ['name: problem.notStorable']],
  ['a name that does not exist', person, { name: 'Ann', nmae: 1 }, ['nmae: problem.unknownField']],
  [
    'a name of the prototype',
    person,
    JSON.parse('{"name":"Ann","__proto__":1,"constructor":2}'),
    ['__proto__: problem.unknownField', 'constructor: problem.unknownField'],
  ],
  ['a generated key', person, { name: 'Ann', id: 99 }, ['id: problem.forbidden']],
  ['a read-only field', task, { title: 'T', owner: 1, createdAt: new Date() }, ['createdAt: problem.forbidden']],
  ['an unknown choice', person, { name: 'Ann', level: 'god' }, ['level: problem.choice']],
  ['a value that is taken', person, { name: 'Ann', email: 'boss@x.org' }, ['email: problem.notUnique']],
  ['a key that is taken', place, { code: 'A', name: 'Again' }, ['code: problem.notUnique']],
  ['a relation to a missing row', person, { name: 'Ann', place: 'ZZZ' }, ['place: problem.noSuchRow']],
  ['a link to a missing row', person, { name: 'Ann', tags: [1, 999] }, ['tags: problem.noSuchRow']],
  ['links that are not a list', person, { name: 'Ann', tags: 'red' }, ['tags: problem.list']],
  ['a negative amount', person, { name: 'Ann', salary: '-1' }, ['salary: problem.tooSmall']],
] as const) {
  test(`rejected at its field: ${what}`, async () => {
    const written = await fixture.change((tx) => fixture.write().createAny(tx, context, model, values));
    assert.equal(resultOf(written), expected);
    assert.equal(fixture.takeEvents(), []);
    assert.is((await run(fixture.database)`select from person where name = 'Ann' and salary is null`).length, 0);
  });
}

test('values that are unique together are reported at each of their fields', async () => {
  await fixture.change((tx) => fixture.write().create(tx, context, Task, { title: 'Twice', owner: 1 }));
  const again = await fixture.change((tx) => fixture.write().create(tx, context, Task, { title: 'Twice', owner: 1 }));
  assert.equal(resultOf(again), ['owner: problem.notUniqueTogether', 'title: problem.notUniqueTogether']);
});

test('rejections by constraints of the database are reported at the field, and the transaction continues', async () => {
  const { database } = fixture;
  await run(database)`alter table contract add constraint odd_number check (number <> 'odd')`;
  await run(database)`alter table contract add constraint contract_number_min check (length(number) < 9)`;
  await run(database)`create unique index contract_once on contract (lower(number))`;
  await run(
    database,
  )`alter table contract add constraint one_holder exclude (holder_id with =) where (number like 'X%')`;
  const outcomes = await fixture.change(async (tx) => {
    const write = fixture.write();
    const add = async (number: string) => resultOf(await write.createAny(tx, context, contract, { number, holder: 1 }));
    return [
      await add('Fine'),
      await add('odd'),
      await add('far too long'),
      await add('FINE'),
      await add('X1'),
      await add('X2'),
    ];
  });
  assert.equal(outcomes, [
    ['done'],
    ['number: problem.ruleName'],
    ['number: problem.ruleName'],
    ['number: problem.notUnique'],
    ['done'],
    ['holder: problem.overlaps'],
  ]);
  assert.is((await run(database)`select from contract`).length, 2);
  await run(database)`drop index contract_once`;
});

test('text that is too large for an index on its column is reported as too long', async () => {
  const written = await fixture.change((tx) =>
    fixture.write().createAny(tx, context, tag, { name: incompressibleText(6_000) }),
  );
  assert.equal(resultOf(written), ['name: problem.tooLongToFind']);
});

test('creating requires permission for the model and each field, and row rules that allow the row', async () => {
  const add = (rules: Parameters<WriteFixture['write']>[0], values: object) =>
    fixture.change(async (tx) =>
      resultOf(await fixture.write(rules).createAny(tx, context, person, { name: 'Eve', ...values })),
    );
  assert.equal(await add({ denied: ['person.add'] }, {}), ['forbidden']);
  assert.equal(await add({ hidden: ['person.secret'] }, { secret: 'x' }), ['secret: problem.unknownField']);
  assert.equal(await add({ hidden: ['person.secret add'] }, { secret: 'x' }), ['secret: problem.forbidden']);
  const own = { rows: { 'person add': sql.fragment`t.level = 'junior'` } };
  assert.equal(await add(own, { level: 'chief' }), ['forbidden']);
  assert.equal(
    await add({ rows: { 'person add': sql.fragment`t.email like 'x'` } }, {}),
    ['forbidden'],
    'a rule that is NULL',
  );
  assert.equal(await run(fixture.database)`select from person where name = 'Eve'`, []);
  assert.equal(fixture.takeEvents(), []);
  assert.equal(await add(own, {}), ['done']);
});

test('a row cannot reference rows that the actor cannot select', async () => {
  const add = (rules: Parameters<WriteFixture['write']>[0], values: object) =>
    fixture.change(async (tx) =>
      resultOf(await fixture.write(rules).createAny(tx, context, person, { name: 'Eva', ...values })),
    );
  const rows = { place: sql.fragment`t.code = 'A'`, tag: sql.fragment`t.id = 1` };
  assert.equal(await add({ rows }, { place: 'B' }), ['place: problem.noSuchRow']);
  assert.equal(await add({ rows }, { tags: [1, 2] }), ['tags: problem.noSuchRow']);
  assert.equal(await add({ denied: ['place.view'] }, { place: 'A' }), ['place: problem.noSuchRow']);
  assert.equal(await add({ rows }, { place: 'A', tags: [1] }), ['done']);
});

test('code can set read-only fields', async () => {
  const createdAt = new Date('2020-01-01T00:00:00Z');
  const created = await fixture.change((tx) =>
    fixture.write().create(tx, context, Task, { title: 'Old', owner: 1, createdAt }),
  );
  assert.is(created.outcome, 'done');
  assert.is((await run(fixture.database)`select from task where created_at = '2020-01-01Z'`).length, 1);
  const numbered = await fixture.change((tx) =>
    fixture.write().create(tx, context, Person, { id: 1000, name: 'Given' }),
  );
  assert.is(numbered.outcome === 'done' && numbered.key, '1000');
});

test('the label in the message omits fields that the actor cannot see; the audit trail has the full label', async () => {
  const written = await fixture.change((tx) =>
    fixture.write({ hidden: ['tag.name view'] }).createAny(tx, context, tag, { name: 'secret name' }),
  );
  assert.ok(written.outcome === 'done' && !written.label.includes('secret'));
  assert.is(fixture.takeEvents()[0]?.subject?.label, 'secret name');
});

test('when recording the event fails, everything is rolled back', async () => {
  const write = fixture.write({}, { create: async () => Promise.reject(new Error('the trail is full')) });
  const failed = await fixture
    .change((tx) => write.createAny(tx, context, tag, { name: 'lost' }))
    .then(
      () => '',
      (error: Error) => error.message,
    );
  assert.is(failed, 'the trail is full');
  assert.equal(await run(fixture.database)`select from tag where name = 'lost'`, []);
});

test('a constraint violation in an event handler is not reported as a problem of the form', async () => {
  const write = fixture.write(
    {},
    { create: async (tx) => void (await run(tx)`insert into tag (id, name) values (1, 'again')`) },
  );
  const outcome = await fixture
    .change((tx) => write.createAny(tx, context, tag, { name: 'violet' }))
    .then(
      () => 'no error',
      () => 'error',
    );
  assert.is(outcome, 'error');
  assert.equal(await run(fixture.database)`select from tag where name = 'violet'`, []);
});

test('a row of a model with only key fields can be created', async () => {
  assert.equal(resultOf(await fixture.change((tx) => fixture.write().createAny(tx, context, leg, {}))), [
    'destination: problem.required',
    'origin: problem.required',
  ]);
});

test('messages do not name fields that the actor cannot see (F14)', async () => {
  const { database } = fixture;
  await run(database)`create unique index task_hidden on task (effort, title)`;
  const write = fixture.write({ hidden: ['task.effort view'] });
  const add = () => fixture.change((tx) => write.createAny(tx, context, task, { title: 'Same', owner: 1, effort: 5 }));
  await run(database)`alter table task drop constraint if exists task_owner_id_title_key`;
  assert.equal(resultOf(await add()), ['done']);
  assert.equal(resultOf(await add()), ['(record): problem.constraint']);
  await run(database)`drop index task_hidden`;
});

test('violations detected at COMMIT are thrown with their problems (T27)', async () => {
  const { database } = fixture;
  await run(database)`alter table contract add constraint late unique (number) deferrable initially deferred`;
  await run(database)`alter table contract drop constraint if exists contract_number_key`;
  await run(database)`drop index if exists contract_once`;
  const add = () =>
    fixture.change((tx) => fixture.write().createAny(tx, context, contract, { number: 'Late', holder: 1 }));
  assert.equal(resultOf(await add()), ['done']);
  const error = await failureOf(add());
  assert.ok(error instanceof RustioError && error.code === 'RIO-WRITE-REJECTED' && error.status === 422);
  assert.equal(
    problemsOfRejection(error)?.map(({ field, issue }) => [field, issue.key]),
    [['number', 'problem.notUnique']],
  );
});
