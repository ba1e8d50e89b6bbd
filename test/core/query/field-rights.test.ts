// Whatever the kind of a field: who may not see it learns nothing of its value, at no door.
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { kinds } from '../../../core/model/kinds/index.ts';
import type { Insert } from '../../../core/model/model.ts';
import type { FieldInfo } from '../../../core/model/registry.ts';
import { relationLabel, relationList } from '../../../core/query/aliases.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { compileListing } from '../../../core/query/listing.ts';
import type { Records } from '../../../core/query/rows.ts';
import type { Written } from '../../../core/write/types.ts';
import { suite } from '../../support/suite.ts';
import { cause } from '../write/desk.ts';
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
} from './every-kind.ts';
import { policyWith, type Rules, somebody } from './world.ts';

const test = suite('field rights of every kind');
const names = Object.keys(secrets);
const fieldOf = (name: string): FieldInfo => must(subject.fields.get(name));
const secretOf = (name: string): Secret => must(secrets[name]);
/** Also links, which code gives as it gives columns. */
const asInsert = z.custom<Insert<typeof Subject>>(() => true);
let store: Store;

test.before(async () => {
  store = await openStore();
  await store.database.transaction(async (tx) => {
    const write = store.write();
    for (const values of [secretRow, plainRow]) done(await write.create(tx, cause, Subject, asInsert.parse(values)));
    done(await write.create(tx, cause, Pointer, { name: 'points', subject: 1 }));
  });
});
test.after(() => store.close());

test('there is a secret of every kind but the key, which is known from the address', () => {
  const sampled = new Set<string>(names.map((name) => fieldOf(name).kind));
  assert.equal(
    Object.keys(kinds).filter((kind) => !sampled.has(kind)),
    ['identity'],
  );
});

const { listing } = compileListing(subject, {
  list: ['name', ...names],
  filters: names.filter((name) => fieldOf(name).spec.filter !== 'none'),
  search: ['name', ...names.filter((name) => fieldOf(name).spec.searchable), 'belongsTo.name'],
  order: ['name'],
});

test('who may see a field finds its value at every door', async () => {
  const seen = await everythingRead(rowsFor([]));
  for (const name of names) {
    for (const trace of secretOf(name).traces.slice(0, 1)) {
      if (name !== 'bytes') assert.ok(seen.includes(trace), `${name}: ${trace} is read by who may see it`);
    }
  }
  assert.ok(seen.includes('5f78c33274e43fa9'), 'of bytes the hash');
});

test('whatever fields are hidden, no trace of them is read anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(names, { minLength: 1 }), async (hidden) => {
      await assertHidden(hidden);
    }),
    { numRuns: 15 },
  );
});

for (const name of names) {
  test(`${name}: hidden, it is no column, filter, sort, search, label or cursor, and cannot be set`, async () => {
    await assertHidden([name]);
    await assertNoHandle(name);
    await assertNotSet(name);
  });
}

async function assertHidden(hidden: readonly string[]): Promise<void> {
  const rows = rowsFor(hidden);
  const seen = await everythingRead(rows);
  for (const name of hidden) {
    for (const trace of secretOf(name).traces) assert.not.ok(seen.includes(trace), `${name} hidden, ${trace} read`);
    // Only a part of a label could tell a boolean.
    if (name === 'boolean') assert.not.ok(/ · true|true · /.test(seen), 'a boolean in a label');
  }
  const { offered } = await rows.ask(somebody, listing, new URLSearchParams(), 'UTC');
  const found = must(await rows.find(somebody, subject, '1'));
  const [row] = (await listed(rows, '')).rows;
  const got = must(await rows.get(somebody, Subject, '1'));
  const shown = [offered.columns, offered.filters, offered.sortable, offered.search.map(({ field }) => field)].flat();
  for (const name of hidden) {
    assert.not.ok(shown.includes(fieldOf(name)), `${name} is offered`);
    assert.not.ok(name in got, `${name} is in a typed row`);
    for (const alias of [name, relationLabel(name), relationList(name)]) {
      assert.not.ok(alias in found.row, `${alias} is in the record`);
      assert.not.ok(alias in must(row), `${alias} is in the list`);
    }
  }
}

