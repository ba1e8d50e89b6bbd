import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { suite } from '../../support/suite.ts';
import { contract, Leg, leg, Person, Place, person, place, run, Task, tag, task } from '../query/world.ts';
import { cause, type Desk, mistakes, openDesk, side } from './desk.ts';

const test = suite('adding a row');
let desk: Desk;

test.before(async () => {
  desk = await openDesk();
  await run(desk.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(desk.database)`insert into tag (name) values ('red'), ('green')`;
  await run(desk.database)`insert into person (name, email) values ('Boss', 'boss@x.org')`;
});
test.before.each(() => {
  desk.takeEvents();
});
test.after(() => desk.close());

test('it is stored with its links, and its event holds all of it', async () => {
  const written = await desk.change((tx) =>
    desk
      .write()
      .createAny(tx, cause, person, { name: 'Ann', place: 'A', salary: '12.5', tags: [2, 1, 2], born: '2001-02-03' }),
  );
  assert.is(written.outcome, 'done');
  if (written.outcome !== 'done') return;
  assert.equal([written.label, written.changed], ['Ann', true]);
  const [event, ...more] = desk.takeEvents();
  assert.is(more.length, 0);
  assert.is(event?.name, 'create');
  assert.equal(event?.subject, { model: 'person', key: written.key, label: 'Ann' });
  const after = side(event, 'after');
  assert.equal(
    [after.id, after.name, after.place, after.salary, after.level, after.active, after.boss, after.tags],
    [Number(written.key), 'Ann', 'A', '12.50', 'junior', true, null, [1, 2]],
  );
  assert.equal(
    await run(desk.database)`select tag_id::int from person_tag where person_id = ${written.key}::bigint order by 1`,
    [{ tag_id: 1 }, { tag_id: 2 }],
  );
});

test('keys of text and of several parts come back as addresses have them', async () => {
  const made = await desk.change((tx) => desk.write().create(tx, cause, Place, { code: 'C/1', name: 'Gamma' }));
  assert.equal(made, { outcome: 'done', key: 'C~2f1', label: 'C/1 · Gamma', changed: true });
  const pair = await desk.change((tx) => desk.write().create(tx, cause, Leg, { origin: 'A', destination: 'C/1' }));
  assert.is(pair.outcome === 'done' && pair.key, 'A,C~2f1');
});

for (const [what, model, values, expected] of [
  ['a missing value', person, {}, ['name: problem.required']],
  ['NULL where none may be', person, { name: null }, ['name: problem.required']],
  ['a text too short', person, { name: 'x' }, ['name: problem.tooShort']],
  ['a NUL', person, { name: 'a\0b' }, ['name: problem.notStorable']],
  ['a name that does not exist', person, { name: 'Ann', nmae: 1 }, ['nmae: problem.unknownField']],
  [
    'a name of the prototype',
    person,
    JSON.parse('{"name":"Ann","__proto__":1,"constructor":2}'),
    ['__proto__: problem.unknownField', 'constructor: problem.unknownField'],
  ],
  ['a generated key', person, { name: 'Ann', id: 99 }, ['id: problem.notYours']],
  [
    'a field that forms only show',
    task,
    { title: 'T', owner: 1, createdAt: new Date() },
    ['createdAt: problem.notYours'],
  ],
  ['a choice that is none', person, { name: 'Ann', level: 'god' }, ['level: problem.choice']],
  ['a value that is taken', person, { name: 'Ann', email: 'boss@x.org' }, ['email: problem.taken']],
  ['a key that is taken', place, { code: 'A', name: 'Again' }, ['code: problem.taken']],
  ['a relation to nothing', person, { name: 'Ann', place: 'ZZZ' }, ['place: problem.noSuchRow']],
  ['a link to nothing', person, { name: 'Ann', tags: [1, 999] }, ['tags: problem.noSuchRow']],
  ['links that are no list', person, { name: 'Ann', tags: 'red' }, ['tags: problem.list']],
  ['a negative amount', person, { name: 'Ann', salary: '-1' }, ['salary: problem.tooSmall']],
] as const) {
  test(`refused at its field: ${what}`, async () => {
    const written = await desk.change((tx) => desk.write().createAny(tx, cause, model, values));
    assert.equal(mistakes(written), expected);
    assert.equal(desk.takeEvents(), []);
    assert.is((await run(desk.database)`select from person where name = 'Ann' and salary is null`).length, 0);
  });
}

test('values taken together are told at each of their fields', async () => {
  await desk.change((tx) => desk.write().create(tx, cause, Task, { title: 'Twice', owner: 1 }));
  const again = await desk.change((tx) => desk.write().create(tx, cause, Task, { title: 'Twice', owner: 1 }));
  assert.equal(mistakes(again), ['owner: problem.takenTogether', 'title: problem.takenTogether']);
});

test('what the database alone knows comes back at the field, and the transaction goes on', async () => {
  const { database } = desk;
  await run(database)`alter table contract add constraint odd_number check (number <> 'odd')`;
  await run(database)`alter table contract add constraint contract_number_min check (length(number) < 9)`;
  await run(database)`create unique index contract_once on contract (lower(number))`;
  await run(
    database,
  )`alter table contract add constraint one_holder exclude (holder_id with =) where (number like 'X%')`;
  const outcomes = await desk.change(async (tx) => {
    const write = desk.write();
    const add = async (number: string) => mistakes(await write.createAny(tx, cause, contract, { number, holder: 1 }));
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
    ['(record): problem.constraint'],
    ['(record): problem.constraint'],
    ['(record): problem.constraint'],
    ['done'],
    ['holder: problem.overlaps'],
  ]);
  assert.is((await run(database)`select from contract`).length, 2);
});

test('a text that no index of its column can hold is too long', async () => {
  const noise = Array.from({ length: 6_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))).join(
    '',
  );
  const written = await desk.change((tx) => desk.write().createAny(tx, cause, tag, { name: noise }));
  assert.equal(mistakes(written), ['name: problem.tooLongToFind']);
});

