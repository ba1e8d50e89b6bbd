// Over HTTP: email addresses, phones, links, slugs, lists of values, money, colours, Markdown and bytes on the admin's pages.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, formFieldsOf, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { run } from './desk.ts';
import { errorAt, factsOf, firstsOf, mainOf, rowsOf, textOf } from './page.ts';

const Stall = defineModel('stall', {
  fields: {
    mail: field.email({ unique: true }),
    title: field.text(),
    slug: field.slug({ from: 'title' }),
    phone: field.phone({ nullable: true }),
    home: field.url({ nullable: true }),
    rent: field.money({ currency: 'EUR', min: '0', default: '10.00' }),
    paint: field.colour({ default: '#0d9488' }),
    trim: field.colour({ nullable: true }),
    notes: field.markdown({ nullable: true }),
    goods: field.array(field.text({ max: 20 }), { max: 3, default: ['fruit'] }),
    rows: field.array(field.integer(), { nullable: true }),
    days: field.array(field.choice(['mon', 'tue', 'wed'], { labels: { mon: 'Monday' } })),
    plan: field.bytes({ default: () => new Uint8Array([1, 2, 3]) }),
  },
  label: 'title',
});
const admins = [
  defineAdmin(Stall, {
    list: ['mail', 'title', 'phone', 'home', 'rent', 'paint', 'notes', 'goods', 'days', 'plan', 'several'],
    computed: { several: { label: 'Goods', value: (row) => row.goods.length } },
    filters: ['rent', 'goods', 'rows', 'days'],
    search: ['mail', 'phone', 'home', 'slug', 'notes'],
    order: ['title'],
  }),
];

const test = suite('admin: field types with their own forms');
const ADD = '/admin/stalls/+new';
const input = {
  mail: 'Ada@Example.org',
  title: 'Café Zoë',
  phone: '0049 (0)30 123-456',
  home: 'https://example.org/?a&b',
  rent: '1234.5',
  paint: '#ABCDEF',
  notes: '# Plan\n\n**two** <b>x</b>',
  goods: 'bread\r\n cheese \r\n\r\n',
  rows: '1\n2',
  days: ['mon', 'wed'],
};
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await testApp({ models: [Stall], plugins: { admin: { admins } } });
  clerk = await desk.signInAs('administrator');
  const { status } = await clerk.submit(ADD, input);
  assert.is(status, 303);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('values are stored in order, and the slug is generated', async () => {
  const [row] = await run(desk)`
    select mail, slug, phone, home, rent::text, paint, trim, goods, rows, days, plan::text from stall where id = 1
  `;
  assert.equal(row, {
    mail: 'Ada@example.org',
    slug: 'cafe-zoe',
    phone: '+4930123456',
    home: 'https://example.org/?a&b',
    rent: '1234.50',
    paint: '#abcdef',
    trim: null,
    goods: ['bread', 'cheese'],
    rows: [1, 2],
    days: ['mon', 'wed'],
    plan: '\\x010203',
  });
});

test('the list formats each by its type, and never nests links', async () => {
  const { text } = await clerk.get('/admin/stalls');
  assert.equal(rowsOf(text)[0], [
    ...['Ada@example.org', 'Café Zoë', '+4930123456', 'https://example.org/?a&b', '€1,234.50', '#abcdef'],
    ...['Plan two <b>x</b>', 'bread cheese', 'Monday Wed', '3 bytes', '2'],
  ]);
  assert.not.match(mainOf(text), /<a\b[^>]*>(?:(?!<\/a>)[\s\S])*<a\b/);
  assert.match(text, '<a href="https://example.org/?a&amp;b" rel="noopener noreferrer">');
  assert.not.match(mainOf(text), / style=/);
});

test('the page of the record shows Markdown, and the hash of bytes', async () => {
  const { text } = await clerk.get('/admin/stalls/1');
  assert.match(text, '<div class="prose"><h3>Plan</h3>\n<p><strong>two</strong> &lt;b&gt;x&lt;/b&gt;</p>');
  assert.is(factsOf(text).Plan, '3 bytes · SHA-256 039058c6f2c0cb49');
  assert.match(text, '<a href="mailto:Ada@example.org">');
});

test('an empty form contains the defaults, and marks required fields', async () => {
  const { text } = await clerk.get(ADD);
  const formFields = formFieldsOf(text, ADD);
  assert.equal(
    [formFields.rent, formFields.paint, formFields.trim, formFields.goods, formFields.slug, formFields.days],
    ['10.00', '#0d9488', '', 'fruit', '', undefined],
  );
  assert.match(text, /<input[^>]*type="color"[^>]*name="paint"/);
  assert.match(text, /<input[^>]*type="text"[^>]*name="trim"/, 'a browser’s colour is never empty');
  assert.not.match(text, /<input[^>]*name="plan"/);
  for (const name of ['slug', 'goods', 'rows']) {
    assert.not.match(new RegExp(`<(?:input|textarea)[^>]*name="${name}"[^>]*>`).exec(text)?.[0] ?? '', 'required');
  }
  assert.match(/<input[^>]*name="mail"[^>]*>/.exec(text)?.[0] ?? '', 'required');
  assert.match(textOf(mainOf(text)), 'EUR');
});

