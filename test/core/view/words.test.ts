import * as assert from 'uvu/assert';
import { isRightToLeft } from '../../../core/view/direction.ts';
import { createCatalogue } from '../../../core/view/words.ts';
import { suite } from '../../support/suite.ts';

const test = suite('words');
const words = createCatalogue([
  {
    en: { plain: 'Rows', from: '{label} from {from}', only: 'English {label}' },
    ar: { plain: 'صفوف', from: '{label} من {from}', count: '{rows, number}{more, select, true {+} other {}}' },
  },
]);

test('values stand isolated in a sentence from right to left, so that a date is not turned round', () => {
  const t = words.translate('ar');
  assert.is(t('from', { label: 'Date', from: '2001-01-01' }), '\u2068Date\u2069 من \u20682001-01-01\u2069');
  assert.is(t('plain', { label: 'Date' }), 'صفوف');
});

test('what a message compares or counts is handed over as it is', () => {
  assert.is(words.translate('ar')('count', { rows: 5, more: 'true' }).at(-1), '+');
});

test('sentences from left to right, and English ones that stand in, have no signs in them', () => {
  assert.is(words.translate('en')('from', { label: 'Date', from: '2001-01-01' }), 'Date from 2001-01-01');
  assert.is(words.translate('ar')('only', { label: 'Date' }), 'English Date');
});

test('a missing word is told by its key', () => {
  assert.is(words.translate('ar')('nowhere'), 'nowhere');
});

test('languages written from right to left are known with and without their country', () => {
  const turned = ['ar', 'ar-EG', 'he', 'fa', 'ur-PK', 'en', 'de-AT', 'arn'].filter(isRightToLeft);
  assert.equal(turned, ['ar', 'ar-EG', 'he', 'fa', 'ur-PK']);
});
