import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { RustioError } from '../../../core/errors/rustio-error.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { compareDecimals, parseDecimal } from '../../../core/model/numbers.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, issueKey, must, parse, resolved } from './field-of.ts';

const test = suite('numbers');
const integer = fieldOf(field.integer());
const speed = fieldOf(field.integer({ min: 0, max: 600 }));
const bigint = fieldOf(field.bigint());
const decimal = fieldOf(field.decimal());
const cost = fieldOf(field.decimal({ precision: 6, scale: 2, min: '0', max: '5000' }));

test('an integer has 32 bits', () => {
  assert.is(parse(integer, '2147483647'), 2147483647);
  assert.is(parse(integer, '-2147483648'), -2147483648);
  assert.is(issueKey(integer, '2147483648'), 'problem.tooLarge');
  assert.is(issueKey(integer, '-2147483649'), 'problem.tooSmall');
  assert.is(issueKey(integer, '9'.repeat(100_000)), 'problem.tooLarge');
  assert.is(integer.type.validate(2 ** 31, integer)?.key, 'problem.tooLarge');
});

test('an integer consists of digits', () => {
  assert.is(parse(integer, ' +007 '), 7);
  assert.is(parse(integer, '−5'), -5);
  assert.ok(Object.is(parse(integer, '-0'), 0), 'there is one zero');
  for (const text of ['1.0', '1e3', '0x10', '1,000', '١', '1 000', '--1', '']) {
    assert.is(issueKey(integer, text), 'problem.wholeNumber', text);
  }
  for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]) {
    assert.is(integer.type.validate(value, integer)?.key, 'problem.wholeNumber');
  }
});

test('the tighter bound is reported', () => {
  const outcome = speed.type.parse('9999999999', speed);
  const issue = must(outcome.ok ? undefined : outcome.issue);
  assert.is(english(issue.key, issue.params), 'This must be 600 or less.');
  assert.is(issueKey(speed, '-1'), 'problem.tooSmall');
  assert.is(parse(speed, '600'), 600);
});

test('a bigint is exact to 64 bits', () => {
  assert.is(parse(bigint, '9223372036854775807'), 9223372036854775807n);
  assert.is(bigint.type.encode(-9223372036854775808n), '-9223372036854775808');
  assert.is(issueKey(bigint, '9223372036854775808'), 'problem.tooLarge');
  assert.is(bigint.type.validate(5, bigint)?.key, 'problem.wholeNumber');
});

test('a decimal is plain notation and exact', () => {
  assert.is(parse(decimal, '0.1000000000000000000000000000001'), '0.1000000000000000000000000000001');
  assert.is(parse(decimal, '007.50'), '7.50');
  assert.is(parse(decimal, '.5'), '0.5');
  assert.is(parse(decimal, '5.'), '5');
  assert.is(parse(decimal, '-0.00'), '0.00');
  for (const text of ['1e5', 'NaN', 'Infinity', '1,5', '1,000.00', '.', '-', '0x1', '1.2.3']) {
    assert.is(issueKey(decimal, text), 'problem.decimal', text);
  }
  assert.is(issueKey(decimal, '9'.repeat(501)), 'problem.tooManyDigits');
});

test('a decimal with a scale is parsed to what the database returns', () => {
  assert.is(parse(cost, '5'), '5.00');
  assert.is(parse(cost, '5.1000'), '5.10');
  assert.is(issueKey(cost, '5.001'), 'problem.tooManyDecimals');
  assert.is(issueKey(cost, '10000'), 'problem.tooManyDigits');
  assert.is(issueKey(cost, '5000.01'), 'problem.tooLarge');
  assert.is(issueKey(cost, '-0.01'), 'problem.tooSmall');
  assert.is(parse(cost, '-0'), '0.00');
});

test('decimals are compared as numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: -99999, max: 99999 }), (one, other) => {
      const [a, b] = [must(parseDecimal((one / 100).toFixed(2))), must(parseDecimal((other / 100).toFixed(3)))];
      assert.is(Math.sign(compareDecimals(a, b)), Math.sign(one - other));
    }),
  );
});

test('an identity above 2^53 is an error and never refers to another record', () => {
  const [model] = resolved(defineModel('thing', { fields: { name: field.text() } }));
  const id = must(model?.fields.get('id'));
  assert.is(id.type.decode('9007199254740991'), 9007199254740991);
  assert.throws(
    () => id.type.decode('9007199254740993'),
    (error: unknown) => error instanceof RustioError && error.code === 'RIO-MODEL-KEY-RANGE',
  );
  assert.is(issueKey(id, '9007199254740992'), 'problem.tooLarge');
});
