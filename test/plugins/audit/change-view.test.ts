import * as assert from 'uvu/assert';
import { createFormatter } from '../../../core/view/formatter.ts';
import { valueText } from '../../../plugins/audit/change-view.ts';
import { fieldOf, person } from '../../core/query/fixture.ts';
import { suite } from '../../support/suite.ts';

const test = suite('audit: changes as text');
const show = createFormatter(
  'en',
  'America/New_York',
  (key) => key,
  () => undefined,
);

test('a timestamp is formatted as on the page of its record', () => {
  assert.is(valueText(show, fieldOf(person, 'seen'), '2026-01-05T12:00:00Z'), '2026-01-05 07:00');
});

test('empty text, an empty list and NULL look different if the field allows both', () => {
  const place = fieldOf(person, 'place');
  assert.is(place.nullable, true);
  assert.is(valueText(show, place, ''), 'value.empty');
  assert.is(valueText(show, place, []), 'value.empty');
  assert.is(valueText(show, place, null), undefined);
  assert.is(valueText(show, fieldOf(person, 'name'), ''), '');
});

test('text that only looks like a timestamp, because the field used to be text, is unchanged', () => {
  for (const text of ['2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z', '0000-00-00T00:00:00Z', 'yesterday']) {
    assert.is(valueText(show, fieldOf(person, 'seen'), text), text);
    assert.is(valueText(show, fieldOf(person, 'wakes'), text.replace('Z', '')), text.replace('Z', ''));
  }
});
