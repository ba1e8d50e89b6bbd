// For each change that rows may refuse: the query of the warning finds the rows with which the migration fails, and no others.
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { diff } from '../../../core/migrate/diff.ts';
import { lint } from '../../../core/migrate/lint.ts';
import { applyRenames, type Rename } from '../../../core/migrate/renames.ts';
import { renderFile } from '../../../core/migrate/render.ts';
import { emptySnapshot } from '../../../core/migrate/shape.ts';
import { buildSnapshot } from '../../../core/migrate/snapshot.ts';
import { field } from '../../../core/model/field.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { resolved } from './resolved.ts';

const test = suite('migrate: rows that prevent a change');

type Fields = Parameters<typeof defineModel>[1]['fields'];
const thing = (fields: Fields, options: object = {}): AnyModel =>
  defineModel('thing', { fields: { name: field.text(), ...fields }, ...options }) as AnyModel;
const Owner = defineModel('owner', { fields: { name: field.text() } });

interface Case {
  readonly before: readonly AnyModel[];
  readonly after: readonly AnyModel[];
  readonly renames?: readonly Rename[];
  /** SQL with which the migration works, and more SQL with which it fails. */
  readonly good: string;
  readonly bad: string;
}

const value = (column: string, text: string) => `insert into thing (name, ${column}) values ('x', ${text})`;
const column = (name: string, from: Fields[string], to: Fields[string]) => ({
  before: [thing({ [name]: from })],
  after: [thing({ [name]: to })],
});

const CASES: Readonly<Record<string, Case>> = {
  'a narrower max': {
    ...column('a', field.text({ max: 9 }), field.text({ max: 3 })),
    good: value('a', "'abc'"),
    bad: value('a', "'abcd'"),
  },
  'a new min': {
    ...column('a', field.integer(), field.integer({ min: 1 })),
    good: value('a', '1'),
    bad: value('a', '0'),
  },
  'fewer choices': {
    ...column('a', field.choice(['x', "it's"]), field.choice(["it's", 'y'])),
    good: value('a', "'it''s'"),
    bad: value('a', "'x'"),
  },
  'a check on items': {
    ...column('a', field.array(field.integer()), field.array(field.integer({ max: 3 }), { max: 2 })),
    good: value('a', "'{3}'"),
    bad: value('a', "'{4}'"),
  },
  'a text becomes an address': {
    ...column('a', field.text(), field.url()),
    good: value('a', "'https://a.b'"),
    bad: value('a', "'a'"),
  },
  'not null': {
    ...column('a', field.integer({ nullable: true }), field.integer()),
    good: value('a', '1'),
    bad: value('a', 'null'),
  },
  'a required column': {
    before: [thing({})],
    after: [thing({ a: field.date() })],
    good: 'select',
    bad: "insert into thing (name) values ('x')",
  },
  unique: {
    ...column('a', field.text({ nullable: true }), field.text({ nullable: true, unique: true })),
    good: `${value('a', 'null')}; ${value('a', 'null')}; ${value('a', "'A'")}`,
    bad: `${value('a', "'B'")}; ${value('a', "'B'")}`,
  },
  'unique, ignoring case': {
    ...column('a', field.email(), field.email({ unique: true })),
    good: value('a', "'a@b.c'"),
    bad: value('a', "'A@b.c'"),
  },
  'unique together with a new column': {
    before: [thing({})],
    after: [thing({ a: field.integer({ default: 1 }) }, { unique: [['name', 'a']] })],
    good: "insert into thing (name) values ('x')",
    bad: "insert into thing (name) values ('x')",
  },
  'a foreign key': {
    before: [Owner, thing({ owner: field.bigint({ nullable: true, column: 'owner_id' }) })],
    after: [Owner, thing({ owner: field.belongsTo(() => Owner, { nullable: true }) })],
    good: `insert into owner (name) values ('o'); ${value('owner_id', '1')}; ${value('owner_id', 'null')}`,
    bad: value('owner_id', '99'),
  },
  'a foreign key to a new table': {
    before: [thing({ owner: field.bigint({ nullable: true, column: 'owner_id' }) })],
    after: [Owner, thing({ owner: field.belongsTo(() => Owner, { nullable: true }) })],
    good: value('owner_id', 'null'),
    bad: value('owner_id', '1'),
  },
  'text to integer': {
    ...column('a', field.text(), field.integer()),
    good: value('a', "' -007'"),
    bad: value('a', "'n/a'"),
  },
  'text to decimal': {
    ...column('a', field.text(), field.decimal()),
    good: value('a', "'1.5e3'"),
    bad: value('a', "'1,5'"),
  },
  'text to boolean': {
    ...column('a', field.text(), field.boolean()),
    good: value('a', "'Yes'"),
    bad: value('a', "'maybe'"),
  },
  'text to uuid': {
    ...column('a', field.text(), field.uuid()),
    good: value('a', 'gen_random_uuid()'),
    bad: value('a', "'x'"),
  },
  'text to integer with a min': {
    ...column('a', field.text(), field.integer({ min: 5 })),
    good: value('a', "'5'"),
    bad: value('a', "'4'"),
  },
  'bigint to integer': {
    ...column('a', field.bigint(), field.integer()),
    good: value('a', '2147483647'),
    bad: value('a', '2147483648'),
  },
  'fewer digits': {
    ...column('a', field.decimal({ precision: 9, scale: 2 }), field.decimal({ precision: 5, scale: 2 })),
    good: value('a', '999.99'),
    bad: value('a', '1000'),
  },
  'a renamed column with a narrower max': {
    before: [thing({ a: field.text({ max: 9, nullable: true }) })],
    after: [thing({ b: field.text({ max: 3 }) })],
    renames: [{ kind: 'column', table: 'thing', from: 'a', to: 'b' }],
    good: value('a', "'abc'"),
    bad: value('a', "'abcd'"),
  },
  'a renamed table with a new unique field': {
    before: [defineModel('old', { fields: { name: field.text() } })],
    after: [defineModel('thing', { fields: { name: field.text({ unique: true }) } })],
    renames: [{ kind: 'table', from: 'old', to: 'thing' }],
    good: "insert into old (name) values ('a')",
    bad: "insert into old (name) values ('a')",
  },
};

