import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { decodeRow } from '../../../core/model/row.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { createFormatter } from '../../../core/view/formatter.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, formatter, issueKey, parse } from './field-of.ts';
import { unlabelled } from './samples.ts';

const test = suite('array, bytes, money');
const tags = unlabelled(field.array(field.text({ max: 5 }), { max: 3 }));
const sizes = unlabelled(field.array(field.integer({ min: 0 }), { min: 1 }));
const days = unlabelled(
  field.array(field.choice(['mon', 'tue'], { labels: { mon: 'Monday' }, tones: { tue: 'info' } })),
);

test('an array is entered as one item per line; blank lines are ignored', () => {
  assert.equal(parse(tags, ' red \r\n\n blue\n'), ['red', 'blue']);
  assert.equal(parse(tags, ''), []);
  assert.equal(parse(sizes, '1\n2\n1'), [1, 2, 1]);
  assert.is(tags.type.text(['red', 'blue'], tags), 'red\nblue');
});

test('items are validated by their type, and their number by the array', () => {
  assert.is(issueKey(tags, 'a\nb\nc\nd'), 'problem.tooManyItems');
  assert.is(issueKey(tags, 'purple'), 'problem.tooLong');
  assert.is(issueKey(sizes, ''), 'problem.tooFewItems');
  assert.is(issueKey(sizes, '1\n-1'), 'problem.tooSmall');
  assert.is(issueKey(sizes, '1\nx'), 'problem.wholeNumber');
  assert.is(issueKey(days, 'sun'), 'problem.choice');
  for (const value of ['red', { length: 1 }, null]) assert.is(tags.type.validate(value, tags)?.key, 'problem.items');
  assert.is(tags.type.validate([1], tags)?.key, 'problem.notText');
  assert.is(tags.type.validate(['a\nb'], tags)?.key, 'problem.lineBreak');
  for (const item of ['', ' a']) assert.is(tags.type.validate([item], tags)?.key, 'problem.itemSpaces');
});

test('an array of choices has checkboxes and a filter by value; texts and numbers have a text area', () => {
  assert.is(days.type.widget(days), 'boxes');
  assert.is(days.type.filter, 'values');
  assert.equal(days.values, ['mon', 'tue']);
  assert.is(tags.type.widget(tags), 'textarea');
  assert.is(tags.type.filter, 'typed');
});

test('a list shows the items separately, and how many more there are', () => {
  assert.is(cellFor(tags, formatter)(['<b>'], {}), '<span class="badge">&lt;b&gt;</span>');
  assert.is(
    cellFor(days, formatter)(['mon', 'tue'], {}),
    '<span class="badge">Monday</span> <span class="badge tone-info">Tue</span>',
  );
  const many = Array.from({ length: 12 }, (_, at) => at);
  assert.match(cellFor(sizes, formatter)(many, {}), /<span class="badge">#9<\/span> <span class="badge">\+2<\/span>$/);
  assert.match(cellFor(sizes, { ...formatter, whole: true })(many, {}), '#11');
});

const photo = unlabelled(field.bytes({ max: 4, nullable: true }));
const HELLO = '\\x68656c6c6f';
const SHA = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

test('lists show the size of bytes; the page of a record shows their hash, too', () => {
  const cell = cellFor(photo, formatter);
  assert.is(cell(5, {}), '#5 bytes');
  assert.is(cell(1, {}), '#1 byte');
  assert.is(cell({ size: 5, sha256: SHA }, {}), '#5 bytes · SHA-256 <code>2cf24dba5fb0a30e</code>');
  assert.is(cell(HELLO, {}), cell({ size: 5, sha256: SHA }, {}), 'the same hash from either side');
  assert.is(photo.type.exported(HELLO), `5 bytes, SHA-256 ${SHA}`);
});

test('bytes that were not read are absent from a row, and forms do not accept them', () => {
  assert.equal(decodeRow(photo.model, { id: '1', name: 'a', it: 5 }), { id: 1, name: 'a' });
  assert.equal(decodeRow(photo.model, { id: '1', name: 'a', it: '\\x00ff' }).it, new Uint8Array([0, 255]));
  assert.equal(decodeRow(photo.model, { id: '1', name: 'a', it: null }).it, null);
  assert.is(photo.readOnly, true);
  assert.is(photo.type.text({ size: 5, sha256: SHA }, photo), '');
});

test('bytes must be a Uint8Array within the limits', () => {
  assert.is(photo.type.validate(new Uint8Array(4), photo), undefined);
  assert.is(photo.type.validate(Buffer.alloc(5), photo)?.key, 'problem.tooManyBytes');
  assert.is(photo.type.validate('abc', photo)?.key, 'problem.bytes');
  assert.equal(parse(photo, '\\x00FF'), new Uint8Array([0, 255]));
  assert.is(issueKey(photo, '00ff'), 'problem.bytes');
});

const price = fieldOf(field.money({ currency: 'USD', min: '0' }));

test('money has exactly the decimal places of its currency', () => {
  assert.is(parse(price, '1234.5'), '1234.50');
  assert.is(issueKey(price, '1.005'), 'problem.tooManyDecimals');
  assert.is(issueKey(price, '-0.01'), 'problem.tooSmall');
  assert.is(issueKey(price, '$5'), 'problem.decimal');
  assert.is(price.type.sqlType(price), 'numeric(19, 2)');
  for (const [currency, type] of [
    ['JPY', 'numeric(19, 0)'],
    ['KWD', 'numeric(19, 3)'],
    ['EUR', 'numeric(19, 2)'],
  ] as const) {
    const info = fieldOf(field.money({ currency }));
    assert.is(info.type.sqlType(info), type);
  }
});

test('money is shown exactly, in the user’s format', () => {
  const formatter = (locale: string) => createFormatter(locale, 'UTC', english, () => undefined);
  assert.is(formatter('en').money('12345678901234567.89', 'USD'), '$12,345,678,901,234,567.89');
  assert.is(formatter('en').money('-0.10', 'USD'), '-$0.10');
  assert.is(formatter('en').money('1500', 'JPY'), '¥1,500');
  assert.is(formatter('de').money('1234.50', 'EUR'), '1.234,50\u00a0€');
  assert.is(formatter('en').money('NaN', 'USD'), 'NaN');
  assert.is(cellFor(price, formatter('en'))('0.00', {}), '$0.00');
});
