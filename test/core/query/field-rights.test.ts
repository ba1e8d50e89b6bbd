// For every field type: users who cannot see a field cannot learn its value, by reading or by writing.
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { FieldInfo } from '../../../core/model/field-type.ts';
import { builtInFieldTypes } from '../../../core/model/field-types/index.ts';
import type { Insert } from '../../../core/model/model.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { compileListing } from '../../../core/query/listing.ts';
import type { Records } from '../../../core/query/records.ts';
import { relationLabel, relationList } from '../../../core/sql/aliases.ts';
import type { Written } from '../../../core/write/types.ts';
import { suite } from '../../support/suite.ts';
import { must } from '../model/field-of.ts';
import { context } from '../write/write-fixture.ts';
import {
  Jewel,
  models,
  openStore,
  Pointer,
  plainRow,
  pointer,
  type Secret,
  type Store,
  Subject,
  secretRow,
  secrets,
  subject,
} from './every-field-type.ts';
import { policyWith, type Rules, somebody } from './fixture.ts';

const test = suite('field permissions of every field type');
const names = Object.keys(secrets);
const fieldOf = (name: string): FieldInfo => must(subject.fields.get(name));
const secretOf = (name: string): Secret => must(secrets[name]);
/** Also links, which code sets like columns. */
const asInsert = z.custom<Insert<typeof Subject>>(() => true);
let store: Store;

test.before(async () => {
  store = await openStore();
  await store.database.transaction(async (tx) => {
    const write = store.write();
    for (const values of [secretRow, plainRow])
      assertDone(await write.create(tx, context, Subject, asInsert.parse(values)));
    assertDone(await write.create(tx, context, Pointer, { name: 'points', subject: 1 }));
  });
});
test.after(() => store.close());

test('there is a secret of every field type except the key, which is in the URL', () => {
  const sampled = new Set<string>(names.map((name) => fieldOf(name).typeName));
  assert.equal(
    Object.keys(builtInFieldTypes).filter((typeName) => !sampled.has(typeName)),
    ['identity'],
  );
});

const { listing } = compileListing(subject, {
  list: ['name', ...names],
  filters: names.filter((name) => fieldOf(name).type.filter !== 'none'),
  search: ['name', ...names.filter((name) => fieldOf(name).type.searchable), 'belongsTo.name'],
  order: ['name'],
});

test('users who can see a field can read its value in every way', async () => {
  const text = await everythingRead(recordsFor([]));
  for (const name of names) {
    for (const trace of secretOf(name).traces.slice(0, 1)) {
      if (name !== 'bytes') assert.ok(text.includes(trace), `${name}: ${trace} is visible`);
    }
  }
  assert.ok(text.includes('5f78c33274e43fa9'), 'the hash of bytes');
});

test('hidden fields leave no trace', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(names, { minLength: 1 }), async (hidden) => {
      await assertHidden(hidden);
    }),
    { numRuns: 15 },
  );
});

for (const name of names) {
  test(`${name}: when hidden, it is in no column, filter, sort, search, label or cursor, and cannot be set`, async () => {
    await assertHidden([name]);
    await assertNotQueried(name);
    await assertNotSet(name);
  });
}

async function assertHidden(hidden: readonly string[]): Promise<void> {
  const records = recordsFor(hidden);
  const text = await everythingRead(records);
  for (const name of hidden) {
    for (const trace of secretOf(name).traces) assert.not.ok(text.includes(trace), `${name} hidden, ${trace} read`);
    // A boolean could only be revealed by a part of a label.
    if (name === 'boolean') assert.not.ok(/ · true|true · /.test(text), 'a boolean in a label');
  }
  const { offered } = await records.parseListQuery(somebody, listing, new URLSearchParams(), 'UTC');
  const record = must(await records.find(somebody, subject, '1'));
  const [row] = (await listed(records, '')).rows;
  const typedRow = must(await records.get(somebody, Subject, '1'));
  const available = [
    offered.columns,
    offered.filters,
    offered.sortable,
    offered.search.map(({ field }) => field),
  ].flat();
  for (const name of hidden) {
    assert.not.ok(available.includes(fieldOf(name)), `${name} is available`);
    assert.not.ok(name in typedRow, `${name} is in a typed row`);
    for (const alias of [name, relationLabel(name), relationList(name)]) {
      assert.not.ok(alias in record.row, `${alias} is in the record`);
      assert.not.ok(alias in must(row), `${alias} is in the list`);
    }
  }
}

