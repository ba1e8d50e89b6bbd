import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { decodeForm } from '../../../core/http/form.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { probe } from './probe.ts';
import { ask, OWN_FORM, type RawAnswer } from './raw.ts';

const test = suite('what is posted');
let app: TestApp;
test.before(async () => {
  app = await testApp({ extend: [probe()] });
});
test.after(() => app.close());

/** The echo answers 422 with the fields that it was given. */
function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
  return ask(app.url, 'POST', '/admin/+echo', { ...OWN_FORM, ...headers }, body);
}

test('names are flat: no bracket nests, no dot descends, and nothing reaches a prototype', async () => {
  const { status, text } = await post('a[b]=1&lines.3.quantity=2&__proto__=3&constructor=4&__proto__[x]=5&a=6&a=7&');
  assert.is(status, 422);
  assert.equal(JSON.parse(text), [
    ['a[b]', ['1']],
    ['lines.3.quantity', ['2']],
    ['__proto__', ['3']],
    ['constructor', ['4']],
    ['__proto__[x]', ['5']],
    ['a', ['6', '7']],
  ]);
  assert.is(Reflect.get({}, 'x'), undefined);
});

test('a megabyte may be sent, and not a byte more', async () => {
  assert.is((await post(`a=${'x'.repeat(999_998)}`)).status, 422);
  const { status, text } = await post(`a=${'x'.repeat(999_999)}`);
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-LARGE');
});

test('the limit holds for what is sent in pieces without its length', async () => {
  assert.is((await post(`a=${'x'.repeat(1_000_001)}`, { 'transfer-encoding': 'chunked' })).status, 413);
});

test('the limit holds for what grows when it is unpacked', async () => {
  const bomb = gzipSync(`a=${'x'.repeat(20_000_000)}`);
  assert.ok(bomb.length < 30_000);
  assert.is((await post(bomb, { 'content-encoding': 'gzip' })).status, 413);
});

test('attack: hundreds of thousands of fields are refused at once, and keep nobody waiting', async () => {
  for (const body of ['a&'.repeat(400_000), '&a'.repeat(400_000), 'a=&'.repeat(300_000), '&'.repeat(900_000)]) {
    const began = performance.now();
    const form = decodeForm(body, 5_000);
    // Read first and counted then, they took seconds, in which the process answered nobody.
    assert.ok(performance.now() - began < 500, `${body.slice(0, 3)} took ${performance.now() - began} ms`);
    assert.is(form === undefined, body.includes('a'));
  }
});

test('5,000 fields may be sent, and not one more', async () => {
  assert.is((await post('a=1&'.repeat(5_000))).status, 422);
  const { status, text } = await post('a=1&'.repeat(5_001));
  assert.is(status, 413);
  assert.match(text, 'RIO-HTTP-TOO-MANY-FIELDS');
});

test('other kinds than forms are not taken', async () => {
  const kinds = ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'nonsense'];
  for (const kind of kinds) {
    const { status, text } = await post('{"a":1}', { 'content-type': kind });
    assert.is(status, 415, kind);
    assert.match(text, 'RIO-HTTP-MEDIA');
  }
});

test('broken percent signs are texts like others', async () => {
  const { status, text } = await post('a=%&b=%zz&c=%E0%A4&%=d');
  assert.is(status, 422);
  assert.equal(
    (JSON.parse(text) as [string, string[]][]).map(([name]) => name),
    ['a', 'b', 'c', '%'],
  );
});

test('what cannot be unpacked is refused, not a failure of ours', async () => {
  const broken = [
    await post('no gzip at all', { 'content-encoding': 'gzip' }),
    await post('a=1', { 'content-encoding': 'br' }),
    await post('a=1', { 'content-encoding': 'exotic' }),
  ];
  for (const { status } of broken) assert.ok(status === 400 || status === 415, String(status));
  assert.equal(app.errors, []);
});

test('a form is UTF-8, whatever its header claims: no other decoder can be chosen from outside', async () => {
  const { status, text } = await post('a=%C3%A9', { 'content-type': `${OWN_FORM['content-type']}; charset=utf-7` });
  assert.is(status, 422);
  assert.equal(JSON.parse(text), [['a', ['é']]]);
});

test('a form that ends early leaves no error behind', async () => {
  const failed = await ask(app.url, 'POST', '/admin/+echo', { ...OWN_FORM, 'content-length': '1' }, 'a=1').then(
    ({ status }) => status,
    () => 0,
  );
  assert.ok(failed < 500);
  assert.equal(app.errors, []);
});

test('an empty body is an empty form', async () => {
  const { status, text } = await post('');
  assert.is(status, 422);
  assert.equal(JSON.parse(text), []);
});
