// Black box: what no form of ours would send. Each gets its exact answer, and nothing is stored.
import * as assert from 'uvu/assert';
import { ask as askRaw, OWN_FORM } from '../core/http/raw.ts';
import { everything, openDesk, run } from '../plugins/admin/desk.ts';
import { mainOf, mistakeAt, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Answer, type Client, formsOf } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: bad input in forms');
const ADD = '/admin/things/+new';
let desk: TestApp;
let clerk: Client;
test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', everything);
});
test.after(() => desk.close());
test.after.each(async () => {
  assert.equal(desk.errors, [], 'a mistake of the sender is no error of ours');
});

async function nothingStored(): Promise<void> {
  assert.equal(await run(desk)`select count(*)::integer as n from thing`, [{ n: 0 }]);
  assert.equal(await run(desk)`select count(*)::integer as n from rustio_audit where event = 'create'`, [{ n: 0 }]);
}

/** A body as it is, with what a browser sends beside it. */
function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
  const cookie = `rustio=${clerk.cookie('rustio')}`;
  return askRaw(desk.url, 'POST', ADD, { ...OWN_FORM, cookie, ...headers }, body);
}

const LARGE = 10_000_000;

for (const [what, send] of [
  ['with its length', () => post(`name=${'x'.repeat(LARGE)}`)],
  ['in pieces without its length', () => post(`name=${'x'.repeat(LARGE)}`, { 'transfer-encoding': 'chunked' })],
  ['in a million fields', () => post('a=12345678&'.repeat(LARGE / 11))],
] as const) {
  test(`a body of 10 MB, sent ${what}: 413 with how much may be sent`, async () => {
    const { status, text } = await send();
    assert.is(status, 413);
    const said = textOf(mainOf(text));
    assert.match(said, 'RIO-HTTP-TOO-LARGE What was sent is too large. Why This form takes at most 1 MB.');
    await nothingStored();
  });
}

test('100,000 fields: 413 with how many may be sent', async () => {
  const { status, text } = await post('a=1&'.repeat(100_000));
  assert.is(status, 413);
  const said = textOf(mainOf(text));
  assert.match(said, 'RIO-HTTP-TOO-MANY-FIELDS The form has too many fields. Why This form takes at most 5000.');
  await nothingStored();
});

test('100,000 values of one field are as many fields', async () => {
  const { status, text } = await post('tags=1&'.repeat(100_000));
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-MANY-FIELDS');
});

test('multipart where the form has no files: 415 with what it takes', async () => {
  for (const type of ['multipart/form-data; boundary=x', 'multipart/form-data', 'multipart/form-data; boundary=']) {
    const { status, text } = await post('--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nBroken\r\n', {
      'content-type': type,
    });
    assert.is(status, 415, type);
    const page = textOf(mainOf(text));
    assert.match(page, 'RIO-HTTP-MEDIA This address does not accept a body of this content type.');
    assert.match(page, 'It accepts application/x-www-form-urlencoded.');
  }
  await nothingStored();
});

const add = (fields: Readonly<Record<string, string>>): Promise<Answer> =>
  clerk.submit(ADD, { name: 'Anvil', ...fields });
const NOT_STORABLE =
  'This holds a character that cannot be stored (a NUL, or half of a character). Please type it anew.';