/** A query on a hidden field gets the same problems as one on a field that does not exist; it cannot be ordered by. */
async function assertNotQueried(name: string): Promise<void> {
  const records = recordsFor([name]);
  const { input } = secretOf(name);
  const problemsOf = async (query: Readonly<Record<string, string>>) => {
    const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams(query), 'UTC');
    return parsed.ok ? [] : parsed.problems.map(({ why }) => why);
  };
  for (const end of ['', '.from', '.to']) {
    assert.equal(await problemsOf({ [`f.${name}${end}`]: input }), await problemsOf({ [`f.nothing${end}`]: input }));
  }
  assert.equal(await problemsOf({ sort: name }), await problemsOf({ sort: 'nothing' }));
  assert.equal(await problemsOf({ sort: `-${name}` }), await problemsOf({ sort: '-nothing' }));

  const words = name === 'belongsTo' ? 'jade' : input;
  const matches = await listed(records, new URLSearchParams({ q: words.split(' ')[0] ?? '' }).toString());
  assert.equal(matches.rows, [], `${name} is searched`);

  // A list that is ordered by the field for other users: its cursors hold values of the last row.
  const ordered = compileListing(subject, { list: ['name'], order: [`-${name}`], size: 1 }).listing;
  const { parsed } = await records.parseListQuery(somebody, ordered, new URLSearchParams(), 'UTC');
  const page = await records.list(somebody, ordered, must(parsed.ok ? parsed.query : undefined));
  const cursor = Buffer.from(must(page.next), 'base64url').toString();
  for (const trace of secretOf(name).traces) assert.not.ok(cursor.includes(trace), `${name} in a cursor`);
}

async function assertNotSet(name: string): Promise<void> {
  const rules = rulesFor([name]);
  const values = { [name]: plainRow[name] ?? ['b'] };
  await store.database.transaction(async (tx) => {
    const write = store.write(rules);
    for (const written of [
      await write.updateAny(tx, context, subject, '1', values),
      await write.createAny(tx, context, subject, { ...plainRow, ...values }),
    ]) {
      const unknown = { field: name, issue: { key: 'problem.unknownField', params: { name } } };
      assert.is(written.outcome, 'invalid');
      const problems = written.outcome === 'invalid' ? written.problems.filter(({ field }) => field === name) : [];
      assert.equal(problems[0], unknown);
    }
  });
  const stored = must(await recordsFor([]).get(somebody, Subject, '1'));
  if (name !== 'manyToMany') assert.equal(Reflect.get(stored, name), secretOf(name).value);
}

/** Everything that pages could show, as one text. */
async function everythingRead(records: Records): Promise<string> {
  const subjectOf = must(pointer.fields.get('subject'));
  const { listing: pointers } = compileListing(pointer, { list: ['name', 'subject'] });
  const { parsed } = await records.parseListQuery(somebody, pointers, new URLSearchParams(), 'UTC');
  const results: unknown[] = [
    await listed(records, ''),
    await records.list(somebody, pointers, must(parsed.ok ? parsed.query : undefined)),
    await records.find(somebody, subject, '1'),
    await records.find(somebody, pointer, '1'),
    await records.get(somebody, Subject, '1'),
    await records.options(somebody, subjectOf, '', 10),
    [...(await records.labels(somebody, subjectOf, ['1']))],
  ];
  for (const name of names) {
    const { input, traces } = secretOf(name);
    // A key finds its row; its label has only the parts that the user may see.
    for (const text of [input, ...traces]) results.push((await records.options(somebody, subjectOf, text, 10)).options);
  }
  results.push(
    (await records.dependants(somebody, models.of(Jewel), '1')).map(({ field }) =>
      field.model === subject && field.name === 'belongsTo' ? 'jade' : '',
    ),
  );
  return JSON.stringify(results, (_name, value) => (typeof value === 'bigint' ? String(value) : value)).toLowerCase();
}

async function listed(records: Records, query: string) {
  const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams(query), 'UTC');
  return records.list(somebody, listing, must(parsed.ok ? parsed.query : undefined));
}

function rulesFor(hidden: readonly string[]): Rules {
  return { hidden: hidden.map((name) => `subject.${name}`) };
}

function recordsFor(hidden: readonly string[]): Records {
  return createRecords({ database: store.database, policy: policyWith(rulesFor(hidden)), models });
}

function assertDone(written: Written): void {
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written));
}
