// Adding, changing and deleting rows of existing tables; and what the database rejects.

import * as assert from 'uvu/assert';
import { sql, z } from '../../index.ts';
import { errorAt, mainOf, noticesOf, rowsOf, textOf } from '../plugins/admin/page.ts';
import { formTokenOf } from '../support/client.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { allPermissions, openMerchant } from './merchant.ts';

const test = suite('an existing database: writing');
const merchant = await openMerchant();
afterAllSuites(() => merchant.close());
const { database } = merchant.app;
const clerk = await merchant.signInAs('staff', allPermissions);

const one = '00000000-0000-4000-8000-000000000001';
const closed = '00000000-0000-4000-8000-000000000002';
const labelled = '00000000-0000-4000-8000-000000000003';
const refusedText = 'One or more of these values are not allowed. Check them and save again.';
/** A CHECK is reported by its own name, at its field. */
const byRule = (name: string) => `The database does not allow this value (rule “${name}”).`;

const anyText = z.object({ text: z.string().nullable() });

function add(address: string, fields: Record<string, string>) {
  return clerk.submit(`/admin/${address}/+new`, fields);
}

function change(record: string, fields: Record<string, string>) {
  return clerk.submit(`/admin/${record}/+edit`, fields);
}

test('rows with every type of key are added, with values from defaults and triggers', async () => {
  assert.is((await add('countries', { iso: 'IT', name: 'Italy' })).status, 303);
  assert.is((await add('racks', { no: '7', name: 'Attic', capacity: '3' })).status, 303);
  assert.is(
    (
      await add('members', {
        login: 'dora m',
        group: 'boss',
        email: 'Dora@Example.org',
        country: 'IT',
        since: '2020-02-02T02:02',
      })
    ).status,
    303,
  );
  assert.is((await add('articles', { name: 'Gamay', rank: '', rack: '7', replacedBy: '' })).status, 303);
  assert.is((await add('orders', { buyer: 'dora m', state: 'Shipped out', weight: '0.10', zip: '00187' })).status, 303);

  const { text: json } = await database.one(sql.type(anyText)`
    select to_jsonb(o) #>> '{}' as text from "Sales"."Order" o where "Buyer" = 'dora m'
  `);
  const order = JSON.parse(json ?? '{}');
  assert.is(order.state, 'Shipped out');
  assert.is(order['Changed By'], 'trigger');
  assert.is(String(order['Weight (kg)']), '0.1');
  const country = await database.oneFirst(
    sql.type(anyText)`select country::text as text from "user" where "Login Name" = 'dora m'`,
  );
  assert.is(country, 'IT');
});

test('a record with a composite key of a uuid and a smallint is added, changed and deleted', async () => {
  const saved = await add('order-details', { order: one, line: '3', article: '2', quantity: '2', price: '1.005' });
  assert.is(saved.status, 303);
  const amount = await database.oneFirst(sql.type(anyText)`
    select amount::text as text from "Sales"."Order Details" where "Order ID" = ${one}::uuid and "Line" = 3
  `);
  assert.is(amount, '2.010');
  const record = `order-details/${one},3`;
  assert.is((await change(record, { quantity: '3' })).status, 303);
  assert.is((await clerk.submit(`/admin/${record}/+delete`, {})).status, 303);
  assert.is((await clerk.get(`/admin/${record}`)).status, 404);
});

test('saving a form without changes changes nothing: microseconds, spaces and digits are kept', async () => {
  const before = await everythingOf();
  for (const record of [
    'members/ada',
    `orders/${one}`,
    'countries/UK',
    'racks/2',
    'articles/3',
    `order-details/${one},2`,
  ]) {
    const { location, status } = await change(record, {});
    assert.is(status, 303, record);
    const { text } = await clerk.get(location);
    assert.match(noticesOf(text).join(), 'No changes were made', record);
  }
  assert.equal(await everythingOf(), before);

  async function everythingOf() {
    return database.anyFirst(sql.type(anyText)`
      select to_jsonb(u)::text as text from "user" u
      union all select to_jsonb(o)::text from "Sales"."Order" o
      union all select to_jsonb(d)::text from "Sales"."Order Details" d
      order by 1
    `);
  }
});

test('changing one field keeps the digits of the others', async () => {
  assert.is((await change('members/ada', { group: 'chief' })).status, 303);
  const since = await database.oneFirst(sql.type(anyText)`
    select concat_ws(' ', "group", "Since", "Wakes At") as text from "user" where "Login Name" = 'ada'
  `);
  assert.is(since, 'chief 2004-02-29 23:59:59.999999 06:30:15.25');
});

