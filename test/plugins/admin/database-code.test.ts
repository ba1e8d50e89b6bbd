// Black box: triggers, domains, views, policies and foreign servers of the database that fail get a plain answer.

import * as assert from 'uvu/assert';
import { oddRows } from '../../../cli/doctor/unexpected-values.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { runSql } from '../../support/run-sql.ts';
import { runCheck } from '../../support/run-tool.ts';
import { suite } from '../../support/suite.ts';
import { errorAt, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: failing code in the database');
let app: TestApp;
let clerk: Client;

const described = { key: 'id', managed: false } as const;
const named = { id: field.integer(), name: field.text() };
const Fragile = defineModel('fragile', { fields: named, ...described });
const Delayed = defineModel('delayed', { fields: named, ...described });
const Place = defineModel('place', {
  fields: {
    ...named,
    code: field.text({ nullable: true }),
    zip: field.text({ nullable: true }),
    other: field.text({ nullable: true }),
    zips: field.array(field.text(), { nullable: true }),
    size: field.integer({ nullable: true }),
    day: field.date({ nullable: true }),
    short: field.text({ nullable: true }),
    items: field.array(field.text(), { nullable: true }),
    small: field.integer({ nullable: true }),
    smalls: field.array(field.integer(), { nullable: true }),
    amount: field.decimal({ nullable: true }),
    mail: field.text({ sqlType: 'citext', nullable: true }),
    mails: field.array(field.text(), { nullable: true }),
    fuzzy: field.text({ nullable: true }),
  },
  ...described,
});
const view = { fields: { ...named, ratio: field.decimal({ nullable: true }) }, readOnly: true, ...described } as const;
const Ratio = defineModel('ratio', view);
const Raising = defineModel('raising', view);
const Endless = defineModel('endless', view);
const Missing = defineModel('missing', { fields: named, readOnly: true, ...described });
const Grouped = defineModel('groupedName', { fields: named, ...described });
const models = [Fragile, Delayed, Place, Ratio, Raising, Endless, Missing, Grouped];

const failures = [
  ['missing table', 'perform 1 from table_that_is_gone'],
  ['missing column', 'new.column_that_is_gone := 1'],
  ['missing function', 'perform function_that_is_gone()'],
  ['several rows', 'new.id := (select 1 union select 2)'],
  ['stack', 'perform endless()'],
  ['own row', 'update fragile set name = name where id = new.id'],
  ['assertion', 'assert false'],
  ['division', 'perform 1 / (new.id - new.id)'],
  ['not supported', `perform json_populate_record(null, '{}')`],
  ['sequence', `perform currval('unused')`],
  ['own code', `raise exception using errcode = 'XX999', message = 'secret text'`],
] as const;
const branches = failures.map(([name, statement]) => `if new.name = '${name}' then ${statement}; end if;`).join('\n');

const tables = `
  create sequence unused;
  create function endless() returns int language plpgsql as 'begin return endless(); end';
  create table fragile (id int primary key, name text not null);
  insert into fragile values (1, 'one');
  create function break_it() returns trigger language plpgsql as $$ begin ${branches} return new; end $$;
  create trigger break_it before insert or update on fragile for each row execute function break_it();
  create function keep_it() returns trigger language plpgsql as
    $$ begin perform 1 from table_that_is_gone; return old; end $$;
  create trigger keep_it before delete on fragile for each row execute function keep_it();
  create table delayed (id int primary key, name text not null);
  create function break_late() returns trigger language plpgsql as
    $$ begin if new.name <> 'fine' then perform 1 from table_that_is_gone; end if; return null; end $$;
  create constraint trigger break_late after insert or update on delayed deferrable initially deferred
    for each row execute function break_late();

  create domain zip as text check (value ~ '^\\d{4}$');
  comment on constraint zip_check on domain zip is 'A zip code has four digits.';
  create domain big_size as int constraint "at least ten" check (value >= 10);
  create domain short as varchar(4);
  create extension citext;
  create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
  create domain needed as text not null default 'x';
  create table place (
    id int primary key, name text not null, code text, zip zip, other zip, zips zip[], size big_size, day date, needed needed,
    short short, items short[], small smallint, smalls smallint[], amount numeric(3, 1), mail citext, mails citext[],
    fuzzy text collate loose,
    exclude using gist (daterange(day, day, '[]') with &&) where (day is not null)
  );
  alter table place alter mail set default 'ada@example.org', alter mails set default '{ada@example.org}', alter fuzzy set default 'Resume';
  create unique index place_code on place (lower(code));
  create unique index place_name on place (name) where code is null;
  insert into place (id, name, code, day) values (1, 'one', 'Abc', '2024-01-01'), (2, 'two', null, null);

  create table numbers (id int primary key, name text not null, n numeric not null);
  insert into numbers values (1, 'fine', 1), (2, 'zero', 0);
  create view ratio as select id, name, 1 / n as ratio from numbers;
  create function raises(n numeric) returns numeric language plpgsql as
    $$ begin if n = 0 then raise exception 'secret text'; end if; return n; end $$;
  create view raising as select id, name, raises(n) as ratio from numbers;
  create view endless as select id, name, endless()::numeric as ratio from numbers;
  create extension file_fdw;
  create server files foreign data wrapper file_fdw;
  create foreign table missing (id int, name text) server files options (filename '/nowhere/at/all.csv', format 'csv');
  create view grouped_name as select max(id) as id, name from numbers group by name;
`;

test.before(async () => {
  app = await testApp({
    models,
    plugins: {
      admin: {
        admins: [
          defineAdmin(Place, { fieldsets: [{ title: 'Size', fields: ['amount', 'small', 'name'] }] }),
          ...models.filter((model) => model !== Place).map((model) => defineAdmin(model, {})),
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
function add(list: string, values: Record<string, string>): Promise<TestResponse> {
  next += 1;
  return clerk.submit(`/admin/${list}/+new`, { id: String(next), ...values });
}

/** The form again, with its input and without internals of the database. */
function assertRefused({ status, text }: TestResponse, what: string): void {
  assert.is(status, 422, what);
  assert.match(noticesOf(text).join(), 'of these values', what);
  assert.not.match(textOf(mainOf(text)), /secret text|is_gone|PL\/pgSQL/, what);
}

test('the form is shown again for any error that a trigger raises', async () => {
  for (const [name] of failures) {
    const added = await add('fragiles', { name });
    // A row that is being added is not there yet.
    if (name !== 'own row') assertRefused(added, `add: ${name}`);
  }
  for (const [name] of failures) assertRefused(await clerk.submit('/admin/fragiles/1/+edit', { name }), name);
});

test('a trigger that fails at COMMIT is a problem of the form', async () => {
  assertRefused(await add('delayeds', { name: 'not fine' }), 'add');
  assert.is((await add('delayeds', { name: 'fine' })).status, 303);
  assertRefused(await clerk.submit(`/admin/delayeds/${next}/+edit`, { name: 'not fine' }), 'change');
});

test('a trigger that fails on a deletion is reported on the page', async () => {
  const { status, text } = await clerk.submit('/admin/fragiles/1/+delete', {});
  assert.is(status, 409);
  assert.match(textOf(mainOf(text)), 'does not allow this record to be deleted');
});

test('a violated domain is reported at its field, by the comment or name of its constraint', async () => {
  const zip = await add('places', { name: 'x', zip: '12' });
  assert.is(zip.status, 422);
  assert.is(errorAt(zip.text, 'zip'), 'The database does not allow this: A zip code has four digits.');
  const size = await clerk.submit('/admin/places/1/+edit', { size: '5' });
  assert.is(size.status, 422);
  assert.is(errorAt(size.text, 'size'), 'The database does not allow this value (rule “at least ten”).');
  const items = await clerk.submit('/admin/places/1/+edit', { zips: '1234\n12' });
  assert.match(errorAt(items.text, 'zips'), 'four digits', textOf(mainOf(items.text)));
});

test('a violated domain used by several fields is reported for the record', async () => {
  const { status, text } = await clerk.submit('/admin/places/1/+edit', { zip: '12', other: '1234' });
  assert.is(status, 422);
  assert.match(noticesOf(text).join(), 'A zip code has four digits.');
});

test('a value that its column cannot store is reported only at its own field', async () => {
  const long = 'x'.repeat(50);
  const text = await clerk.submit('/admin/places/1/+edit', { name: long, short: '12345', items: `ok\n${long}` });
  assert.is(text.status, 422);
  assert.is(errorAt(text.text, 'short'), 'Use at most 4 characters (currently 5).');
  assert.is(errorAt(text.text, 'items'), 'Use at most 4 characters (currently 50).');
  assert.is(errorAt(text.text, 'name'), '');
  const small = await clerk.submit('/admin/places/1/+edit', { small: '40000', size: '50000', smalls: '1\n70000' });
  assert.is(small.status, 422);
  assert.match(errorAt(small.text, 'small'), '32767');
  assert.match(errorAt(small.text, 'smalls'), '32767');
  assert.is(errorAt(small.text, 'size'), '');
  const digits = await clerk.submit('/admin/places/1/+edit', { amount: '1000' });
  assert.is(digits.status, 422);
  assert.is(errorAt(digits.text, 'amount'), 'This value is not allowed. Enter another value.');
});

test('the errors above the form are in the order of its fields', async () => {
  const { status, text } = await clerk.submit('/admin/places/1/+edit', { name: '', small: 'x', amount: 'y', day: 'z' });
  assert.is(status, 422);
  assert.match(noticesOf(text).join(), /Amount:.*Small:.*Name:.*Day:/);
});

test('a change of case is a change, however the column is compared', async () => {
  for (const values of [{ mail: 'ADA@example.org' }, { fuzzy: 'résumé' }, { mails: 'ADA@example.org' }]) {
    assert.is((await clerk.submit('/admin/places/1/+edit', values)).status, 303);
    const page = await clerk.get('/admin/places/1');
    for (const value of Object.values(values)) assert.match(textOf(mainOf(page.text)), value);
  }
});

test('violated unique indexes on expressions and partial unique indexes are reported at their field', async () => {
  const code = await add('places', { name: 'x', code: 'ABC' });
  assert.is(code.status, 422);
  assert.match(errorAt(code.text, 'code'), 'Another record already has this value');
  const name = await add('places', { name: 'two' });
  assert.is(name.status, 422);
  assert.match(errorAt(name.text, 'name'), 'Another record already has this value');
  const day = await clerk.submit('/admin/places/2/+edit', { day: '2024-01-01' });
  assert.is(day.status, 422);
  assert.match(errorAt(day.text, 'day'), /overlap/i);
});

test('a list or record with a failing view, function or foreign server is reported', async () => {
  for (const page of ['ratios', 'ratios/2', 'raisings', 'raisings/2', 'endlesses', 'missings']) {
    const { status, text } = await clerk.get(`/admin/${page}`);
    assert.is(status, 500, page);
    assert.match(text, /RIO-DATABASE-DATA/, page);
    assert.match(textOf(mainOf(text)), 'The database could not compute this data', page);
    assert.not.match(textOf(mainOf(text)), /secret text|nowhere/, page);
  }
  assert.is((await clerk.get('/admin/ratios/1')).status, 200);
});

test('a view that is not updatable is reported', async () => {
  const added = await add('grouped-names', { name: 'x' });
  assert.is(added.status, 422);
  assert.match(noticesOf(added.text).join(), 'of these values');
});

test('doctor names views whose rows cannot be read, with the reason', async () => {
  const { status, message } = await runCheck(oddRows, app.app);
  assert.is(status, 'warning');
  assert.match(message, 'ratio: the rows cannot be read: division by zero');
  assert.match(message, 'raising: the rows cannot be read: secret text');
  assert.not.match(message, /place: the rows/);
});
