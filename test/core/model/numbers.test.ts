import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors.ts';
import { compareDecimals, readDecimal } from '../../../core/model/decimal.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, must, parsed, refusal, resolved } from './field-of.ts';

const test = suite('numbers');
const integer = fieldOf(field.integer());
const speed = fieldOf(field.integer({ min: 0, max: 600 }));
const bigint = fieldOf(field.bigint());
const decimal = fieldOf(field.decimal());
const cost = fieldOf(field.decimal({ precision: 6, scale: 2, min: '0', max: '5000' }));

test('an integer keeps to 32 bits', () => {
  assert.is(parsed(integer, '2147483647'), 2147483647);
  assert.is(parsed(integer, '-2147483648'), -2147483648);
  assert.is(refusal(integer, '2147483648'), 'problem.tooLarge');
  assert.is(refusal(integer, '-2147483649'), 'problem.tooSmall');
  assert.is(refusal(integer, '9'.repeat(100_000)), 'problem.tooLarge');
  assert.is(integer.spec.validate(2 ** 31, integer)?.key, 'problem.tooLarge');
});

test('an integer is written in digits', () => {
  assert.is(parsed(integer, ' +007 '), 7);
  assert.is(parsed(integer, '−5'), -5);
  assert.ok(Object.is(parsed(integer, '-0'), 0), 'there is one zero');
  for (const text of ['1.0', '1e3', '0x10', '1,000', '١', '1 000', '--1', '']) {
    assert.is(refusal(integer, text), 'problem.wholeNumber', text);
  }
  for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]) {
    assert.is(integer.spec.validate(value, integer)?.key, 'problem.wholeNumber');
  }
});

test('the bound that is told is the narrower one', () => {
  const outcome = speed.spec.parse('9999999999', speed);
  const found = must(outcome.ok ? undefined : outcome.issue);
  assert.is(english(found.key, found.params), 'This must be 600 or less.');
  assert.is(refusal(speed, '-1'), 'problem.tooSmall');
  assert.is(parsed(speed, '600'), 600);
});

test('a bigint keeps every digit of 64 bits', () => {
  assert.is(parsed(bigint, '9223372036854775807'), 9223372036854775807n);
  assert.is(bigint.spec.encode(-9223372036854775808n), '-9223372036854775808');
  assert.is(refusal(bigint, '9223372036854775808'), 'problem.tooLarge');
  assert.is(bigint.spec.validate(5, bigint)?.key, 'problem.wholeNumber');
});

test('a decimal is plain notation and exact', () => {
  assert.is(parsed(decimal, '0.1000000000000000000000000000001'), '0.1000000000000000000000000000001');
  assert.is(parsed(decimal, '007.50'), '7.50');
  assert.is(parsed(decimal, '.5'), '0.5');
  assert.is(parsed(decimal, '5.'), '5');
  assert.is(parsed(decimal, '-0.00'), '0.00');
  for (const text of ['1e5', 'NaN', 'Infinity', '1,5', '1,000.00', '.', '-', '0x1', '1.2.3']) {
    assert.is(refusal(decimal, text), 'problem.decimal', text);
  }
  assert.is(refusal(decimal, '9'.repeat(501)), 'problem.tooManyDigits');
});

test('a decimal with a scale comes as the database gives it back', () => {
  assert.is(parsed(cost, '5'), '5.00');
  assert.is(parsed(cost, '5.1000'), '5.10');
  assert.is(refusal(cost, '5.001'), 'problem.tooManyDecimals');
  assert.is(refusal(cost, '10000'), 'problem.tooManyDigits');
  assert.is(refusal(cost, '5000.01'), 'problem.tooLarge');
  assert.is(refusal(cost, '-0.01'), 'problem.tooSmall');
  assert.is(parsed(cost, '-0'), '0.00');
});

test('decimals are compared as numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: -99999, max: 99999 }), (one, other) => {
      const [a, b] = [must(readDecimal((one / 100).toFixed(2))), must(readDecimal((other / 100).toFixed(3)))];
      assert.is(Math.sign(compareDecimals(a, b)), Math.sign(one - other));
    }),
  );
});

test('an identity above 2^53 is an error, never another record', () => {
  const [model] = resolved(defineModel('thing', { fields: { name: field.text() } }));
  const id = must(model?.fields.get('id'));
  assert.is(id.spec.decode('9007199254740991'), 9007199254740991);
  assert.throws(
    () => id.spec.decode('9007199254740993'),
    (error: unknown) => error instanceof RustioError && error.code === 'RIO-MODEL-KEY-RANGE',
  );
  assert.is(refusal(id, '9007199254740992'), 'problem.tooLarge');
});
