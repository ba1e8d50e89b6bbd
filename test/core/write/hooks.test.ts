// Hooks of plugins around changes, through `app.write`.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import type { Transaction } from '../../../core/database/pool.ts';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import type { Problem } from '../../../core/model/issue.ts';
import type { AnyModel } from '../../../core/model/model.ts';
import { createEvents } from '../../../core/write/events.ts';
import { hooksFor, type ModelHook } from '../../../core/write/hooks.ts';
import { createWrite } from '../../../core/write/write.ts';
import { suite } from '../../support/suite.ts';
import {
  models,
  Person,
  PersonTag,
  Place,
  personTag,
  policyWith,
  type Rules,
  run,
  Tag,
  Task,
} from '../query/fixture.ts';
import { context, openWriteFixture, resultOf, type WriteFixture } from './write-fixture.ts';

const test = suite('hooks of models');
let fixture: WriteFixture;
let events: string[] = [];
let warnings: object[] = [];
test.before(async () => {
  fixture = await openWriteFixture();
});
test.before.each(async () => {
  await fixture.clear();
  events = [];
  warnings = [];
  await run(fixture.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(fixture.database)`
    insert into person (name, email, boss_id, place_code, secret) values
      ('Ann', 'ann@x.org', null, 'A', 's'), ('Bob', null, 1, null, null), ('Cid', null, 1, null, null)
  `;
  await run(fixture.database)`insert into tag (name) values ('one'), ('two')`;
  await run(fixture.database)`insert into person_tag (person_id, tag_id) values (1, 1), (1, 2)`;
  await run(fixture.database)`insert into task (title, owner_id, part_id) values ('T1', 1, null), ('T2', 1, 1)`;
});
test.after(() => fixture.close());

/** `app.write` of an application whose plugins have these hooks. */
function writing(hooks: readonly ModelHook[], rules: Rules = {}) {
  const names = new Set(['create', 'update', 'delete']);
  const recorded = createEvents(names, [
    {
      '*': async (_tx, { name, subject }) => {
        events.push(`${name} ${subject?.model} ${subject?.key}`);
      },
    },
  ]);
  const log = { warn: (facts: object) => void warnings.push(facts) };
  const owned = hooks.map((hook, at) => ({ ...hook, owner: `plugin-${at + 1}`, log }));
  return createWrite({ models, policy: policyWith(rules), events: recorded, hooks: owned });
}

type Update = Parameters<ReturnType<typeof writing>['update']>[4];
const change = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => fixture.change(work);
const update = (hooks: readonly ModelHook[], values: Update, key = '1', rules: Rules = {}) =>
  change((tx) => writing(hooks, rules).update(tx, context, Person, key, values));
const create = (hooks: readonly ModelHook[], name: string) =>
  change((tx) => writing(hooks).create(tx, context, Person, { name }));
const remove = (hooks: readonly ModelHook[], model: AnyModel, key: string, rules: Rules = {}) =>
  change((tx) => writing(hooks, rules).remove(tx, context, model, key));
const problem = <F extends string | undefined>(
  field: F,
  key: string,
): { problems: readonly Problem<F & string>[] } => ({
  problems: [{ field, issue: { key } }],
});
const personNow = async (key: number) => (await run(fixture.database)`select * from person where id = ${key}`)[0];

test('a problem of an unknown field is attributed to the record and reported in the log', async () => {
  // @ts-expect-error the model has no such field
  const typed = hooksFor(Person, { beforeValidate: () => problem('emial', 'one') });
  const untyped = hooksFor('*', { beforeDelete: () => problem('title', 'two') });
  assert.equal(resultOf(await update([typed], { name: 'Anna' })), ['(record): one']);
  assert.equal(await remove([untyped], Person, '2'), {
    outcome: 'rejected',
    problems: [{ field: undefined, issue: { key: 'two' } }],
  });
  assert.equal(warnings, [
    { plugin: 'plugin-1', hook: 'beforeValidate', model: 'person', field: 'emial' },
    { plugin: 'plugin-1', hook: 'beforeDelete', model: 'person', field: 'title' },
  ]);
});

test('beforeValidate sees the actor, the old row and the requested values, and its values are validated, too', async () => {
  const seen: unknown[] = [];
  const hook = hooksFor(Person, {
    beforeValidate: (_tx, { context, action, key, old, values }) => {
      seen.push([context.actor.name, action, key, old?.name, old?.email, values.name]);
      return { values: { name: values.name?.trim() ?? '' } };
    },
  });
  assert.is((await update([hook], { name: '  Anna  ' })).outcome, 'done');
  assert.equal(seen, [['somebody', 'update', '1', 'Ann', 'ann@x.org', '  Anna  ']]);
  assert.is((await personNow(1))?.name, 'Anna');
  assert.equal(resultOf(await update([hook], { name: ' A ' })), ['name: problem.tooShort']);
});

test('the old row is locked before anything is validated', async () => {
  let lockError: unknown;
  const hook = hooksFor(Person, {
    beforeValidate: async () => {
      const others = { applicationName: 'tests' };
      lockError = await withPlainConnection(
        fixture.database.url,
        (client) => client.query('select from person where id = 1 for update nowait'),
        others,
      ).catch((error: unknown) => error);
    },
  });
  assert.equal(resultOf(await update([hook], { name: 'x' })), ['name: problem.tooShort']);
  assert.match(String(lockError), 'could not obtain lock');
});

test('a new row: values of both steps are stored, even in fields without a requested value', async () => {
  const hook = hooksFor(Person, {
    beforeValidate: () => ({ values: { visits: 3 } }),
    beforeSave: (_tx, { old, key, values }) => ({ values: { salary: `${values.visits}.50`, secret: `${key} ${old}` } }),
  });
  assert.is((await create([hook], 'Dan')).outcome, 'done');
  const row = await personNow(4);
  assert.equal([row?.visits, row?.salary, row?.secret], [3, '3.50', 'undefined undefined']);
});

test('an invalid value from beforeSave is a problem at its field, and nothing is written', async () => {
  const hook = hooksFor(Person, { beforeSave: () => ({ values: { name: 'x' } }) });
  assert.equal(resultOf(await update([hook], { visits: 1 })), ['name: problem.tooShort']);
  assert.equal(resultOf(await create([hook], 'Dan')), ['name: problem.tooShort']);
  assert.equal([await fixture.countRows('person'), (await personNow(1))?.visits, events], [3, null, []]);
});

test('problems of all hooks and of the validation are reported together, at their fields', async () => {
  const first = hooksFor(Person, { beforeValidate: () => problem('email', 'one') });
  const second = hooksFor('*', { beforeValidate: () => problem(undefined, 'two') });
  assert.equal(resultOf(await update([first, second], { name: 'x' })), [
    '(record): two',
    'email: one',
    'name: problem.tooShort',
  ]);
});

test('beforeSave receives only changed values, and does not run if nothing changed', async () => {
  const seen: unknown[] = [];
  const hook = hooksFor(Person, {
    beforeSave: (_tx, { values }) => void seen.push(values),
    afterCommit: () => void seen.push('committed'),
  });
  const unchanged = await update([hook], { name: 'Ann', secret: 's' });
  assert.equal(unchanged, { outcome: 'done', key: '1', label: 'Ann', changed: false });
  assert.equal(seen, []);
  await update([hook], { name: 'Ann', visits: 7 });
  assert.equal(seen, [{ visits: 7 }, 'committed']);
});

test('values that hooks set are part of the event and of the change in afterCommit', async () => {
  const seen: unknown[] = [];
  const hook = hooksFor(Person, {
    beforeSave: () => ({ values: { visits: 9 } }),
    afterCommit: ({ key, old, row, values }) => void seen.push([key, old?.visits, row?.visits, row?.name, values]),
  });
  await update([hook], { name: 'Anna' });
  assert.equal(seen, [['1', null, 9, 'Anna', { name: 'Anna', visits: 9 }]]);
  assert.equal(events, ['update person 1']);
});

test('a hook that reverts the change leaves the record unchanged', async () => {
  const hook = hooksFor(Person, { beforeSave: (_tx, { old }) => ({ values: { name: old?.name ?? '' } }) });
  const written = await update([hook], { name: 'Anna' });
  assert.equal(written, { outcome: 'done', key: '1', label: 'Ann', changed: false });
  assert.equal(events, []);
});

test('hooks run in the order of their plugins, and each sees the values set by those before it', async () => {
  const order: string[] = [];
  const step =
    (name: string) =>
    (_tx: Transaction, { values }: { values: { secret?: string | null } }) => {
      order.push(`${name} ${values.secret ?? ''}`);
      return { values: { secret: `${values.secret ?? ''}${name}` } };
    };
  await update(
    [
      hooksFor(Person, { beforeValidate: step('a') }),
      hooksFor(Task, { beforeValidate: () => assert.unreachable('a hook of another model') }),
      hooksFor('*', { beforeValidate: step('b') }),
      hooksFor(Person, { beforeValidate: step('c') }),
    ],
    { secret: '-' },
  );
  assert.equal(order, ['a -', 'b -a', 'c -ab']);
  assert.is((await personNow(1))?.secret, '-abc');
});

test("hooks can set fields that the actor cannot; the actor's permissions apply to the requested values", async () => {
  const hook = hooksFor(Person, { beforeSave: () => ({ values: { secret: 'by the hook', place: 'B' } }) });
  const rules = { hidden: ['person.secret'], denied: ['place.view'] };
  assert.is((await update([hook], { visits: 1 }, '1', rules)).outcome, 'done');
  assert.equal([(await personNow(1))?.secret, (await personNow(1))?.place_code], ['by the hook', 'B']);
  assert.equal(resultOf(await update([hook], { secret: 'x' }, '1', rules)), ['secret: problem.unknownField']);
  assert.equal(resultOf(await update([], { place: 'A' }, '1', rules)), ['place: problem.noSuchRow']);
});

test('a hook that returns the values it received grants the actor nothing: only values that it changes count as its own', async () => {
  const echo = hooksFor(Person, {
    beforeValidate: (_tx, { values }) => ({ values: { ...values, visits: 7 } }),
    beforeSave: (_tx, { values }) => ({ values: { ...values } }),
  });
  const rules: Rules = { rows: { place: sql.fragment`t.code <> 'B'` } };
  const out = await change((tx) => writing([echo], rules).update(tx, context, Person, '1', { place: 'B' }));
  assert.equal(resultOf(out), ['place: problem.noSuchRow']);
  const added = await change((tx) => writing([echo], rules).create(tx, context, Person, { name: 'Dan', place: 'B' }));
  assert.equal(resultOf(added), ['place: problem.noSuchRow']);
  assert.is((await update([echo], { place: 'A', name: 'Anna' }, '1', rules)).outcome, 'done');
  assert.equal([(await personNow(1))?.visits, (await personNow(1))?.name], [7, 'Anna']);
});

test('hooks can change neither keys nor unknown fields', async () => {
  const key = hooksFor(Place, { beforeSave: () => ({ values: { code: 'Z' } }) });
  const moved = await change((tx) => writing([key]).update(tx, context, Place, 'A', { name: 'New' }));
  assert.equal(resultOf(moved), ['code: problem.keyReadOnly']);
  const unknown = hooksFor('*', { beforeValidate: () => ({ values: { nothing: 1 } }) });
  assert.equal(resultOf(await update([unknown], { visits: 1 })), ['nothing: problem.unknownField']);
});

test('what hooks wrote is undone when the change is rejected, and the transaction continues', async () => {
  const committed: string[] = [];
  const hook = hooksFor(Person, {
    beforeValidate: async (tx) => {
      await tx.query(sql.unsafe`insert into tag (name) values ('from a hook')`);
      tx.afterCommit(() => void committed.push('from a hook'));
    },
    afterCommit: () => void committed.push('change'),
  });
  await change(async (tx) => {
    const written = await writing([hook]).update(tx, context, Person, '1', { name: 'x' });
    assert.is(written.outcome, 'invalid');
    await tx.query(sql.unsafe`insert into tag (name) values ('of the caller')`);
  });
  assert.equal(committed, []);
  assert.equal(
    (await run(fixture.database)`select name from tag order by id`).map(({ name }) => name),
    ['one', 'two', 'of the caller'],
  );
  await update([hook], { name: 'Anna' });
  assert.equal(committed, ['from a hook', 'change']);
});

test('afterCommit does not run when the transaction is rolled back', async () => {
  const seen: string[] = [];
  const hook = hooksFor(Person, { afterCommit: () => void seen.push('committed') });
  const failed = change(async (tx) => {
    await writing([hook]).update(tx, context, Person, '1', { name: 'Anna' });
    throw new Error('later');
  });
  await failed.catch(() => {});
  assert.equal(seen, []);
});

test('a hook that throws rolls everything back, and the error names its plugin', async () => {
  for (const step of ['beforeValidate', 'beforeSave'] as const) {
    const hook = hooksFor(Person, {
      [step]: async (tx: Transaction) => {
        // Not a problem of the form: the statement is the plugin's own.
        await tx.query(sql.unsafe`insert into tag (name) values ('one')`);
      },
    });
    const error = await update([hooksFor(Person, {}), hook], { name: 'Anna' }).catch((thrown: unknown) => thrown);
    assert.instance(error, RustioError);
    assert.ok(error instanceof RustioError && error.code === 'RIO-PLUGIN-HOOK');
    assert.match(error.message, `"plugin-2" failed in \`hooks\`, in \`${step}\` for person`);
    assert.is((await personNow(1))?.name, 'Ann');
  }
  const failing = hooksFor(Tag, {
    beforeDelete: async (tx) => {
      await tx.query(sql.unsafe`insert into tag (name) values ('two')`);
    },
  });
  const error = await remove([failing], Tag, '1').catch((thrown: unknown) => thrown);
  assert.match(String(error), '"plugin-1" failed in `hooks`, in `beforeDelete` for tag');
  assert.is(await fixture.countRows('tag'), 2);
});

test('beforeDelete can prevent a deletion, with reasons', async () => {
  const hook = hooksFor(Tag, {
    beforeDelete: (_tx, { old, key, action, values }) => {
      assert.equal([action, key, old?.name, values], ['delete', '1', 'one', {}]);
      return problem('name', 'needed');
    },
  });
  assert.equal(await remove([hook], Tag, '1'), {
    outcome: 'rejected',
    problems: [{ field: 'name', issue: { key: 'needed' } }],
  });
  assert.equal([await fixture.countRows('tag'), events], [2, []]);
});

test('hooks run for rows deleted by cascade, and one of them can reject the whole deletion', async () => {
  const deletions: string[] = [];
  const after: unknown[] = [];
  const listen = hooksFor('*', {
    beforeDelete: (_tx, { model, key }) => void deletions.push(`${model.name} ${key}`),
    afterCommit: ({ model, action, key, old, row }) =>
      void after.push(`${action} ${model.name} ${key} ${old === undefined} ${row === undefined}`),
  });
  const keep = hooksFor(Task, {
    beforeDelete: (_tx, { old }) => (old?.title === 'T2' ? problem(undefined, 'kept') : undefined),
  });
  const rejected = await remove([listen, keep], Person, '1');
  assert.equal(rejected, { outcome: 'rejected', problems: [{ field: undefined, issue: { key: 'kept' } }] });
  assert.equal([after, events, await fixture.countRows('task'), await fixture.countRows('person_tag')], [[], [], 2, 2]);

  deletions.length = 0;
  assert.is((await remove([listen], Person, '1')).outcome, 'done');
  const deleted = ['person 1', 'personTag 1,1', 'personTag 1,2', 'task 1', 'task 2'];
  assert.equal(deletions.toSorted(), deleted);
  assert.equal(after.map(String).toSorted(), [
    ...deleted.map((row) => `delete ${row} false true`),
    'update person 2 false false',
    'update person 3 false false',
  ]);
  assert.is(events.at(-1), 'delete person 1');
});

test('a relation that is set to null is an update for hooks: they can reject it, or set more values', async () => {
  const rejecting = hooksFor(Person, {
    beforeSave: (_tx, { old, values }) => {
      assert.equal([values.boss, old?.boss], [null, 1]);
      return old?.name === 'Cid' ? problem('boss', 'needsBoss') : undefined;
    },
  });
  assert.equal(await remove([rejecting], Person, '1'), {
    outcome: 'rejected',
    problems: [{ field: 'boss', issue: { key: 'needsBoss' } }],
  });
  assert.is((await personNow(2))?.boss_id, '1');
  const mark = hooksFor(Person, {
    beforeValidate: (_tx, { action }) => (action === 'update' ? { values: { secret: 'no boss', boss: 3 } } : undefined),
  });
  assert.is((await remove([mark], Person, '1')).outcome, 'done');
  assert.equal([(await personNow(2))?.secret, (await personNow(2))?.boss_id], ['no boss', null]);
  const wrong = hooksFor(Person, { beforeSave: () => ({ values: { name: 'x' } }) });
  await run(fixture.database)`update person set boss_id = 3 where id = 2`;
  assert.equal(await remove([wrong], Person, '3'), {
    outcome: 'rejected',
    problems: [{ field: 'name', issue: { key: 'problem.tooShort', params: { min: 2, length: 1 } } }],
  });
});

test('removing a link row records an event and runs hooks, which can prevent it', async () => {
  const after: string[] = [];
  const listen = hooksFor(PersonTag, { afterCommit: ({ action, key }) => void after.push(`${action} ${key}`) });
  const values = (tags: readonly number[]) => ({ tags });
  const changeTags = (hooks: readonly ModelHook[], tags: readonly number[]) =>
    change((tx) => writing(hooks).updateAny(tx, context, models.of(Person), '1', values(tags)));
  assert.is((await changeTags([listen], [2])).outcome, 'done');
  assert.equal([events, after], [['delete personTag 1,1', 'update person 1'], ['delete 1,1']]);
  const keep = hooksFor(PersonTag, { beforeDelete: () => problem(undefined, 'kept') });
  assert.equal(resultOf(await changeTags([keep], [])), ['tags: kept']);
  assert.is(await fixture.countRows('person_tag'), 1);
  assert.is(personTag.key.length, 2);
});

test('adding a link row runs hooks, which can set its values or reject it', async () => {
  const seen: unknown[] = [];
  const listen = hooksFor(PersonTag, {
    beforeSave: (_tx, { action, old, values }) => void seen.push([action, old, values]),
    afterCommit: ({ action, key, row }) => void seen.push([action, key, row]),
  });
  const changeTags = (hooks: readonly ModelHook[], key: string, tags: readonly number[]) =>
    change((tx) => writing(hooks).updateAny(tx, context, models.of(Person), key, { tags }));
  assert.is((await changeTags([listen], '2', [1])).outcome, 'done');
  assert.equal(seen.splice(0), [
    ['create', undefined, { person: 2, tag: 1 }],
    ['create', '2,1', { person: 2, tag: 1 }],
  ]);
  const created = await change((tx) =>
    writing([listen]).createAny(tx, context, models.of(Person), { name: 'Dan', tags: [2] }),
  );
  assert.equal([created.outcome, seen.length], ['done', 2]);
  const keep = hooksFor(PersonTag, {
    beforeValidate: (_tx, { values }) => (values.tag === 2 ? problem(undefined, 'full') : undefined),
  });
  assert.equal(resultOf(await changeTags([keep], '2', [1, 2])), ['tags: full']);
  assert.equal(
    resultOf(
      await change((tx) => writing([keep]).createAny(tx, context, models.of(Person), { name: 'Eve', tags: [2] })),
    ),
    ['tags: full'],
  );
  assert.equal([await fixture.countRows('person_tag'), await fixture.countRows('person')], [4, 4]);
});
