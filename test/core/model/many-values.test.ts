import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { decodeRow } from '../../../core/model/row.ts';
import { createShow } from '../../../core/view/show.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, parsed, refusal, show } from './field-of.ts';
import { unlabelled } from './samples.ts';

const test = suite('array, bytes, money');
const tags = unlabelled(field.array(field.text({ max: 5 }), { max: 3 }));
const sizes = unlabelled(field.array(field.integer({ min: 0 }), { min: 1 }));
const days = unlabelled(
  field.array(field.choice(['mon', 'tue'], { labels: { mon: 'Monday' }, tones: { tue: 'info' } })),
);

test('an array is typed an item a line; lines with nothing on them are none', () => {
  assert.equal(parsed(tags, ' red \r\n\n blue\n'), ['red', 'blue']);
  assert.equal(parsed(tags, ''), []);
  assert.equal(parsed(sizes, '1\n2\n1'), [1, 2, 1]);
  assert.is(tags.spec.text(['red', 'blue'], tags), 'red\nblue');
});

test('its items are what the item says, and as many as the array says', () => {
  assert.is(refusal(tags, 'a\nb\nc\nd'), 'problem.tooManyItems');
  assert.is(refusal(tags, 'purple'), 'problem.tooLong');
  assert.is(refusal(sizes, ''), 'problem.tooFewItems');
  assert.is(refusal(sizes, '1\n-1'), 'problem.tooSmall');
  assert.is(refusal(sizes, '1\nx'), 'problem.wholeNumber');
  assert.is(refusal(days, 'sun'), 'problem.choice');
  for (const value of ['red', { length: 1 }, null]) assert.is(tags.spec.validate(value, tags)?.key, 'problem.items');
  assert.is(tags.spec.validate([1], tags)?.key, 'problem.notText');
  assert.is(tags.spec.validate(['a\nb'], tags)?.key, 'problem.lineBreak');
  for (const item of ['', ' a']) assert.is(tags.spec.validate([item], tags)?.key, 'problem.itemSpaces');
});

test('choices are ticked and filtered by, texts and numbers are written', () => {
  assert.is(days.spec.widget(days), 'boxes');
  assert.is(days.spec.filter, 'values');
  assert.equal(days.values, ['mon', 'tue']);
  assert.is(tags.spec.widget(tags), 'textarea');
  assert.is(tags.spec.filter, 'typed');
});

test('a list shows each item by itself, and how many more there are', () => {
  assert.is(tags.spec.cell(tags, show)(['<b>'], {}), '<span class="badge">&lt;b&gt;</span>');
  assert.is(
    days.spec.cell(days, show)(['mon', 'tue'], {}),
    '<span class="badge">Monday</span> <span class="badge tone-info">Tue</span>',
  );
  const many = Array.from({ length: 12 }, (_, at) => at);
  assert.match(
    sizes.spec.cell(sizes, show)(many, {}),
    /<span class="badge">#9<\/span> <span class="badge">\+2<\/span>$/,
  );
  assert.match(sizes.spec.cell(sizes, { ...show, whole: true })(many, {}), '#11');
});

const photo = unlabelled(field.bytes({ max: 4, nullable: true }));
const HELLO = '\\x68656c6c6f';
const SHA = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

test('bytes are shown by size, and on their own page by their hash', () => {
  const cell = photo.spec.cell(photo, show);
  assert.is(cell(5, {}), '#5 bytes');
  assert.is(cell(1, {}), '#1 byte');
  assert.is(cell({ size: 5, sha256: SHA }, {}), '#5 bytes · SHA-256 <code>2cf24dba5fb0a30e</code>');
  assert.is(cell(HELLO, {}), cell({ size: 5, sha256: SHA }, {}), 'the same, whoever hashed');
  assert.is(photo.spec.exported(HELLO), `5 bytes, SHA-256 ${SHA}`);
});

test('bytes that were not read are absent from a row, and no form takes any', () => {
  assert.equal(decodeRow(photo.model, { id: '1', name: 'a', it: 5 }), { id: 1, name: 'a' });
  assert.equal(decodeRow(photo.model, { id: '1', name: 'a', it: '\\x00ff' }).it, new Uint8Array([0, 255]));
  assert.equal(decodeRow(photo.model, { id: '1', name: 'a', it: null }).it, null);
  assert.is(photo.readOnly, true);
  assert.is(photo.spec.text({ size: 5, sha256: SHA }, photo), '');
});

test('bytes are a Uint8Array within the limits', () => {
  assert.is(photo.spec.validate(new Uint8Array(4), photo), undefined);
  assert.is(photo.spec.validate(Buffer.alloc(5), photo)?.key, 'problem.tooManyBytes');
  assert.is(photo.spec.validate('abc', photo)?.key, 'problem.bytes');
  assert.equal(parsed(photo, '\\x00FF'), new Uint8Array([0, 255]));
  assert.is(refusal(photo, '00ff'), 'problem.bytes');
});

const price = fieldOf(field.money({ currency: 'USD', min: '0' }));

test('money has the digits of its currency, all of them and no more', () => {
  assert.is(parsed(price, '1234.5'), '1234.50');
  assert.is(refusal(price, '1.005'), 'problem.tooManyDecimals');
  assert.is(refusal(price, '-0.01'), 'problem.tooSmall');
  assert.is(refusal(price, '$5'), 'problem.decimal');
  assert.is(price.spec.sqlType(price), 'numeric(19, 2)');
  for (const [currency, type] of [
    ['JPY', 'numeric(19, 0)'],
    ['KWD', 'numeric(19, 3)'],
    ['EUR', 'numeric(19, 2)'],
  ] as const) {
    const info = fieldOf(field.money({ currency }));
    assert.is(info.spec.sqlType(info), type);
  }
});

test('money is shown exactly, as the reader writes it', () => {
  const show = (locale: string) => createShow(locale, 'UTC', english, () => undefined);
  assert.is(show('en').money('12345678901234567.89', 'USD'), '$12,345,678,901,234,567.89');
  assert.is(show('en').money('-0.10', 'USD'), '-$0.10');
  assert.is(show('en').money('1500', 'JPY'), '¥1,500');
  assert.is(show('de').money('1234.50', 'EUR'), '1.234,50\u00a0€');
  assert.is(show('en').money('NaN', 'USD'), 'NaN');
  assert.is(price.spec.cell(price, show('en'))('0.00', {}), '$0.00');
});
