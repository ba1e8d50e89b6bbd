// Field types of plugins: resolved by name, checked at startup, migrated, decoded and stored like built-in ones.

import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { type AnyField, field } from '../../../core/model/field.ts';
import type { FieldType } from '../../../core/model/field-type.ts';
import { defineModel, type Insert, type Row, type Update } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { createEvents } from '../../../core/write/events.ts';
import { createWrite } from '../../../core/write/write.ts';
import { testDatabase } from '../../support/database.ts';
import { suite } from '../../support/suite.ts';
import { policyWith, run, somebody } from '../query/fixture.ts';
import { context, resultOf } from '../write/write-fixture.ts';
import { ageSpan } from './age-span.ts';
import { must } from './field-of.ts';

const test = suite('field types of plugins');

const Course = defineModel('course', {
  fields: {
    name: field.text(),
    ages: field.custom('ageSpan', { label: 'Ages', help: 'From and to, "6-12".', max: 120, index: true }),
    extra: field.custom('ageSpan', { nullable: true }),
    usual: field.custom('ageSpan', { default: { from: 3, to: 5 } }),
  },
});
const declared = [{ owner: 'project', model: Course }];
const types = [{ type: ageSpan, owner: 'spans' }];
const problemsOf = (
  fieldTypes: readonly { type: FieldType; owner: string }[],
  fields: Record<string, AnyField> = {},
) => {
  const Thing = defineModel('thing', { fields: { name: field.text(), ...fields } });
  const { problems } = buildModels([{ owner: 'project', model: Thing }], { fieldTypes });
  return problems.map(({ where, problem }) => `${where}: ${problem}`);
};

test('the type’s value is the type of the row, the insert and the update', () => {
  const row: Pick<Row<typeof Course>, 'ages' | 'extra'> = { ages: { from: 1, to: 2 }, extra: null };
  const insert: Insert<typeof Course> = { name: 'Reading', ages: row.ages };
  const update: Update<typeof Course> = { extra: { from: 1, to: 2 } };
  // @ts-expect-error a span has two ends
  const wrong: Insert<typeof Course> = { name: 'Reading', ages: { from: 1 } };
  // @ts-expect-error no plugin provides this type
  const unknown = () => field.custom('ageSpann');
  assert.equal([insert.ages.from, update.extra?.to, wrong.name, typeof unknown], [1, 2, 'Reading', 'function']);
});

test('the type is resolved by name, with the options of its field', () => {
  const { models, problems } = buildModels(declared, { fieldTypes: types });
  assert.equal(problems, []);
  const ages = must(models.of(Course).fields.get('ages'));
  assert.equal([ages.typeName, ages.label, ages.max, ages.index, ages.nullable], ['ageSpan', 'Ages', 120, true, false]);
  assert.is(ages.type, ageSpan);
});

test('a type that no enabled plugin provides is reported with the nearest name', () => {
  // As plain JavaScript can call it, without type checking.
  const misspelled = Reflect.apply(field.custom, undefined, ['ageSpann', {}]);
  assert.equal(problemsOf(types, { it: misspelled }), [
    'model thing: fields.it: There is no field type "ageSpann". Did you mean "ageSpan"? ' +
      'Field types of a plugin are available only while the plugin is enabled.',
  ]);
  assert.match(problemsOf([], { it: field.custom('ageSpan') })[0] ?? '', 'There is no field type "ageSpan".');
  const builtIn = Reflect.apply(field.custom, undefined, ['text', {}]);
  assert.equal(problemsOf(types, { it: builtIn }), [
    'model thing: fields.it: "text" is a built-in type; use field.text().',
  ]);
});

test('a duplicate type name is reported with both owners', () => {
  assert.equal(problemsOf([...types, { type: ageSpan, owner: 'others' }]), [
    'plugin others: fieldTypes: The field type "ageSpan" already belongs to spans.',
  ]);
  assert.equal(problemsOf([{ type: { ...ageSpan, name: 'text' }, owner: 'spans' }]), [
    'plugin spans: fieldTypes: The field type "text" already belongs to core.',
  ]);
});

test('missing and unknown properties of a type are reported', () => {
  const { cell: _, ...without } = ageSpan;
  const wrong: FieldType = Object.assign(Object.create(null), without, { sorteable: true });
  assert.equal(problemsOf([{ type: wrong, owner: 'spans' }]), [
    'plugin spans: fieldTypes.ageSpan: `cell` must be a function.',
    'plugin spans: fieldTypes.ageSpan: There is no property "sorteable". Did you mean "sortable"?',
  ]);
});

test('a default is checked by the type', () => {
  const { problems } = buildModels(
    [
      {
        owner: 'project',
        model: defineModel('thing', {
          fields: { name: field.text(), it: field.custom('ageSpan', { default: { from: 9, to: 2 } }) },
        }),
      },
    ],
    { fieldTypes: types },
  );
  assert.match(problems[0]?.problem ?? '', 'is invalid');
});

test('a managed table has the column, checks and index; rows are written, compared and read', async () => {
  const { models } = buildModels(declared, { fieldTypes: types });
  const { up, down } = renderFile(diff(emptySnapshot, buildSnapshot(models.all)));
  const { url, drop } = await testDatabase();
  const database = await openDatabase(url);
  try {
    const applied = { applicationName: 'tests' };
    await withPlainConnection(url, (client) => client.query(up), applied);
    const recorded: unknown[] = [];
    const events = createEvents(new Set(['create', 'update', 'delete']), [
      { '*': async (_tx, event) => void recorded.push(event.data) },
    ]);
    const write = createWrite({ models, policy: policyWith(), events });
    const records = createRecords({ database, policy: policyWith(), models });
    const ages = { from: 6, to: 12 };
    const created = await database.transaction((tx) => write.create(tx, context, Course, { name: 'Reading', ages }));
    assert.is(created.outcome, 'done');
    const row = await records.get(somebody, Course, '1');
    assert.equal([row?.ages, row?.extra, row?.usual], [ages, null, { from: 3, to: 5 }]);
    const again = await database.transaction((tx) =>
      write.update(tx, context, Course, '1', { ages: { from: 6, to: 12 } }),
    );
    assert.ok(again.outcome === 'done' && !again.changed);
    await database.transaction((tx) => write.update(tx, context, Course, '1', { ages: { from: 7, to: 12 } }));
    assert.equal(z.array(z.unknown()).parse(recorded).at(-1), { before: { ages: '6-12' }, after: { ages: '7-12' } });
    const tooOld = await database.transaction((tx) =>
      write.update(tx, context, Course, '1', { ages: { from: 7, to: 121 } }),
    );
    assert.equal(resultOf(tooOld), ['ages: spans.problem.span']);
    const held = await database.transaction((tx) => records.hold(tx, somebody, Course, '1', 'update'));
    assert.equal(held?.ages, { from: 7, to: 12 });
    const empty = await run(database)`update course set ages = 'empty'`.catch((error: unknown) => error);
    assert.match(String(empty), 'course_ages_span');
    await withPlainConnection(url, (client) => client.query(down), applied);
  } finally {
    await database.close();
    await drop();
  }
});