test("nothing is added without the right to the model, nor to a field, nor a row outside of the actor's own", async () => {
  const add = (rules: Parameters<Desk['write']>[0], values: object) =>
    desk.change(async (tx) =>
      mistakes(await desk.write(rules).createAny(tx, cause, person, { name: 'Eve', ...values })),
    );
  assert.equal(await add({ denied: ['person.add'] }, {}), ['forbidden']);
  assert.equal(await add({ hidden: ['person.secret'] }, { secret: 'x' }), ['secret: problem.unknownField']);
  assert.equal(await add({ hidden: ['person.secret add'] }, { secret: 'x' }), ['secret: problem.notYours']);
  const own = { rows: { 'person add': sql.fragment`t.level = 'junior'` } };
  assert.equal(await add(own, { level: 'chief' }), ['forbidden']);
  assert.equal(
    await add({ rows: { 'person add': sql.fragment`t.email like 'x'` } }, {}),
    ['forbidden'],
    'a rule that is NULL',
  );
  assert.equal(await run(desk.database)`select from person where name = 'Eve'`, []);
  assert.equal(desk.takeEvents(), []);
  assert.equal(await add(own, {}), ['done']);
});

test('nobody points to a row that he could not have picked', async () => {
  const add = (rules: Parameters<Desk['write']>[0], values: object) =>
    desk.change(async (tx) =>
      mistakes(await desk.write(rules).createAny(tx, cause, person, { name: 'Eva', ...values })),
    );
  const rows = { place: sql.fragment`t.code = 'A'`, tag: sql.fragment`t.id = 1` };
  assert.equal(await add({ rows }, { place: 'B' }), ['place: problem.noSuchRow']);
  assert.equal(await add({ rows }, { tags: [1, 2] }), ['tags: problem.noSuchRow']);
  assert.equal(await add({ denied: ['place.view'] }, { place: 'A' }), ['place: problem.noSuchRow']);
  assert.equal(await add({ rows }, { place: 'A', tags: [1] }), ['done']);
});

test('code sets what forms only show', async () => {
  const createdAt = new Date('2020-01-01T00:00:00Z');
  const made = await desk.change((tx) => desk.write().create(tx, cause, Task, { title: 'Old', owner: 1, createdAt }));
  assert.is(made.outcome, 'done');
  assert.is((await run(desk.database)`select from task where created_at = '2020-01-01Z'`).length, 1);
  const numbered = await desk.change((tx) => desk.write().create(tx, cause, Person, { id: 1000, name: 'Given' }));
  assert.is(numbered.outcome === 'done' && numbered.key, '1000');
});

test('the label in the message holds no field that the actor may not see; the audit trail has all of it', async () => {
  const written = await desk.change((tx) =>
    desk.write({ hidden: ['tag.name view'] }).createAny(tx, cause, tag, { name: 'secret name' }),
  );
  assert.ok(written.outcome === 'done' && !written.label.includes('secret'));
  assert.is(desk.takeEvents()[0]?.subject?.label, 'secret name');
});

test('when recording the event fails, nothing stands', async () => {
  const write = desk.write({}, { create: async () => Promise.reject(new Error('the trail is full')) });
  const failed = await desk
    .change((tx) => write.createAny(tx, cause, tag, { name: 'lost' }))
    .then(
      () => '',
      (error: Error) => error.message,
    );
  assert.is(failed, 'the trail is full');
  assert.equal(await run(desk.database)`select from tag where name = 'lost'`, []);
});

test('a broken constraint of the audit trail is not told as a mistake in the form', async () => {
  const write = desk.write(
    {},
    { create: async (tx) => void (await run(tx)`insert into tag (id, name) values (1, 'again')`) },
  );
  const outcome = await desk
    .change((tx) => write.createAny(tx, cause, tag, { name: 'violet' }))
    .then(
      () => 'no error',
      () => 'error',
    );
  assert.is(outcome, 'error');
  assert.equal(await run(desk.database)`select from tag where name = 'violet'`, []);
});

test('a model of which the key is all that is given can be added, too', async () => {
  assert.equal(mistakes(await desk.change((tx) => desk.write().createAny(tx, cause, leg, {}))), [
    'destination: problem.required',
    'origin: problem.required',
  ]);
});
