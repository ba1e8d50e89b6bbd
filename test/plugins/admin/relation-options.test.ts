// Selecting a row is independent of viewing it, everywhere: options, forms, lists, filters, search, records, history, posts.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { testApp } from '../../support/app.ts';
import { type Client, formTokenOf } from '../../support/client.ts';
import { afterAllSuites, suite } from '../../support/suite.ts';
import { errorAt, firstsOf, mainOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: who can select related rows');

/** All users who write a line can select from it; only its viewers can view it. */
const Price = defineModel('price', {
  fields: { code: field.text(), name: field.text(), secretCost: field.integer() },
  key: 'code',
  label: ['code', 'name'],
  selectableBy: 'everyone',
});
/** The usual case: users who cannot view it cannot select from it. */
const Customer = defineModel('customer', { fields: { name: field.text() } });
const Line = defineModel('line', {
  fields: {
    text: field.text(),
    price: field.belongsTo(() => Price, { nullable: true }),
    customer: field.belongsTo(() => Customer, { nullable: true }),
    extras: field.manyToMany(() => Price, { through: () => LinePrice }),
  },
  label: 'text',
});
const LinePrice = defineModel('linePrice', {
  fields: {
    line: field.belongsTo(() => Line, { onDelete: 'cascade' }),
    price: field.belongsTo(() => Price, { onDelete: 'cascade' }),
  },
  key: ['line', 'price'],
  label: ['line', 'price'],
});
const admins = [
  defineAdmin(Price, {}),
  defineAdmin(Customer, {}),
  defineAdmin(Line, {
    list: ['text', 'price', 'customer', 'extras'],
    filters: ['price', 'customer', 'extras'],
    search: ['text', 'price.name', 'customer.name'],
  }),
];

const desk = await testApp({ models: [Price, Customer, Line, LinePrice], plugins: { admin: { admins } } });
afterAllSuites(() => desk.close());
await desk.app.database.query(sql.unsafe`insert into price values ('P1', 'Silver', 41), ('P2', 'Golden', 42)`);
await desk.app.database.query(sql.unsafe`insert into customer (name) values ('Miller')`);
await desk.app.database.query(sql.unsafe`insert into line (text, price_code, customer_id) values ('First', 'P1', 1)`);
await desk.app.database.query(sql.unsafe`insert into line_price values (1, 'P2')`);

/** Writes lines and views neither prices nor customers. */
const writer = await desk.signInAs('staff', [
  'line.view',
  'line.add',
  'line.change',
  'linePrice.add',
  'linePrice.delete',
]);
/** Reads lines, writes nothing. */
const reader = await desk.signInAs('staff', ['line.view']);
/** Reads lines and the targets of their relations. */
const auditor = await desk.signInAs('staff', ['line.view', 'price.view', 'customer.view']);

async function options(client: Client, name: string, q = ''): Promise<readonly string[]> {
  const { status, text } = await client.get(`/admin/lines/+options/${name}?${new URLSearchParams({ q })}`);
  assert.is(status, 200);
  return JSON.parse(text).options.map(({ label }: { label: string }) => label);
}

const storedLine = z.object({
  price: z.string().nullable(),
  customer: z.string().nullable(),
  extras: z.array(z.string()).nullable(),
});

async function stored(text: string): Promise<z.infer<typeof storedLine> | undefined> {
  const [row] = await desk.app.database.any(sql.type(storedLine)`
    select price_code as price, customer_id as customer,
      (select array_agg(price_code order by price_code) from line_price where line_id = line.id) as extras
    from line
    where text = ${text}
  `);
  return row;
}

test('options: users who can set the relation choose only from rows that everyone can select', async () => {
  assert.equal(await options(writer, 'price'), ['P1 · Silver', 'P2 · Golden']);
  assert.equal(await options(writer, 'price', 'gold'), ['P2 · Golden']);
  assert.equal(await options(writer, 'extras', 'P1'), ['P1 · Silver']);
  assert.equal(await options(writer, 'customer'), []);
  assert.equal(await options(writer, 'customer', 'Miller'), []);
});

test('options: users who can only read the relation get the rows that they can view, to filter a list', async () => {
  for (const name of ['price', 'extras', 'customer']) assert.equal(await options(reader, name), [], name);
  assert.equal(await options(auditor, 'price'), ['P1 · Silver', 'P2 · Golden']);
  assert.equal(await options(auditor, 'customer', 'mill'), ['Miller']);
});

test('selectable rows are not viewable: only the label is shown', async () => {
  const { text } = await writer.get('/admin/lines/+options/price');
  assert.not.match(text, /41|42|secret/i);
  for (const address of [
    '/admin/prices',
    '/admin/prices/P1',
    '/admin/prices/P1/+history',
    '/admin/prices/+options/code',
  ]) {
    assert.is((await writer.get(address)).status, 403, address);
  }
  assert.not.match((await writer.get('/admin')).text, '/admin/prices');
});

test('the label of a row that can only be selected is never a link; that of a viewable record is', async () => {
  for (const address of ['/admin/lines', '/admin/lines/1', '/admin/lines/1/+edit']) {
    const open = mainOf((await auditor.get(address.replace('/+edit', ''))).text);
    assert.match(open, /<a (?:class="badge" )?href="\/admin\/prices\/P[12]">P[12] · /, address);
    const closed = mainOf((await writer.get(address)).text);
    assert.match(closed, 'P1 · Silver');
    assert.match(closed, 'P2 · Golden');
    assert.not.match(closed, 'href="/admin/prices', address);
  }
});

test('form: rows that everyone can select can be chosen; relations for viewers only are read-only', async () => {
  const { text } = await writer.get('/admin/lines/1/+edit');
  assert.match(mainOf(text), 'name="price"');
  assert.match(mainOf(text), 'data-label="P1 · Silver"');
  assert.match(mainOf(text), /name="extras" value="P2" checked/);
  assert.match(mainOf(text), 'P2 · Golden');
  assert.not.match(mainOf(text), 'name="customer"');
  assert.not.match(text, 'Miller');
});

test('form: a key and a name are accepted, for one row and for several', async () => {
  assert.is((await writer.submit('/admin/lines/+new', { text: 'By key', price: 'P2' })).status, 303);
  assert.is((await stored('By key'))?.price, 'P2');
  const named = await writer.submit('/admin/lines/+new', {
    text: 'By name',
    price: 'p1 · silver',
    extras: ['P1', 'P2 · Golden'],
  });
  assert.is(named.status, 303);
  assert.equal(await stored('By name'), { price: 'P1', customer: null, extras: ['P1', 'P2'] });
});

test('form: words of a label suggest only selectable rows', async () => {
  const { status, text } = await writer.submit('/admin/lines/+new', { text: 'Words', price: 'gold' });
  assert.is(status, 422);
  assert.match(mainOf(text), /<input type="radio" name="price" value="P2"> P2 · Golden/);
  const none = await writer.submit('/admin/lines/+new', { text: 'Words', price: 'nothing like it' });
  assert.match(errorAt(none.text, 'price'), 'No price matches');
});

test('a forged post reaches only rows that its sender could select', async () => {
  const held = await writer.get('/admin/lines/+new');
  const token = formTokenOf(held.text);
  for (const customer of ['1', 'Miller', '999']) {
    const { status } = await writer.post('/admin/lines/+new', { '~token': token, text: 'Forged', customer });
    assert.is(status, 303, 'the field does not belong to the form, so it is ignored');
    assert.is((await stored('Forged'))?.customer, null);
    await desk.app.database.query(sql.unsafe`delete from line where text = 'Forged'`);
  }
});

test('saving a record keeps what the user cannot select', async () => {
  assert.is((await writer.submit('/admin/lines/1/+edit', { text: 'First again', price: 'P2' })).status, 303);
  assert.equal(await stored('First again'), { price: 'P2', customer: '1', extras: ['P2'] });
  await writer.submit('/admin/lines/1/+edit', { text: 'First', price: 'P1' });
});

test('list and record: labels of selectable or viewable rows, keys of the others', async () => {
  const first = async (client: Client) => rowsOf((await client.get('/admin/lines?q=First')).text)[0];
  assert.equal(await first(writer), ['First', 'P1 · Silver', '1', 'P2 · Golden']);
  assert.equal(await first(reader), ['First', 'P1', '1', 'P2']);
  assert.equal(await first(auditor), ['First', 'P1 · Silver', 'Miller', 'P2 · Golden']);
  assert.not.match((await writer.get('/admin/lines/1')).text, 'Miller');
  assert.not.match((await reader.get('/admin/lines/1')).text, /Miller|Silver|Golden/);
});

test('filter: by key for users who see the relation, and its chip reveals no more than the list', async () => {
  for (const [client, chip] of [
    [writer, 'Price: P1 · Silver'],
    [reader, 'Price: P1'],
  ] as const) {
    const { status, text } = await client.get('/admin/lines?f.price=P1&q=First');
    assert.is(status, 200);
    assert.equal(firstsOf(text), ['First']);
    assert.match(textOf(mainOf(text)), chip);
  }
  assert.not.match((await reader.get('/admin/lines?f.price=P1')).text, 'Silver');
  assert.not.match((await writer.get('/admin/lines?f.customer=1')).text, 'Miller');
});

test('search: through a relation finds nothing for users who cannot view the other model, even if they can select from it', async () => {
  assert.equal(firstsOf((await writer.get('/admin/lines?q=silver')).text), []);
  assert.equal(firstsOf((await writer.get('/admin/lines?q=miller')).text), []);
  assert.ok(firstsOf((await auditor.get('/admin/lines?q=silver')).text).includes('First'));
  assert.equal(firstsOf((await auditor.get('/admin/lines?q=miller')).text), ['First']);
});

test('history: labels of rows are shown as on the page of the record', async () => {
  const history = async (client: Client) => textOf(mainOf((await client.get('/admin/lines/1/+history')).text));
  assert.not.match(await history(reader), /Silver|Golden/);
  assert.not.match(await history(writer), 'Miller');
});

test('nothing unexpected was logged', () => {
  assert.equal(desk.errors, []);
});
