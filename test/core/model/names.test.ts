import * as assert from 'uvu/assert';
import { didYouMean, nearest } from '../../../core/base/nearest.ts';
import { humanise, kebabCase, pluralize, snakeCase, wordsInSentence } from '../../../core/model/names.ts';
import { escapeHtml } from '../../../core/view/escape.ts';
import { suite } from '../../support/suite.ts';

const test = suite('names');

test('columns and tables are snake_case, slugs kebab-case', () => {
  const names = {
    startsAt: 'starts_at',
    orderLine: 'order_line',
    userID: 'user_id',
    HTMLPage: 'html_page',
    flightsIn2008: 'flights_in_2008',
    first_name: 'first_name',
    x: 'x',
  };
  for (const [name, snake] of Object.entries(names)) {
    assert.is(snakeCase(name), snake);
    assert.is(kebabCase(name), snake.replaceAll('_', '-'));
  }
});

test('labels are readable English', () => {
  const labels = {
    startsAt: 'Starts at',
    clientIp: 'Client IP',
    id: 'ID',
    userId: 'User ID',
    csvFile: 'CSV file',
    takeOffRun: 'Take off run',
    AK: 'AK',
    classB: 'Class b',
    'two words': 'two words',
    apiUrl: 'API URL',
    identity: 'Identity',
  };
  for (const [name, label] of Object.entries(labels)) assert.is(humanise(name), label);
  assert.is(wordsInSentence('orderLine'), 'order line');
});

test('plurals follow English rules', () => {
  const plurals = {
    strike: 'strikes',
    category: 'categories',
    day: 'days',
    box: 'boxes',
    bus: 'buses',
    branch: 'branches',
    orderLine: 'orderLines',
    'aircraft type': 'aircraft types',
    person: 'people',
    salesPerson: 'salesPeople',
    species: 'species',
    aircraft: 'aircraft',
    analysis: 'analyses',
    woman: 'women',
    human: 'humans',
    child: 'children',
    status: 'statuses',
    index: 'indexes',
    Person: 'People',
    toString: 'toStrings',
  };
  for (const [one, many] of Object.entries(plurals)) assert.is(pluralize(one), many);
});

test('a misspelled name gets a suggestion, an unrelated one does not', () => {
  const names = ['name', 'startsAt', 'status'];
  assert.is(nearest('nmae', names), 'name');
  assert.is(nearest('startAt', names), 'startsAt');
  assert.is(nearest('STATUS', names), 'status');
  assert.is(nearest('colour', names), undefined);
  assert.is(nearest('x', []), undefined);
  assert.is(didYouMean('statsu', names), ' Did you mean "status"?');
  assert.is(didYouMean('colour', names), '');
});

test('text is escaped in elements and attributes', () => {
  assert.is(
    escapeHtml(`<a href="x" title='y'>&amp;</a>`),
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
  );
  assert.is(escapeHtml('plain text, größer'), 'plain text, größer');
  assert.is(escapeHtml('plain – text'), 'plain &#8211; text', 'the page is still stored with one byte per character');
  assert.is(escapeHtml('&'), '&amp;');
  assert.is(escapeHtml(''), '');
});