const mistakes: readonly (readonly [field: string, typed: string, words: string])[] = [
  ['name', 'a\0b', NOT_STORABLE],
  ['notes', 'a\n\0', NOT_STORABLE],
  ['code', '\0', NOT_STORABLE],
  ['data', '{"a":"\\u0000"}', NOT_STORABLE],
  ['data', '{"\\ud800":1}', NOT_STORABLE],
  ['data', '{"a":["\\udfff"]}', NOT_STORABLE],
  ['amount', '1001', 'This must be 1000 or less.'],
  ['amount', '-1', 'This must be 0 or more.'],
  ['amount', '2147483648', 'This must be 1000 or less.'],
  ['amount', '9'.repeat(400), 'This must be 1000 or less.'],
  ['amount', '1e3', 'Write a whole number in digits, such as 42.'],
  ['amount', 'NaN', 'Write a whole number in digits, such as 42.'],
  ['big', '9223372036854775808', 'This must be 9223372036854775807 or less.'],
  ['big', '-9223372036854775809', 'This must be -9223372036854775808 or more.'],
  ['price', '123456789.00', 'Use at most 8 digits before the point.'],
  ['price', '-0.01', 'This must be 0 or more.'],
  [
    'price',
    'Infinity',
    'Write a number in digits with a point, such as 1234.50, without separators between thousands.',
  ],
  ['day', '2026-02-30', 'Write a date that exists as year-month-day, such as 2026-11-20.'],
  ['day', '10000000-01-01', 'Write a date that exists as year-month-day, such as 2026-11-20.'],
  ['time', '24:00', 'Write a time between 00:00 and 23:59, such as 09:30 or 09:30:15.'],
  ['moment', '294277-01-01T00:00', 'Write date and time, such as 2026-11-20 10:44.'],
  ['state', '__proto__', 'Choose one of the values that are offered.'],
  ['state', 'constructor', 'Choose one of the values that are offered.'],
  ['place', '__proto__', 'There is no place “__proto__”.'],
  ['boss', 'constructor', 'There is no thing “constructor”.'],
  ['boss', '9'.repeat(30), `There is no thing “${'9'.repeat(30)}”.`],
  ['tags', 'toString', 'There is no tag “toString”.'],
];

for (const [field, typed, words] of mistakes) {
  test(`${field} = ${JSON.stringify(typed).slice(0, 40)}: 422, told at its field`, async () => {
    const { status, text } = await add({ [field]: typed });
    assert.is(status, 422);
    assert.match(mistakeAt(text, field), words);
    assert.not.match(text, /\[object Object\]|\bundefined\b|native code/);
    await nothingStored();
  });
}

test('half of a character that comes as bytes is no character: the sign for that is stored', async () => {
  const fields = formsOf((await clerk.get(ADD)).text).find(({ action }) => action === ADD)?.fields ?? {};
  const rest = Object.entries(fields)
    .filter(([name]) => name !== 'name')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  assert.is((await post([...rest, 'name=x%ED%A0%80y'].join('&'))).status, 303);
  assert.equal(await run(desk)`select name from thing`, [{ name: 'x\ufffd\ufffd\ufffdy' }]);
  await run(desk)`truncate thing cascade`;
});

test('a record may be called __proto__ or constructor, and have it for its key', async () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.is((await clerk.submit('/admin/places/+new', { code: name, name })).status, 303);
    const page = `/admin/places/${name}`;
    const shown = await clerk.get(page);
    assert.is(shown.status, 200);
    assert.match(textOf(mainOf(shown.text)), name);
    assert.is((await clerk.submit(`${page}/+edit`, { name: `${name}!` })).status, 303);
    assert.match((await clerk.get(`/admin/places?q=${name}!`)).text, `${name}!`);
    assert.match((await clerk.get(`${page}/+history`)).text, `${name}!`);
    assert.is((await clerk.submit(`${page}/+delete`, {})).status, 303);
    assert.is((await clerk.get(page)).status, 404);
  }
  assert.equal(await run(desk)`select count(*)::integer as n from place`, [{ n: 0 }]);
});

test('data may have such names, too; __proto__, which schemas leave out without a word, is refused', async () => {
  const data = '{"constructor": "y", "toString": {"a": null}}';
  const { location } = await clerk.submit(ADD, { name: 'Names', data, '~then': 'stay' });
  const form = formsOf((await clerk.get(location)).text).find(({ action }) => action === location);
  assert.equal(JSON.parse(String(form?.fields.data)), { constructor: 'y', toString: { a: null } });
  const refused = await clerk.submit(ADD, { name: 'Prototype', data: '{"a": {"__proto__": {"x": 1}}}' });
  assert.is(refused.status, 422);
  assert.match(textOf(refused.text), 'No property of JSON can be named “__proto__”.');
  assert.is(Reflect.get({}, 'x'), undefined);
  assert.equal(await run(desk)`select data::text as data from thing`, [
    { data: '{"toString": {"a": null}, "constructor": "y"}' },
  ]);
});