test('a generated column is in no form, and a forged post of it is rejected', async () => {
  const page = `/admin/order-details/${one},1/+edit`;
  assert.not.match((await clerk.get(page)).text, 'name="amount"');
  const { status } = await clerk.submit(page, { amount: '1000000', quantity: '6' });
  assert.is(status, 303);
  const amount = await database.oneFirst(sql.type(anyText)`
    select amount::text as text from "Sales"."Order Details" where "Order ID" = ${one}::uuid and "Line" = 1
  `);
  assert.is(amount, '105.0');
});

test('text too long for a varchar is reported at its field, even if the model declares no length', async () => {
  const { status, text } = await change('racks/2', { name: 'x'.repeat(31) });
  assert.is(status, 422);
  assert.is(errorAt(text, 'name'), 'Use at most 30 characters (currently 31).');
  const country = await add('countries', { iso: 'TOO', name: 'y'.repeat(41) });
  assert.is(errorAt(country.text, 'name'), 'Use at most 40 characters (currently 41).');
  // Over the limit in characters, not in bytes.
  assert.is((await change('racks/2', { name: 'ö'.repeat(30) })).status, 303);
});

test('a value out of range for a smallint is reported at its field', async () => {
  const much = await change('racks/1', { capacity: '40000' });
  assert.is(much.status, 422);
  assert.match(errorAt(much.text, 'capacity'), '32767');
  const key = await add('racks', { no: '-40000', name: 'Below', capacity: '1' });
  assert.is(key.status, 422);
  assert.match(errorAt(key.text, 'no'), '-32768');
});

test('a value that is not in an enum is reported at its field', async () => {
  const { status, text } = await change(`orders/${one}`, { state: 'lost' });
  assert.is(status, 422);
  assert.ok(errorAt(text, 'state') !== '');
});

test('a duplicate value is reported at its field, regardless of the name of the constraint', async () => {
  const login = await add('members', { login: 'ada', group: 'x', email: 'new@example.org', since: '2020-01-01T00:00' });
  assert.match(errorAt(login.text, 'login'), 'Another record already has this value');
  // citext ignores case.
  const email = await add('members', {
    login: 'adele',
    group: 'x',
    email: 'ADA@EXAMPLE.ORG',
    since: '2020-01-01T00:00',
  });
  assert.match(errorAt(email.text, 'email'), 'Another record already has this value');
  const line = await add('order-details', { order: one, line: '1', article: '1', quantity: '1', price: '1' });
  assert.match(errorAt(line.text, 'order'), 'this combination of values');
});

test('a relation to a missing row is reported at its field', async () => {
  const { status, text } = await change(`orders/${one}`, { buyer: 'nobody' });
  assert.is(status, 422);
  assert.ok(errorAt(text, 'buyer') !== '');
});

test('CHECKs, including those of domains, are reported by name; errors of triggers are reported for the record, without internals', async () => {
  const rejected: readonly (readonly [answer: { readonly status: number; readonly text: string }, message: string])[] =
    [
      [
        await add('members', { login: 'Capital', group: 'x', email: 'c@example.org', since: '2020-01-01T00:00' }),
        byRule('small letters only'),
      ],
      [await change(`orders/${one}`, { zip: 'none' }), byRule('four or five digits')],
      [await add('order-details', { order: closed, line: '9', article: '1', quantity: '1', price: '1' }), refusedText],
      [await change(`order-details/${closed},1`, { quantity: '11' }), refusedText],
      [
        await add('order-details', { order: one, line: '9', article: '1', quantity: '-1', price: '1' }),
        byRule('some or none'),
      ],
      [await add('countries', { iso: 'XX', name: 'Nowhere' }), refusedText],
    ];
  for (const [{ status, text }, message] of rejected) {
    assert.is(status, 422);
    assert.match(noticesOf(text).join(), message);
    assert.not.match(textOf(mainOf(text)), /KC-17|keep_closed|Postal Code/);
  }
  assert.is((await clerk.get('/admin/countries/XX')).status, 404);
  assert.not.match((await clerk.get('/admin/members')).text, 'Capital');
});

test('a rejected form keeps its input', async () => {
  const { text } = await change(`order-details/${closed},1`, { price: '99.95' });
  assert.match(text, 'value="99.95"');
});

