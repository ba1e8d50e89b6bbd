import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { decodeKeyPart, encodeKeyPart, keyText, parseKey } from '../../../core/model/key.ts';
import { defineModel } from '../../../core/model/model.ts';
import { suite } from '../../support/suite.ts';
import { must, resolved } from './field-of.ts';

const test = suite('keys in URLs');
const name = field.text();
const Strike = defineModel('strike', { fields: { name } });
const Airport = defineModel('airport', { fields: { code: field.text(), name }, key: 'code' });
const Route = defineModel('route', {
  fields: { origin: field.belongsTo(() => Airport), leg: field.integer(), name },
  key: ['origin', 'leg'],
});
const Token = defineModel('token', { fields: { id: field.uuid({ default: 'random' }), name }, key: 'id' });
const Day = defineModel('day', { fields: { at: field.timestamp(), name }, key: 'at' });
const [strike, airport, route, token, day] = resolved(Strike, Airport, Route, Token, Day).map(must);
const texts = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0'));

test('any text key can be read back from its URL, including the empty text', () => {
  fc.assert(
    fc.property(texts, (code) => assert.equal(parseKey(must(airport), keyText(must(airport), { code })), [code])),
    { numRuns: 1000, examples: [[''], ['~'], ['.'], ['..'], ['+new'], [' x '], ['\ufeff'], ['a,b'], ['~7e']] },
  );
});

test('the parts of a composite key are separate', () => {
  fc.assert(
    fc.property(texts, fc.integer(), (origin, leg) => {
      assert.equal(parseKey(must(route), keyText(must(route), { origin, leg })), [origin, String(leg)]);
    }),
  );
});

test('a key in a URL contains no characters that a browser, proxy or router would interpret', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.match(encodeKeyPart(text), /^(?:~|[\w~-]+)$/)));
  assert.is(encodeKeyPart('..'), '~2e~2e');
  assert.is(encodeKeyPart('+new'), '~2bnew');
  assert.is(encodeKeyPart('a/b,c'), 'a~2fb~2cc');
  assert.is(encodeKeyPart('Zürich'), 'Z~c3~bcrich');
});

test('a record has exactly one URL: other spellings are invalid', () => {
  for (const part of ['~4', 'a~', '~2B', '~61', '~ff', '~c3', 'a b', '%41', '+new', '.', 'é', '~00~']) {
    assert.is(decodeKeyPart(part), undefined, part);
  }
  fc.assert(
    fc.property(fc.stringMatching(/^[\w~.-]{0,8}$/), (part) => {
      const text = decodeKeyPart(part);
      if (text !== undefined) assert.is(encodeKeyPart(text), part);
    }),
  );
});

test('a key that no row can have is rejected without a statement', () => {
  for (const text of [
    'abc',
    '007',
    '+7',
    '-0',
    '1.0',
    '1e3',
    '',
    '1,2',
    String(2n ** 70n),
    String(2n ** 63n),
    '~31',
    ' 1',
  ]) {
    assert.is(parseKey(must(strike), text), undefined, text);
  }
  assert.equal(parseKey(must(strike), '17'), ['17']);
  assert.equal(parseKey(must(strike), '-1'), ['-1']);
  assert.equal(
    parseKey(must(strike), String(2n ** 53n)),
    [String(2n ** 53n)],
    'beyond what a number holds exactly (F6)',
  );
  assert.is(parseKey(must(airport), '~00'), undefined, 'NUL');
  assert.is(parseKey(must(airport), 'a,b'), undefined);
  assert.is(parseKey(must(route), 'ATL'), undefined);
  assert.is(parseKey(must(route), 'ATL,2147483648'), undefined);
  assert.is(parseKey(must(token), '1b4e28ba'), undefined);
  assert.equal(parseKey(must(token), '1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B'), ['1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b']);
});

test('a timestamp can be a key', () => {
  const text = keyText(must(day), { at: '2026-11-20 10:44:00.123+00' });
  assert.equal(parseKey(must(day), text), ['2026-11-20 10:44:00.123+00']);
});

test('keys keep the text of PostgreSQL, including microseconds, infinity and BC dates (F6)', () => {
  for (const at of [
    '2024-01-01 10:00:00.123456+00',
    'infinity',
    '0044-03-15 00:00:00+00 BC',
    '12026-11-20 10:44:00+00',
  ]) {
    assert.equal(parseKey(must(day), keyText(must(day), { at })), [at]);
  }
  for (const at of ['2024-02-30 10:00:00+00', '24-01-01 10:00:00+00']) {
    assert.is(parseKey(must(day), keyText(must(day), { at })), undefined, at);
  }
});

test('parseKey never throws', () => {
  for (const model of [strike, airport, route, token, day].map(must)) {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const params = parseKey(model, text);
        assert.ok(params === undefined || params.length === model.key.length);
      }),
    );
  }
});

test('a row without its key throws', () => {
  assert.throws(() => keyText(must(strike), { name: 'x' }), /has no id/);
});