/** An address that uses a hidden field gets the answer of one that does not exist; ordering by it gives no order. */
async function assertNoHandle(name: string): Promise<void> {
  const rows = rowsFor([name]);
  const { typed } = secretOf(name);
  const problemsOf = async (query: Readonly<Record<string, string>>) => {
    const { parsed } = await rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
    return parsed.ok ? [] : parsed.problems.map(({ why }) => why);
  };
  for (const end of ['', '.from', '.to']) {
    assert.equal(await problemsOf({ [`f.${name}${end}`]: typed }), await problemsOf({ [`f.nothing${end}`]: typed }));
  }
  assert.equal(await problemsOf({ sort: name }), await problemsOf({ sort: 'nothing' }));
  assert.equal(await problemsOf({ sort: `-${name}` }), await problemsOf({ sort: '-nothing' }));

  const words = name === 'belongsTo' ? 'jade' : typed;
  const found = await listed(rows, new URLSearchParams({ q: words.split(' ')[0] ?? '' }).toString());
  assert.equal(found.rows, [], `${name} is searched`);

  // A list that is ordered by the field for others: what its page's end holds travels in an address.
  const ordered = compileListing(subject, { list: ['name'], order: [`-${name}`], size: 1 }).listing;
  const { parsed } = await rows.ask(somebody, ordered, new URLSearchParams(), 'UTC');
  const page = await rows.list(somebody, ordered, must(parsed.ok ? parsed.ask : undefined));
  const cursor = Buffer.from(must(page.next), 'base64url').toString();
  for (const trace of secretOf(name).traces) assert.not.ok(cursor.includes(trace), `${name} in a cursor`);
}

async function assertNotSet(name: string): Promise<void> {
  const rules = rulesFor([name]);
  const values = { [name]: plainRow[name] ?? ['b'] };
  await store.database.transaction(async (tx) => {
    const write = store.write(rules);
    for (const written of [
      await write.updateAny(tx, cause, subject, '1', values),
      await write.createAny(tx, cause, subject, { ...plainRow, ...values }),
    ]) {
      const unknown = { field: name, issue: { key: 'problem.unknownField', params: { name } } };
      assert.is(written.outcome, 'invalid');
      const told = written.outcome === 'invalid' ? written.problems.filter(({ field }) => field === name) : [];
      assert.equal(told[0], unknown);
    }
  });
  const kept = must(await rowsFor([]).get(somebody, Subject, '1'));
  if (name !== 'manyToMany') assert.equal(Reflect.get(kept, name), secretOf(name).value);
}

/** Everything that pages could show, as one text. */
async function everythingRead(rows: Records): Promise<string> {
  const subjectOf = must(pointer.fields.get('subject'));
  const { listing: pointers } = compileListing(pointer, { list: ['name', 'subject'] });
  const ask = await rows.ask(somebody, pointers, new URLSearchParams(), 'UTC');
  const read: unknown[] = [
    await listed(rows, ''),
    await rows.list(somebody, pointers, must(ask.parsed.ok ? ask.parsed.ask : undefined)),
    await rows.find(somebody, subject, '1'),
    await rows.find(somebody, pointer, '1'),
    await rows.get(somebody, Subject, '1'),
    await rows.options(somebody, subjectOf, '', 10),
    [...(await rows.labels(somebody, subjectOf, ['1']))],
  ];
  for (const name of names) {
    const { typed, traces } = secretOf(name);
    // A key that is typed is answered by its row; of its label the reader sees what he may.
    for (const text of [typed, ...traces]) read.push((await rows.options(somebody, subjectOf, text, 10)).options);
  }
  read.push(
    (await rows.dependants(somebody, models.of(Jewel), '1')).map(({ field }) =>
      field.model === subject && field.name === 'belongsTo' ? 'jade' : '',
    ),
  );
  return JSON.stringify(read, (_name, value) => (typeof value === 'bigint' ? String(value) : value)).toLowerCase();
}

async function listed(rows: Records, query: string) {
  const { parsed } = await rows.ask(somebody, listing, new URLSearchParams(query), 'UTC');
  return rows.list(somebody, listing, must(parsed.ok ? parsed.ask : undefined));
}

function rulesFor(hidden: readonly string[]): Rules {
  return { hidden: hidden.map((name) => `subject.${name}`) };
}

function rowsFor(hidden: readonly string[]): Records {
  return createRows({ database: store.database, policy: policyWith(rulesFor(hidden)), models });
}

function done(written: Written): void {
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written));
}

function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('There is nothing where something was expected.');
  return value;
}
