import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { slugify } from '../../../core/model/field-types/slug.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, issueKey, parse } from './field-of.ts';

const test = suite('slug');
const slug = fieldOf(field.slug({ max: 20 }));

test('a text becomes lowercase Latin letters with hyphens', () => {
  assert.is(slugify('Spring Sale, 2026!', 80), 'spring-sale-2026');
  assert.is(slugify('  Übergröße & Co. ', 80), 'ubergrosse-co');
  assert.is(slugify('Łódź ÆØÅ þing', 80), 'lodz-aeoa-thing');
  assert.is(slugify('ﬁne ½', 80), 'fine-1-2');
  assert.is(slugify('漢字', 80), '');
  assert.is(slugify('one two three', 8), 'one-two');
});

test('the result is a valid slug or empty, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, max) => {
      const result = slugify(text, max);
      assert.ok(result.length <= max);
      if (result !== '') assert.match(result, /^[a-z\d]+(?:-[a-z\d]+)*$/);
    }),
  );
});

test('an entered slug is only trimmed and lowercased', () => {
  assert.is(parse(slug, ' Spring-Sale '), 'spring-sale');
  for (const text of ['spring sale', '-a', 'a-', 'a--b', 'ä', 'a/b', '../x'])
    assert.is(issueKey(slug, text), 'problem.slug');
  assert.is(issueKey(slug, 'a'.repeat(21)), 'problem.tooLong');
});

test('a slug is unique by default', () => {
  assert.is(slug.unique, true);
  assert.is(fieldOf(field.slug({ unique: false })).unique, false);
});
