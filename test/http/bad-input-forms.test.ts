// Black box: input that no form of ours sends, each with its exact response; nothing is stored.
import * as assert from 'uvu/assert';
import { OWN_FORM, rawRequest } from '../core/http/raw-request.ts';
import { allPermissions, openDesk, run } from '../plugins/admin/desk.ts';
import { errorAt, mainOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { type Client, formFieldsOf, parseForms, type TestResponse } from '../support/client.ts';
import { SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';

const test = suite('http: bad input in forms');
const ADD = '/admin/things/+new';
let app: TestApp;
let clerk: Client;
test.before(async () => {
  app = await openDesk();
  clerk = await app.signInAs('staff', allPermissions);
});
test.after(() => app.close());
test.after.each(async () => {
  assert.equal(app.errors, [], 'invalid input is not logged as an error');
});

async function nothingStored(): Promise<void> {
  assert.equal(await run(app)`select count(*)::integer as n from thing`, [{ n: 0 }]);
  assert.equal(await run(app)`select count(*)::integer as n from rustio_audit where event = 'create'`, [{ n: 0 }]);
}

/** The body unchanged, with the headers of a browser. */
function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
  const cookie = `${SESSION_COOKIE}=${clerk.cookie(SESSION_COOKIE)}`;
  return rawRequest(app.url, 'POST', ADD, { ...OWN_FORM, cookie, ...headers }, body);
}

const LARGE = 10_000_000;

for (const [what, send] of [
  ['with its length', () => post(`name=${'x'.repeat(LARGE)}`)],
  ['chunked, without its length', () => post(`name=${'x'.repeat(LARGE)}`, { 'transfer-encoding': 'chunked' })],
  ['in a million fields', () => post('a=12345678&'.repeat(LARGE / 11))],
] as const) {
  test(`a body of 10 MB, sent ${what}: 413 with the size limit`, async () => {
    const { status, text } = await send();
    assert.is(status, 413);
    const shownText = textOf(mainOf(text));
    assert.match(shownText, 'RIO-HTTP-TOO-LARGE The request is too large Why The limit is 1 MB.');
    await nothingStored();
  });
}

test('100,000 fields: 413 with the max number', async () => {
  const { status, text } = await post('a=1&'.repeat(100_000));
  assert.is(status, 413);
  const shownText = textOf(mainOf(text));
  assert.match(shownText, 'RIO-HTTP-TOO-MANY-FIELDS The form has too many fields Why The limit is 5000.');
  await nothingStored();
});

test('100,000 values of one field count as 100,000 fields', async () => {
  const { status, text } = await post('tags=1&'.repeat(100_000));
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-MANY-FIELDS');
});

test('multipart for a form without files: 415 with the accepted type', async () => {
  for (const type of ['multipart/form-data; boundary=x', 'multipart/form-data', 'multipart/form-data; boundary=']) {
    const { status, text } = await post('--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nBroken\r\n', {
      'content-type': type,
    });
    assert.is(status, 415, type);
    const page = textOf(mainOf(text));
    assert.match(page, 'RIO-HTTP-MEDIA Unsupported content type');
    assert.match(page, 'This page accepts application/x-www-form-urlencoded.');
  }
  await nothingStored();
});

const add = (fields: Readonly<Record<string, string>>): Promise<TestResponse> =>
  clerk.submit(ADD, { name: 'Anvil', ...fields });
const NOT_STORABLE = 'This contains an invalid character. Clear the field and type the text again.';

const errors: readonly (readonly [field: string, typed: string, words: string])[] = [
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
  ['amount', '1e3', 'Enter a whole number, for example 42.'],
  ['amount', 'NaN', 'Enter a whole number, for example 42.'],
  ['big', '9223372036854775808', 'This must be 9223372036854775807 or less.'],
  ['big', '-9223372036854775809', 'This must be -9223372036854775808 or more.'],
  ['price', '123456789.00', 'Use at most 8 digits before the decimal point.'],
  ['price', '-0.01', 'This must be 0 or more.'],
  ['price', 'Infinity', 'Enter a number with a decimal point and no thousands separators, for example 1234.50.'],
  ['day', '2026-02-30', 'Enter a valid date (year-month-day), for example 2026-11-20.'],
  ['day', '10000000-01-01', 'Enter a valid date (year-month-day), for example 2026-11-20.'],
  ['time', '24:00', 'Enter a time between 00:00 and 23:59, for example 09:30 or 09:30:15.'],
  ['moment', '294277-01-01T00:00', 'Enter a date and time, for example 2026-11-20 10:44.'],
  ['state', '__proto__', 'Choose one of the available options.'],
  ['state', 'constructor', 'Choose one of the available options.'],
  ['place', '__proto__', 'No place matches “__proto__”.'],
  ['boss', 'constructor', 'No thing matches “constructor”.'],
  ['boss', '9'.repeat(30), `No thing matches “${'9'.repeat(30)}”.`],
  ['tags', 'toString', 'No tag matches “toString”.'],
];

for (const [field, typed, words] of errors) {
  test(`${field} = ${JSON.stringify(typed).slice(0, 40)}: 422, reported at its field`, async () => {
    const { status, text } = await add({ [field]: typed });
    assert.is(status, 422);
    assert.match(errorAt(text, field), words);
    assert.not.match(text, /\[object Object\]|\bundefined\b|native code/);
    await nothingStored();
  });
}

test('an unpaired surrogate as bytes is stored as the replacement character', async () => {
  const fields = formFieldsOf((await clerk.get(ADD)).text, ADD);
  const rest = Object.entries(fields)
    .filter(([name]) => name !== 'name')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  assert.is((await post([...rest, 'name=x%ED%A0%80y'].join('&'))).status, 303);
  assert.equal(await run(app)`select name from thing`, [{ name: 'x\ufffd\ufffd\ufffdy' }]);
  await run(app)`truncate thing cascade`;
});

test('a record can have __proto__ or constructor as its name and key', async () => {
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
  assert.equal(await run(app)`select count(*)::integer as n from place`, [{ n: 0 }]);
});

test('JSON can have such property names except __proto__, which is rejected because schemas drop it silently (T03)', async () => {
  const data = '{"": 0, "toJSON": "x", "constructor": "y", "toString": {"a": null}}';
  const { location } = await clerk.submit(ADD, { name: 'Names', data, '~then': 'stay' });
  const form = parseForms((await clerk.get(location)).text).find(({ action }) => action === location);
  assert.equal(JSON.parse(String(form?.fields.data)), {
    '': 0,
    toJSON: 'x',
    constructor: 'y',
    toString: { a: null },
  });
  const rejected = await clerk.submit(ADD, { name: 'Prototype', data: '{"a": {"__proto__": {"x": 1}}}' });
  assert.is(rejected.status, 422);
  assert.match(textOf(rejected.text), 'A JSON property cannot be named “__proto__”.');
  const twice = await clerk.submit(ADD, { name: 'Twice', data: '{"a": {"b": 1, "b": 2}}' });
  assert.is(twice.status, 422);
  assert.match(textOf(twice.text), 'The property “b” appears twice in the same object.');
  assert.is(Reflect.get({}, 'x'), undefined);
  assert.equal(await run(app)`select data::text as data from thing`, [
    { data: '{"": 0, "toJSON": "x", "toString": {"a": null}, "constructor": "y"}' },
  ]);
  // The history shows them as they are; the form also shows what another program stored.
  const history = await clerk.get(`${location.replace(/\/\+edit$/, '')}/+history`);
  for (const name of ['toJSON', 'constructor', 'toString']) assert.match(textOf(history.text), name);
  await run(app)`update thing set data = '[{"__proto__": 0, "": {"__proto__": [1]}}]'`;
  const stored = await clerk.get(location);
  const shownAgain = parseForms(stored.text).find(({ action }) => action === location)?.fields.data;
  assert.is(JSON.stringify(JSON.parse(String(shownAgain))), '[{"":{"__proto__":[1]},"__proto__":0}]');
});