for (const [name, { before, after, renames = [], good, bad }] of Object.entries(CASES)) {
  test(`${name}: the warning has the query that finds the rows (F16)`, async () => {
    const [old, desired] = [buildSnapshot(resolved(...before)), buildSnapshot(resolved(...after))];
    const renamed = applyRenames(old, desired, renames);
    const changes = [...renamed.changes, ...diff(renamed.before, desired)];
    const findings = lint(changes).filter(({ level }) => level === 'may-fail');
    assert.ok(findings.length > 0, 'there is a warning');
    const queries = findings.flatMap(({ message }) =>
      message.flatMap((line) => /^Find these rows(?: \(PostgreSQL 16 or newer\))?: (.*)$/.exec(line)?.[1] ?? []),
    );
    assert.is(queries.length, findings.length, 'each warning has its query');

    const { url, drop } = await testDatabase();
    const rowsFound = async () =>
      withPlainConnection(url, async (client) => {
        let count = 0;
        for (const query of queries) count += (await client.query(query)).rowCount ?? 0;
        return count;
      });
    const fails = async () =>
      runSql(url, `${renderFile(changes).up} select 1 / 0;`).then(
        () => undefined,
        (error: Error) => error.message !== 'division by zero',
      );
    await runSql(url, renderFile(diff(emptySnapshot, old)).up);
    await runSql(url, good);
    assert.is(await rowsFound(), 0);
    assert.is(await fails(), false, 'these rows fit');
    await runSql(url, bad);
    assert.ok((await rowsFound()) > 0, 'the rows are found');
    assert.is(await fails(), true, 'these rows do not fit');
    await drop();
  });
}

test('changes that no row can prevent have no warning', () => {
  const pairs: (readonly [readonly AnyModel[], readonly AnyModel[]])[] = [
    [[thing({ a: field.text({ max: 3 }) })], [thing({ a: field.text({ max: 9 }) })]],
    [[thing({ a: field.text({ max: 3 }) })], [thing({ a: field.text() })]],
    [[thing({ a: field.choice(['x']) })], [thing({ a: field.choice(['y', 'x']) })]],
    [[thing({ a: field.array(field.integer({ max: 3 })) })], [thing({ a: field.array(field.integer({ max: 4 })) })]],
    [[thing({})], [thing({ a: field.text({ nullable: true, unique: true, max: 3 }) })]],
    [[thing({})], [thing({ a: field.uuid({ default: 'random', unique: true }) })]],
    [
      [Owner, thing({})],
      [Owner, thing({ a: field.belongsTo(() => Owner, { nullable: true }) })],
    ],
    [
      [Owner, thing({ a: field.belongsTo(() => Owner, { nullable: true }) })],
      [Owner, thing({ a: field.belongsTo(() => Owner, { nullable: true, onDelete: 'cascade' }) })],
    ],
    [[thing({ b: field.text() }, { unique: [['name']] })], [thing({ b: field.text() }, { unique: [['name', 'b']] })]],
    [[thing({ a: field.integer({ min: 2 }) })], [thing({ a: field.bigint({ min: 2n }) })]],
  ];
  for (const [before, after] of pairs) {
    const changes = diff(buildSnapshot(resolved(...before)), buildSnapshot(resolved(...after)));
    assert.ok(changes.length > 0);
    assert.equal(
      lint(changes).filter(({ level }) => level === 'may-fail'),
      [],
    );
  }
});

test('changing integer to bigint rewrites the table and breaks older processes, and the file warns about it (F13)', () => {
  const note = (from: Fields[string], to: Fields[string]) =>
    lint(diff(buildSnapshot(resolved(thing({ a: from }))), buildSnapshot(resolved(thing({ a: to }))))).flatMap(
      ({ message }) => message,
    );
  const lines = note(field.integer(), field.bigint()).join('\n');
  assert.match(lines, 'Rewrites every row of thing (a: integer becomes bigint)');
  assert.match(lines, 'Running processes of the previous version cannot read the new type');
  assert.equal(note(field.decimal({ precision: 9, scale: 2 }), field.decimal({ precision: 12, scale: 2 })), []);
});
