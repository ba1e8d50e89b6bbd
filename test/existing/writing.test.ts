// Adding, changing and deleting rows of tables that somebody else made; and what the database says against it.
import * as assert from 'uvu/assert';
import { sql, z } from '../../index.ts';
import { mainOf, mistakeAt, noticesOf, rowsOf, textOf } from '../plugins/admin/page.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { everything, openMerchant } from './merchant.ts';

const test = suite('an existing database: writing');
const merchant = await openMerchant();
afterAllSuites(() => merchant.close());
const { database } = merchant.app;
const clerk = await merchant.person('staff', everything);

const one = '00000000-0000-4000-8000-000000000001';
const closed = '00000000-0000-4000-8000-000000000002';
const labelled = '00000000-0000-4000-8000-000000000003';
const ruled = 'A rule of the database does not allow this.';

const anyText = z.object({ text: z.string().nullable() });

function add(address: string, fields: Record<string, string>) {
  return clerk.submit(`/admin/${address}/+new`, fields);
}

function change(record: string, fields: Record<string, string>) {
  return clerk.submit(`/admin/${record}/+edit`, fields);
}

test('rows of every sort of key are added, with what defaults and triggers make of them', async () => {
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

test('a composite key of a uuid and a smallint', async () => {
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

test('a form that nobody touched changes nothing: microseconds, blanks and digits stay', async () => {
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
    assert.match(noticesOf(text).join(), 'Nothing was changed', record);
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

test('a change of one field leaves the digits of others alone', async () => {
  assert.is((await change('members/ada', { group: 'chief' })).status, 303);
  const since = await database.oneFirst(sql.type(anyText)`
    select concat_ws(' ', "group", "Since", "Wakes At") as text from "user" where "Login Name" = 'ada'
  `);
  assert.is(since, 'chief 2004-02-29 23:59:59.999999 06:30:15.25');
});

test('a generated column is in no form, and a hand-made post of it is refused', async () => {
  const page = `/admin/order-details/${one},1/+edit`;
  assert.not.match((await clerk.get(page)).text, 'name="amount"');
  const { status } = await clerk.submit(page, { amount: '1000000', quantity: '6' });
  assert.is(status, 303);
  const amount = await database.oneFirst(sql.type(anyText)`
    select amount::text as text from "Sales"."Order Details" where "Order ID" = ${one}::uuid and "Line" = 1
  `);
  assert.is(amount, '105.0');
});

test('too long for a varchar is a mistake at its field, though the model says nothing of a length', async () => {
  const { status, text } = await change('racks/2', { name: 'x'.repeat(31) });
  assert.is(status, 422);
  assert.is(mistakeAt(text, 'name'), 'Use at most 30 characters; this has 31.');
  const country = await add('countries', { iso: 'TOO', name: 'y'.repeat(41) });
  assert.is(mistakeAt(country.text, 'name'), 'Use at most 40 characters; this has 41.');
  // Beyond the length in letters, not in bytes.
  assert.is((await change('racks/2', { name: 'ö'.repeat(30) })).status, 303);
});

test('out of range for a smallint is a mistake at its field', async () => {
  const much = await change('racks/1', { capacity: '40000' });
  assert.is(much.status, 422);
  assert.match(mistakeAt(much.text, 'capacity'), '32767');
  const key = await add('racks', { no: '-40000', name: 'Below', capacity: '1' });
  assert.is(key.status, 422);
  assert.match(mistakeAt(key.text, 'no'), '-32768');
});

test('none of an enum is a mistake at its field', async () => {
  const { status, text } = await change(`orders/${one}`, { state: 'lost' });
  assert.is(status, 422);
  assert.ok(mistakeAt(text, 'state') !== '');
});

test('what is taken is told at its field, however the constraint is called', async () => {
  const login = await add('members', { login: 'ada', group: 'x', email: 'new@example.org', since: '2020-01-01T00:00' });
  assert.match(mistakeAt(login.text, 'login'), 'already taken');
  // citext: capitals make no difference.
  const email = await add('members', {
    login: 'adele',
    group: 'x',
    email: 'ADA@EXAMPLE.ORG',
    since: '2020-01-01T00:00',
  });
  assert.match(mistakeAt(email.text, 'email'), 'already taken');
  const line = await add('order-details', { order: one, line: '1', article: '1', quantity: '1', price: '1' });
  assert.match(mistakeAt(line.text, 'order'), 'same values together');
});

test('a relation to a row that is not there is told at its field', async () => {
  const { status, text } = await change(`orders/${one}`, { buyer: 'nobody' });
  assert.is(status, 422);
  assert.ok(mistakeAt(text, 'buyer') !== '');
});

test('checks, domains and triggers concern the record, and show nothing of the inside', async () => {
  const refused = [
    await add('members', { login: 'Capital', group: 'x', email: 'c@example.org', since: '2020-01-01T00:00' }),
    await change(`orders/${one}`, { zip: 'none' }),
    await add('order-details', { order: closed, line: '9', article: '1', quantity: '1', price: '1' }),
    await change(`order-details/${closed},1`, { quantity: '11' }),
    await add('order-details', { order: one, line: '9', article: '1', quantity: '-1', price: '1' }),
    await add('countries', { iso: 'XX', name: 'Nowhere' }),
  ];
  for (const { status, text } of refused) {
    assert.is(status, 422);
    assert.match(noticesOf(text).join(), ruled);
    assert.not.match(
      textOf(mainOf(text)),
      /KC-17|keep_closed|small letters only|four or five|some or none|Postal Code/,
    );
  }
  assert.is((await clerk.get('/admin/countries/XX')).status, 404);
  assert.not.match((await clerk.get('/admin/members')).text, 'Capital');
});

test('what was typed is still there after a refusal', async () => {
  const { text } = await change(`order-details/${closed},1`, { price: '99.95' });
  assert.match(text, 'value="99.95"');
});

test('deletion: restricted by a described table, by one that is not, and by a trigger', async () => {
  // The page knows what is in the way, and offers no button; a hand-made request is told the same.
  const asked = await clerk.get('/admin/members/ada/+delete');
  assert.match(textOf(mainOf(asked.text)), 'Orders 2 Prevent the deletion');
  const token = /name="~token" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
  const restricted = await clerk.post('/admin/members/ada/+delete', { '~token': token });
  assert.is(restricted.status, 409);

  const hidden = await clerk.submit(`/admin/orders/${labelled}/+delete`, {});
  assert.is(hidden.status, 409);
  assert.not.match(textOf(mainOf(hidden.text)), 'shipping');

  const ruledOut = await clerk.submit(`/admin/order-details/${closed},1/+delete`, {});
  assert.is(ruledOut.status, 409);
  assert.match(textOf(mainOf(ruledOut.text)), 'a rule of the database does not allow it');
  assert.not.match(ruledOut.text, 'KC-17');

  assert.is((await clerk.get('/admin/members/ada')).status, 200);
  assert.is((await clerk.get(`/admin/orders/${labelled}`)).status, 200);
  assert.is((await clerk.get(`/admin/order-details/${closed},1`)).status, 200);
});

test('deletion: what cascades goes along, what is loosened stays', async () => {
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

test('every change stands in the history of its record, by the names of the fields', async () => {
  await change('racks/1', { capacity: '13' });
  const history = textOf(mainOf((await clerk.get('/admin/racks/1/+history')).text));
  assert.match(history, /Capacity 12 13/);
  const order = textOf(mainOf((await clerk.get('/admin/orders/00000000-0000-4000-8000-00000000000a/+history')).text));
  assert.match(order, 'deleted this');
});

test('somebody else changes the record in between, past the application', async () => {
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

test('a value that the model does not know is shown, and kept until somebody chooses another one', async () => {
  await database.query(sql.unsafe`alter type "Sales"."Order State" add value 'lost at sea'`);
  await database.query(sql.unsafe`update "Sales"."Order" set state = 'lost at sea' where "Order ID" = ${one}::uuid`);
  const list = rowsOf((await clerk.get('/admin/orders')).text).flat();
  assert.ok(list.includes('lost at sea'));
  const { text } = await clerk.get(`/admin/orders/${one}/+edit`);
  assert.match(text, /<option value="lost at sea" selected>/);
  const saved = await change(`orders/${one}`, { zip: '8002' });
  assert.is(saved.status, 422);
  assert.ok(mistakeAt(saved.text, 'state') !== '');
});

test('nothing unexpected was logged', () => {
  assert.equal(merchant.errors, []);
});
