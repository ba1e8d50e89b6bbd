import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf } from './field-of.ts';

const test = suite('labels of choices');

test('punctuation is kept, identifiers become words, and equal labels show their values (F2)', () => {
  const labels = (values: readonly [string, ...string[]]) => Object.values(fieldOf(field.choice(values)).valueLabels);
  assert.equal(labels(['A+', 'A-', 'C#', 'C++', '<5', '>5', '-1', '+1', 'PG-13']), [
    'A+',
    'A-',
    'C#',
    'C++',
    '<5',
    '>5',
    '-1',
    '+1',
    'PG-13',
  ]);
  assert.equal(labels(['inProgress', 'on_hold']), ['In progress', 'On hold']);
  assert.equal(labels(['in_progress', 'inProgress']), ['In progress (in_progress)', 'In progress (inProgress)']);
});

test('a choice that is named like a property of every object has a label and no tone', () => {
  const { valueLabels, tones } = fieldOf(field.choice(['constructor', 'open']));
  assert.is(valueLabels.constructor, 'Constructor');
  assert.is(tones.constructor, undefined);
  assert.is(valueLabels.toString, undefined);
});
