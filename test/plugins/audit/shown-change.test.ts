import * as assert from 'uvu/assert';
import { createShow } from '../../../core/view/show.ts';
import { shownValue } from '../../../plugins/audit/shown-change.ts';
import { fieldOf, person } from '../../core/query/world.ts';
import { suite } from '../../support/suite.ts';

const test = suite('values of the trail');
const show = createShow(
  'en',
  'America/New_York',
  (key) => key,
  () => undefined,
);

test('a moment is told as on the page of its record', () => {
  assert.is(shownValue(show, fieldOf(person, 'seen'), '2026-01-05T12:00:00Z'), '2026-01-05 07:00');
});

test('what only looks like a moment, for the field was a text once, stays as it is', () => {
  for (const text of ['2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z', '0000-00-00T00:00:00Z', 'yesterday']) {
    assert.is(shownValue(show, fieldOf(person, 'seen'), text), text);
    assert.is(shownValue(show, fieldOf(person, 'wakes'), text.replace('Z', '')), text.replace('Z', ''));
  }
});