test('a deletion is prevented by an unmanaged table, by another table, and by a trigger', async () => {
  // The page shows what blocks it, and offers no button; a hand-made request gets the same page.
  const confirmation = await clerk.get('/admin/members/ada/+delete');
  assert.match(textOf(mainOf(confirmation.text)), 'Orders 2 Blocks deletion');
  const token = formTokenOf(confirmation.text);
  const restricted = await clerk.post('/admin/members/ada/+delete', { '~token': token });
  assert.is(restricted.status, 409);

  const hidden = await clerk.post(`/admin/orders/${labelled}/+delete`, { '~token': token });
  assert.is(hidden.status, 409);
  assert.match(textOf(mainOf(hidden.text)), 'Other records in the database 1 Blocks deletion');
  assert.not.match(textOf(mainOf(hidden.text)), 'shipping');

  const ruledOut = await clerk.submit(`/admin/order-details/${closed},1/+delete`, {});
  assert.is(ruledOut.status, 409);
  assert.match(textOf(mainOf(ruledOut.text)), 'does not allow this record to be deleted');
  assert.not.match(ruledOut.text, 'KC-17');

  assert.is((await clerk.get('/admin/members/ada')).status, 200);
  assert.is((await clerk.get(`/admin/orders/${labelled}`)).status, 200);
  assert.is((await clerk.get(`/admin/order-details/${closed},1`)).status, 200);
});

test('a deletion deletes cascading rows and keeps rows with set null', async () => {
  await database.query(sql.unsafe`
    insert into "Sales"."Order" ("Order ID", "Buyer") values ('00000000-0000-4000-8000-00000000000a', 'zoë')
  `);
  await database.query(sql.unsafe`
    insert into "Sales"."Order Details" ("Order ID", "Line", "Article", qty, price)
    values ('00000000-0000-4000-8000-00000000000a', 1, 1, 1, 1)
  `);
  const order = '/admin/orders/00000000-0000-4000-8000-00000000000a';
  assert.is((await clerk.submit(`${order}/+delete`, {})).status, 303);
  assert.is((await clerk.get('/admin/order-details/00000000-0000-4000-8000-00000000000a,1')).status, 404);

  assert.is((await clerk.submit('/admin/countries/FRA/+delete', {})).status, 303);
  await database.query(sql.unsafe`insert into "Sales"."Rack" values (50, 'Shed', 1)`);
  await database.query(sql.unsafe`insert into article ("desc", rack) values ('Chasselas', 50)`);
  assert.is((await clerk.submit('/admin/racks/50/+delete', {})).status, 303);
  const loosened = rowsOf((await clerk.get('/admin/articles?q=Chasselas')).text);
  assert.equal(loosened, [['Chasselas', '–', '–', '–']]);
});

test('every change is in the history of its record, by the labels of the fields', async () => {
  await change('racks/1', { capacity: '13' });
  const history = textOf(mainOf((await clerk.get('/admin/racks/1/+history')).text));
  assert.match(history, /Capacity 12 13/);
  const order = textOf(mainOf((await clerk.get('/admin/orders/00000000-0000-4000-8000-00000000000a/+history')).text));
  assert.match(order, 'deleted this');
});

test('a concurrent change by another program is a conflict', async () => {
  const page = '/admin/racks/2/+edit';
  const { text } = await clerk.get(page);
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';
  await database.query(sql.unsafe`update "Sales"."Rack" set capacity = 5 where no = 2`);
  const answer = await clerk.post(page, {
    '~token': hidden('~token'),
    '~form': hidden('~form'),
    '~version': hidden('~version'),
    name: 'North',
    capacity: '6',
  });
  assert.is(answer.status, 409);
});

test('a value that the model does not declare is shown, and kept until another one is chosen', async () => {
  await database.query(sql.unsafe`alter type "Sales"."Order State" add value 'lost at sea'`);
  await database.query(sql.unsafe`update "Sales"."Order" set state = 'lost at sea' where "Order ID" = ${one}::uuid`);
  const list = rowsOf((await clerk.get('/admin/orders')).text).flat();
  assert.ok(list.includes('lost at sea'));
  const { text } = await clerk.get(`/admin/orders/${one}/+edit`);
  assert.match(text, /<option value="lost at sea" selected>/);
  assert.is((await change(`orders/${one}`, { zip: '8002' })).status, 303);
  const kept = await database.oneFirst(
    sql.type(anyText)`select state::text as text from "Sales"."Order" where "Order ID" = ${one}::uuid`,
  );
  assert.is(kept, 'lost at sea');
  const other = await change(`orders/${one}`, { state: 'stolen' });
  assert.is(other.status, 422);
  assert.ok(errorAt(other.text, 'state') !== '');
});

test('nothing unexpected was logged', () => {
  assert.equal(merchant.errors, []);
});
