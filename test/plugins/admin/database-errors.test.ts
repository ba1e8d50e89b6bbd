// Black box: every class of database error gets a plain answer, wherever it is raised.

import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, parseForms, type TestResponse } from '../../support/client.ts';
import { incompressibleText } from '../../support/incompressible-text.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { errorAt, firstsOf, linksOf, mainOf, noticesOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: database errors');
let app: TestApp;
let clerk: Client;

const described = { managed: false as const };
const text = () => field.text({ nullable: true });
const Thing = defineModel('thing', {
  fields: {
    id: field.integer(),
    name: field.text(),
    pos: field.integer({ nullable: true }),
    low: field.integer({ nullable: true }),
    high: field.integer({ nullable: true }),
    kind: field.choice(['a', 'b'], { nullable: true }),
    small: field.decimal({ nullable: true }),
    tags: field.array(field.text(), { nullable: true }),
    body: text(),
    owner: field.belongsTo(() => Owner, { nullable: true, column: 'owner' }),
  },
  key: 'id',
  ...described,
});
const Owner = defineModel('owner', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Code = defineModel('code', { fields: { code: field.text(), name: field.text() }, key: 'code' });
const Part = defineModel('part', { fields: { id: field.identity(), name: field.text({ max: 5000 }) }, ...described });
const Ruled = defineModel('ruled', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Secure = defineModel('secure', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Fresh = defineModel('fresh', {
  fields: { id: field.integer(), name: field.text() },
  key: 'id',
  readOnly: true,
  ...described,
});
const Line = defineModel('line', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Kid = defineModel('kid', { fields: { id: field.integer(), name: field.text() }, key: 'id', ...described });
const Numbered = defineModel('numbered', {
  fields: { id: field.integer(), name: field.text(), made: field.integer({ nullable: true }) },
  key: 'id',
  ...described,
});
const Lacking = defineModel('lacking', { fields: { id: field.identity(), name: field.text() }, ...described });
const Span = defineModel('span', {
  fields: { id: field.integer(), name: field.text(), since: field.integer(), until: field.integer() },
  key: 'id',
  ...described,
});
const Folder = defineModel('folder', {
  fields: { id: field.integer(), name: field.text(), parent: field.belongsTo(() => Folder, { column: 'parent' }) },
  key: 'id',
  ...described,
});
const Weight = defineModel('weight', {
  fields: {
    id: field.integer(),
    name: field.text(),
    tenths: field.decimal({ nullable: true }),
    hundreds: field.decimal({ nullable: true }),
    whole: field.decimal({ nullable: true }),
    ofDomain: field.decimal({ nullable: true, column: 'of_domain' }),
    float: field.decimal({ nullable: true }),
    double: field.decimal({ nullable: true }),
    at: field.timestamp({ nullable: true }),
    made: field.timestamp({ default: () => new Date('2026-11-29T10:00:00.123Z') }),
    net: field.decimal({ nullable: true }),
    counts: field.array(field.integer(), { nullable: true }),
    cash: field.decimal({ nullable: true }),
  },
  key: 'id',
  ...described,
});
const Loan = defineModel('loan', {
  fields: { id: field.integer(), name: field.text(), owner: field.belongsTo(() => Owner, { column: 'owner' }) },
  key: 'id',
  ...described,
});
const Mood = defineModel('mood', {
  fields: { id: field.integer(), mood: field.choice(['happy', 'sad'], { sqlType: 'mood_type' }) },
  key: 'id',
  label: 'id',
  ...described,
});
const models = [
  Loan,
  Mood,
  Weight,
  Folder,
  Thing,
  Owner,
  Code,
  Part,
  Ruled,
  Secure,
  Fresh,
  Line,
  Kid,
  Numbered,
  Lacking,
  Span,
];

const tables = `
  create table loan (id int primary key, name text not null, owner int not null);
  create type mood_type as enum ('happy');
  create table mood (id int primary key, mood mood_type not null);
  insert into mood values (1, 'happy');
  create domain tenth as numeric(4, 1);
  create domain net_tenth as tenth;
  create table weight (
    id int primary key generated always as identity, name text not null, tenths numeric(4, 1), hundreds numeric(3, -2), whole int,
    of_domain tenth, "float" real, "double" double precision, at timestamptz(0),
    made timestamptz(0) not null, net net_tenth, counts real[], cash money
  );
  create table owner (id int primary key, name text not null);
  insert into owner values (1, 'first'), (2, 'second'), (3, 'third');
  create table hidden_child (owner int references owner deferrable initially deferred);
  insert into hidden_child values (2);
  create table thing (
    id int primary key, name text not null, pos int unique deferrable initially deferred,
    low int, high int, kind text, small numeric(4, 1), tags text[], body text,
    owner int references owner deferrable initially deferred,
    constraint low_below_high check (low < high), constraint kind_is_lower check (kind <> 'b'), constraint name_not_x check (name <> 'x')
  );
  comment on constraint low_below_high on thing is 'Low must be below high.';
  create index on thing using gin (tags);
  create index thing_body on thing (body);
  insert into thing values (1, 'one', 1);
  create function check_thing() returns trigger language plpgsql as $$ begin
    if new.name = 'divide' then new.low := 1 / (new.low - new.low); end if;
    if new.name = 'raise' then raise exception 'secret text'; end if;
    if new.name = 'code' then raise exception using errcode = '42501', message = 'no'; end if;
    if new.name = 'late' then perform 1; end if;
    if new.name = 'strict' then select 1 into strict new.low where false; end if;
    if new.name = 'several' then select n into strict new.low from generate_series(1, 2) n; end if;
    if new.name = 'subquery' then new.low := (select n from generate_series(1, 2) n); end if;
    if new.name = 'assert' then assert false, 'secret text'; end if;
    if new.name = 'endless' then perform endless(1); end if;
    if new.name <> 'no return' then return new; end if;
  end $$;
  create function endless(n int) returns int language plpgsql as $$ begin return endless(n + 1); end $$;
  create trigger check_thing before insert or update on thing for each row execute function check_thing();
  create function late_check() returns trigger language plpgsql as $$ begin
    if new.name = 'late' then raise exception 'too late'; end if; return null;
  end $$;
  create constraint trigger late_check after insert or update on thing deferrable initially deferred for each row execute function late_check();
  create table part (id bigint generated by default as identity primary key, name text not null) partition by hash (id);
  create table part_0 partition of part for values with (modulus 2, remainder 0);
  create table part_1 partition of part for values with (modulus 2, remainder 1);
  alter table part add constraint part_name check (name <> 'x');
  create table ruled (id int primary key, name text not null);
  create rule keep as on update to ruled where new.name = 'kept' do instead nothing;
  create rule keep_new as on insert to ruled where new.name = 'kept' do instead nothing;
  insert into ruled values (1, 'one');
  create table secure (id int primary key, name text not null);
  insert into secure values (1, 'mine');
  create materialized view fresh as select 1 as id, 'x'::text as name with no data;
  create table line (id int primary key, name text not null);
  create schema b;
  create table b.line (id int primary key, owner int references owner);
  insert into b.line values (1, 3);
  create table kid_parent (id int, name text not null);
  create table kid (id int primary key, name text not null);
  create table kid_more () inherits (kid);
  insert into kid values (1, 'one'), (2, 'two');
  insert into kid_more values (1, 'again');
  create table numbered (id int primary key, name text not null, made int generated always as identity);
  create table folder (id int primary key, name text not null, parent int not null references folder on delete restrict);
  insert into folder values (1, 'alone', 1), (2, 'parent', 2), (3, 'child', 2);
  create table span (
    id int primary key, name text not null, since int not null, until int not null,
    exclude using gist (int4range(since, until) with &&) deferrable initially deferred
  );
  create unique index on span (lower(name));
  create table lacking (id bigint primary key, name text not null, extra text not null);
`;

test.before(async () => {
  app = await testApp({
    models,
    plugins: {
      admin: {
        admins: [
          defineAdmin(Weight, {}),
          defineAdmin(Thing, { list: ['id', 'name', 'owner'] }),
          defineAdmin(Owner, { list: ['id', 'name'] }),
          ...[Mood, Code, Part, Ruled, Secure, Fresh, Line, Kid, Numbered, Lacking, Span, Folder].map((model) =>
            defineAdmin(model, {}),
          ),
        ],
      },
    },
  });
  await runSql(app.app.database.url, tables);
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs('staff', permissionsFor(models));
});
test.after(async () => {
  await app.close();
});

let next = 100;
const add = (values: Record<string, string>) => {
  next += 1;
  return clerk.submit('/admin/things/+new', { id: String(next), name: 'ok', ...values });
};

test('a unique constraint violated at COMMIT is reported at its field, on add and on change (T27, F12)', async () => {
  const added = await add({ pos: '1' });
  assert.is(added.status, 422);
  assert.match(errorAt(added.text, 'pos'), /already/i);
  assert.is((await add({ pos: '2' })).status, 303);
  const changed = await clerk.submit('/admin/things/1/+edit', { pos: '2' });
  assert.is(changed.status, 422);
  assert.match(errorAt(changed.text, 'pos'), /already/i);
});

test('a foreign key or trigger that fails at COMMIT is a problem of the form (T27, F12)', async () => {
  const orphan = await add({ owner: '77' });
  assert.is(orphan.status, 422);
  const late = await add({ name: 'late' });
  assert.is(late.status, 422);
  assert.not(late.text.includes('too late'));
});

/** As from a page that was opened before other rows referenced the record. */
async function deleteByHand(record: string): Promise<TestResponse> {
  const [form] = parseForms((await clerk.get('/admin/owners/+new')).text).filter(({ method }) => method === 'post');
  return clerk.post(`${record}/+delete`, { '~token': form?.fields['~token'] ?? '' });
}

test('a row that is referenced at COMMIT is not deleted (T27)', async () => {
  const { status, text: page } = await deleteByHand('/admin/owners/2');
  assert.is(status, 409);
  assert.match(noticesOf(page).join(), /Not deleted/);
  assert.not.match(page, 'values are not allowed', 'the page has no values');
  assert.is((await clerk.get('/admin/owners/2')).status, 200);
});

test('"still needed by" does not name another table of the same name in another schema (E)', async () => {
  const { status, text: page } = await deleteByHand('/admin/owners/3');
  assert.is(status, 409);
  assert.not.match(noticesOf(page).join(' '), /\blines\b/i);
});

test('a row that references only itself can be deleted (T19)', async () => {
  assert.is((await clerk.submit('/admin/folders/1/+delete', {})).status, 303);
  assert.match(textOf((await clerk.get('/admin/folders/2/+delete')).text), 'cannot be deleted');
  assert.equal(firstsOf((await clerk.get('/admin/folders')).text).toSorted(), ['child', 'parent']);
});

test('a CHECK is reported by its comment or name, and never as that of a choice (E)', async () => {
  const comment = await add({ low: '5', high: '4' });
  assert.is(comment.status, 422);
  assert.match(textOf(comment.text), /Low must be below high\./);
  const named = await add({ kind: 'b' });
  assert.match(errorAt(named.text, 'kind'), /kind_is_lower/);
  assert.not.match(errorAt(named.text, 'kind'), /available options/);
});

test('a trigger that divides by zero or raises any code is a problem of the form (F18)', async () => {
  for (const name of ['divide', 'raise', 'code']) {
    const { status, text: page } = await add({ name, low: '1', high: '2' });
    assert.is(status, 422, name);
    assert.not(page.includes('secret text'));
    assert.is((await clerk.submit('/admin/things/1/+edit', { name, low: '1', high: '2' })).status, 422, name);
  }
});

test('any other failure of a trigger is a problem of the form', async () => {
  for (const name of ['strict', 'several', 'subquery', 'assert', 'endless', 'no return']) {
    const { status, text: page } = await add({ name });
    assert.is(status, 422, name);
    assert.not(page.includes('secret text'));
  }
});

test('violated unique and exclusion constraints on expressions are reported, whether checked in the statement or at COMMIT', async () => {
  assert.is((await clerk.submit('/admin/spans/+new', { id: '1', name: 'One', since: '1', until: '5' })).status, 303);
  const taken = await clerk.submit('/admin/spans/+new', { id: '2', name: 'ONE', since: '6', until: '7' });
  assert.is(taken.status, 422);
  assert.match(noticesOf(taken.text).join(' '), /already/);
  const overlapping = await clerk.submit('/admin/spans/+new', { id: '3', name: 'Three', since: '4', until: '7' });
  assert.is(overlapping.status, 422);
  assert.match(noticesOf(overlapping.text).join(' '), /overlap/);
  assert.is((await clerk.submit('/admin/spans/+new', { id: '4', name: 'Four', since: '9', until: '7' })).status, 422);
});

test('a value for a column that is always generated is rejected at its field (F18)', async () => {
  const { status, text: page } = await clerk.submit('/admin/numbereds/+new', { id: '1', name: 'x', made: '5' });
  assert.is(status, 422);
  assert.match(errorAt(page, 'made'), /set by the database/);
});

test('a number with more digits than the column allows is reported at its field', async () => {
  const { status, text: page } = await add({ small: '50000' });
  assert.is(status, 422);
  assert.is(errorAt(page, 'small'), 'This value is not allowed. Enter another value.');
});

test('a value that is too long for an index is reported at its field, GIN indexes included (T02)', async () => {
  const random = Array.from({ length: 400 }, (_, at) => (at * 7919 + 104_729).toString(36) + Math.sin(at)).join('');
  const gin = await add({ tags: random });
  assert.is(gin.status, 422);
  assert.is(
    errorAt(gin.text, 'tags'),
    'This value is too long for a database index. Shorten it to about 600 characters.',
  );
  const btree = await add({ body: random.repeat(3) });
  assert.is(btree.status, 422);
  assert.is(
    errorAt(btree.text, 'body'),
    'This value is too long for a database index. Shorten it to about 600 characters.',
  );
});

for (const [name, fits, rounded, problem] of [
  ['tenths', '1.2', '1.25', 'Use at most one decimal place.'],
  ['hundreds', '1200', '1250', 'This value is not allowed. Enter another value.'],
  ['whole', '2', '1.5', 'Enter a number without decimal places.'],
  ['ofDomain', '-1.20', '-1.25', 'Use at most one decimal place.'],
  ['net', '0.1', '0.11', 'Use at most one decimal place.'],
  [
    'float',
    '134217728',
    '0.00000012345678901',
    'This field would store the number as 0.00000012345679. Use fewer digits.',
  ],
  ['float', '16777216', '16777217', 'This field would store the number as 16777216. Use fewer digits.'],
  ['double', '0.1', '9007199254740993', 'This field would store the number as 9007199254740992. Use fewer digits.'],
  ['counts', '1\r\n16777216', '1\r\n16777217', 'This field would store the number as 16777216. Use fewer digits.'],
  ['cash', '1.25', '1.255', 'Use at most 2 decimal places.'],
  ['at', '2026-11-29T10:00:01', '2026-11-29T10:00:01.5', 'Enter a time in whole seconds.'],
] as const) {
  test(`a value that the column would round is rejected at its field: ${name} ${rounded}`, async () => {
    const form = (value: string) => clerk.submit('/admin/weights/+new', { name, [name]: value });
    assert.is((await form(fits)).status, 303);
    const { status, text: page } = await form(rounded);
    assert.is(status, 422, rounded);
    assert.is(errorAt(page, name), problem);
  });
}

test('a record whose key is as long as an index allows can be added, changed, found in the history and deleted (T18b)', async () => {
  const code = incompressibleText(800);
  assert.is((await clerk.submit('/admin/codes/+new', { code, name: 'long' })).status, 303);
  const { text: list } = await clerk.get('/admin/codes?sort=-code');
  const record = linksOf(list).find((url) => url.startsWith('/admin/codes/~')) ?? '';
  assert.is((await clerk.submit(`${record}/+edit`, { name: 'longer' })).status, 303);
  const history = textOf(mainOf((await clerk.get(`${record}/+history`)).text));
  assert.match(history, 'longer');
  assert.is((await clerk.submit(`${record}/+delete`, {})).status, 303);
});

test('a reference to a row that does not exist is rejected even without a foreign key', async () => {
  const { write, database } = app.app;
  const stored = await database.transaction((tx) =>
    write.create(tx, commandAuditContext(), Loan, { id: 1, name: 'a loan', owner: 999 }),
  );
  assert.equal(stored.outcome === 'invalid' && stored.problems.map(({ field: name, issue }) => [name, issue.key]), [
    ['owner', 'problem.noSuchRow'],
  ]);
});

test('a choice that the enum of its column does not have is rejected', async () => {
  const { status, text: page } = await clerk.submit('/admin/moods/1/+edit', { mood: 'sad' });
  assert.is(status, 422);
  assert.not.match(page, 'RIO-HTTP-UNEXPECTED');
});

test('a value that is too long for an index is reported at no field that the user did not fill in (T02)', async () => {
  await runSql(app.app.database.url, `insert into thing (id, name, body) values (77, 'z', null)`);
  await runSql(
    app.app.database.url,
    `create function lengthen() returns trigger language plpgsql as $$ begin
       if new.id = 77 then new.body := (select string_agg(md5(i::text), '') from generate_series(1, 500) i); end if;
       return new;
     end $$;
     create trigger lengthen before update on thing for each row execute function lengthen()`,
  );
  const { status, text: page } = await clerk.submit('/admin/things/77/+edit', { name: 'y' });
  assert.is(status, 422);
  assert.is(errorAt(page, 'name'), '');
  assert.match(noticesOf(page).join(), 'not allowed');
});

test('rows of partitioned tables are added, and their rules are reported (T09, F9)', async () => {
  assert.is((await clerk.submit('/admin/parts/+new', { name: 'one' })).status, 303);
  assert.is((await clerk.submit('/admin/parts/1/+edit', { name: 'two' })).status, 303);
  const rejected = await clerk.submit('/admin/parts/+new', { name: 'x' });
  assert.is(rejected.status, 422);
  assert.match(errorAt(rejected.text, 'name'), /part_name/);
  assert.is((await clerk.submit('/admin/parts/1/+delete', {})).status, 303);
});

test('a table with a rule is written without RETURNING (F13)', async () => {
  assert.is((await clerk.submit('/admin/ruleds/1/+edit', { name: 'two' })).status, 303);
  assert.is((await clerk.submit('/admin/ruleds/+new', { id: '2', name: 'new' })).status, 303);
  assert.equal(
    rowsOf((await clerk.get('/admin/ruleds')).text)
      .flat()
      .filter((cell) => /two|new/.test(cell)).length,
    2,
  );
  assert.is((await clerk.submit('/admin/ruleds/+new', { id: '3', name: 'kept' })).status, 422);
});

test('several rows with one key are neither changed nor deleted (F7)', async () => {
  assert.is((await clerk.submit('/admin/kids/1/+edit', { name: 'changed' })).status, 422);
  assert.is((await clerk.submit('/admin/kids/1/+delete', {})).status, 409);
  assert.is((await clerk.submit('/admin/kids/2/+edit', { name: 'changed' })).status, 303);
  assert.is(firstsOf((await clerk.get('/admin/kids')).text).length, 3);
});

test('a required column that the model omits, or a key without a generator, is named (E)', async () => {
  const { status, text: page } = await clerk.submit('/admin/lackings/+new', { name: 'x' });
  assert.is(status, 422);
  assert.match(noticesOf(page).join(' ') + textOf(page), /requires a value for “id”/);
});

test('a list of a materialized view without data is 503 (F14)', async () => {
  const { status, text: page } = await clerk.get('/admin/freshes');
  assert.is(status, 503);
  assert.match(page, /RIO-DATABASE-NOT-READY/);
});

test('an ordinary read error is still an unexpected error', async () => {
  assert.ok(
    app.errors.every(({ code }) => code === 'RIO-DATABASE-NOT-READY'),
    JSON.stringify(app.errors),
  );
});
