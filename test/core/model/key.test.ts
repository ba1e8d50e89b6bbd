import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { keyText, parseKey } from '../../../core/model/key.ts';
import { keyPart, readKeyPart } from '../../../core/model/key-text.ts';
import { defineModel } from '../../../core/model/model.ts';
import { suite } from '../../support/suite.ts';
import { must, resolved } from './field-of.ts';

const test = suite('keys in addresses');
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

test('any text key comes back out of its address, the empty one too', () => {
  fc.assert(
    fc.property(texts, (code) => assert.equal(parseKey(must(airport), keyText(must(airport), { code })), [code])),
    { numRuns: 1000, examples: [[''], ['~'], ['.'], ['..'], ['+new'], [' x '], ['\ufeff'], ['a,b'], ['~7e']] },
  );
});

test('the parts of a composite key stay apart', () => {
  fc.assert(
    fc.property(texts, fc.integer(), (origin, leg) => {
      assert.equal(parseKey(must(route), keyText(must(route), { origin, leg })), [origin, leg]);
    }),
  );
});

test('an address holds nothing that a browser, proxy or router reads otherwise', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.match(keyPart(text), /^(?:~|[\w~-]+)$/)));
  assert.is(keyPart('..'), '~2e~2e');
  assert.is(keyPart('+new'), '~2bnew');
  assert.is(keyPart('a/b,c'), 'a~2fb~2cc');
  assert.is(keyPart('Zürich'), 'Z~c3~bcrich');
});

test('a record has one address: other spellings of it are none', () => {
  for (const part of ['~4', 'a~', '~2B', '~61', '~ff', '~c3', 'a b', '%41', '+new', '.', 'é', '~00~']) {
    assert.is(readKeyPart(part), undefined, part);
  }
  fc.assert(
    fc.property(fc.stringMatching(/^[\w~.-]{0,8}$/), (part) => {
      const text = readKeyPart(part);
      if (text !== undefined) assert.is(keyPart(text), part);
    }),
  );
});

test('what no row can have asks nothing of the database', () => {
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
    String(2n ** 53n),
    '~31',
    ' 1',
  ]) {
    assert.is(parseKey(must(strike), text), undefined, text);
  }
  assert.equal(parseKey(must(strike), '17'), [17]);
  assert.equal(parseKey(must(strike), '-1'), [-1]);
  assert.is(parseKey(must(airport), '~00'), undefined, 'NUL');
  assert.is(parseKey(must(airport), 'a,b'), undefined);
  assert.is(parseKey(must(route), 'ATL'), undefined);
  assert.is(parseKey(must(route), 'ATL,2147483648'), undefined);
  assert.is(parseKey(must(token), '1b4e28ba'), undefined);
  assert.equal(parseKey(must(token), '1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B'), ['1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b']);
});

test('a moment is a key, too', () => {
  const text = keyText(must(day), { at: '2026-11-20 10:44:00.123+00' });
  assert.equal(parseKey(must(day), text), ['2026-11-20T10:44:00.123Z']);
});

test('no text makes parseKey throw', () => {
  for (const model of [strike, airport, route, token, day].map(must)) {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const params = parseKey(model, text);
        assert.ok(params === undefined || params.length === model.key.length);
      }),
    );
  }
});

test('a row without its key is a mistake of the query', () => {
  assert.throws(() => keyText(must(strike), { name: 'x' }), /has no id/);
});
