import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { slugOf } from '../../../core/model/slug-text.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, parsed, refusal } from './field-of.ts';

const test = suite('slug');
const slug = fieldOf(field.slug({ max: 20 }));

test('words become small Latin letters with hyphens between', () => {
  assert.is(slugOf('Spring Sale, 2026!', 80), 'spring-sale-2026');
  assert.is(slugOf('  Übergröße & Co. ', 80), 'ubergrosse-co');
  assert.is(slugOf('Łódź ÆØÅ þing', 80), 'lodz-aeoa-thing');
  assert.is(slugOf('ﬁne ½', 80), 'fine-1-2');
  assert.is(slugOf('漢字', 80), '');
  assert.is(slugOf('one two three', 8), 'one-two');
});

test('whatever it is made from, it is a slug or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, most) => {
      const made = slugOf(text, most);
      assert.ok(made.length <= most);
      if (made !== '') assert.match(made, /^[a-z\d]+(?:-[a-z\d]+)*$/);
    }),
  );
});

test('a typed one is put into small letters, and nothing else about it is changed', () => {
  assert.is(parsed(slug, ' Spring-Sale '), 'spring-sale');
  for (const text of ['spring sale', '-a', 'a-', 'a--b', 'ä', 'a/b', '../x'])
    assert.is(refusal(slug, text), 'problem.slug');
  assert.is(refusal(slug, 'a'.repeat(21)), 'problem.tooLong');
});

test('it is unique unless somebody says otherwise', () => {
  assert.is(slug.unique, true);
  assert.is(fieldOf(field.slug({ unique: false })).unique, false);
});