test('the form of a record contains what is stored, and saving it unchanged changes nothing', async () => {
  const page = '/admin/stalls/1/+edit';
  const { text } = await clerk.get(page);
  const formFields = formFieldsOf(text, page);
  assert.equal([formFields.goods, formFields.rows, formFields.days], ['bread\ncheese', '1\n2', ['mon', 'wed']]);
  const { location } = await clerk.submit(page, {});
  assert.match(textOf((await clerk.get(location)).text), 'No changes were made');
});

test('unticked boxes and an empty list are stored as empty; fields missing from the form are unchanged', async () => {
  await clerk.submit(ADD, { ...input, mail: 'b@b.de', title: 'Bare' });
  const [{ id } = { id: 0 }] = await run(desk)`select id from stall where title = 'Bare'`;
  const page = `/admin/stalls/${id}/+edit`;
  await clerk.submit(page, { goods: '', rows: '', days: null });
  const [emptied] = await run(desk)`select goods, rows, days from stall where id = ${Number(id)}`;
  assert.equal(emptied, { goods: [], rows: null, days: [] });
  await clerk.submit(page, { days: ['tue'], 'days~': null, title: 'Barer', goods: null });
  const [left] = await run(desk)`select title, goods, days from stall where id = ${Number(id)}`;
  assert.equal(left, { title: 'Barer', goods: [], days: ['tue'] });
  await clerk.submit(page, { slug: '' });
  const [again] = await run(desk)`select slug from stall where id = ${Number(id)}`;
  assert.equal(again, { slug: 'barer' }, 'an emptied slug is regenerated');
});

test('each error is reported at its field, and the input is kept', async () => {
  const wrong = {
    mail: 'ada@EXAMPLE.org',
    title: 'Other',
    slug: 'Not A Slug',
    phone: '030 123456',
    home: 'javascript:alert(1)',
    rent: '1.234',
    paint: 'red',
    goods: 'a\nb\nc\nd',
    rows: 'x',
    days: ['sun'],
  };
  const { status, text } = await clerk.submit(ADD, wrong);
  assert.is(status, 422);
  assert.match(errorAt(text, 'slug'), 'lowercase letters');
  assert.match(errorAt(text, 'phone'), 'with its country');
  assert.match(errorAt(text, 'home'), 'web address (URL)');
  assert.match(errorAt(text, 'rent'), 'at most 2 decimal places');
  assert.match(errorAt(text, 'paint'), 'six hexadecimal digits');
  assert.match(errorAt(text, 'goods'), 'at most 3 items (currently 4)');
  assert.match(errorAt(text, 'rows'), 'whole number');
  assert.match(errorAt(text, 'days'), 'available options');
  const formFields = formFieldsOf(text, ADD);
  assert.equal([formFields.paint, formFields.goods, formFields.home], ['red', 'a\nb\nc\nd', 'javascript:alert(1)']);
  assert.match(text, /<input[^>]*type="text"[^>]*name="paint"/, 'a browser’s own control could not show it');
  const taken = await clerk.submit(ADD, { ...input, mail: 'ADA@example.org' });
  assert.is(taken.status, 422);
  assert.match(errorAt(taken.text, 'mail'), 'Another record already has this value');
});

test('bytes cannot be set by a post', async () => {
  await clerk.submit('/admin/stalls/1/+edit', { plan: '\\xff' });
  const [row] = await run(desk)`select plan::text from stall where id = 1`;
  assert.equal(row, { plan: '\\x010203' });
});

test('an array is filtered by typed or ticked values', async () => {
  await clerk.submit(ADD, { ...input, mail: 'c@c.de', title: 'Third', goods: 'milk', days: ['tue'] });
  const matches = async (query: string) => firstsOf((await clerk.get(`/admin/stalls?${query}`)).text);
  assert.equal(await matches('f.goods=milk'), ['c@c.de']);
  assert.equal(await matches('f.goods=milk&f.goods=bread'), ['Ada@example.org', 'c@c.de']);
  assert.equal(await matches('f.days=tue&q=third'), ['c@c.de']);
  assert.equal(await matches('f.rent.from=2000'), []);
  assert.equal(await matches('q=ADA%40example'), ['Ada@example.org']);
  const { text } = await clerk.get('/admin/stalls?f.goods=milk');
  const filter = parseForms(text).find(({ fields }) => 'f.goods' in fields)?.fields ?? {};
  assert.equal(filter['f.goods'], ['milk', ''], 'the chosen one stays ticked beside the empty line');
  assert.match(textOf(mainOf(text)), 'Goods: milk');
});
