import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { countCharacters, truncate } from '../../../core/model/plain-text.ts';
import { cellFor } from '../../../core/view/cells.ts';
import { decodeEntities } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { english, fieldOf, formatter, issueKey, must, parse } from './field-of.ts';

const test = suite('text');
const line = fieldOf(field.text({ min: 2, max: 5 }));
const lines = fieldOf(field.text({ multiline: true }));

test('a NUL or an unpaired surrogate is rejected, from forms and from code', () => {
  for (const text of ['a\0b', 'a\ud800b', '\udc00b']) {
    assert.is(issueKey(line, text), 'problem.notStorable');
    assert.is(line.type.validate(text, line)?.key, 'problem.notStorable');
  }
});

test('limits count characters, not UTF-16 units', () => {
  assert.is(parse(line, '🦆🦆🦆🦆🦆'), '🦆🦆🦆🦆🦆');
  assert.is(issueKey(line, '🦆🦆🦆🦆🦆🦆'), 'problem.tooLong');
  assert.is(issueKey(line, '🦆'), 'problem.tooShort');
  assert.is(countCharacters('a🦆b\ud800'), 4);
});

test('the message contains the limit and the current length', () => {
  const outcome = line.type.parse('abcdef', line);
  const issue = must(outcome.ok ? undefined : outcome.issue);
  assert.is(english(issue.key, issue.params), 'Use at most 5 characters (currently 6).');
});

test('line breaks are normalised in multiline text and rejected elsewhere', () => {
  assert.is(parse(lines, 'a\r\nb\rc\n'), 'a\nb\nc\n');
  for (const end of ['\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f']) {
    assert.is(issueKey(line, `a${end}b`), 'problem.lineBreak');
  }
});

test('a single line is trimmed, multiline text is not', () => {
  assert.is(parse(line, '  ab\t'), 'ab');
  assert.is(parse(lines, '  ab \n'), '  ab \n');
});

test('text that consists of spaces counts as empty', () => {
  assert.is(issueKey(line, '   '), 'problem.required');
  assert.is(issueKey(lines, ' \n '), 'problem.required');
});

test('a list truncates long text; the page of a record shows all of it', () => {
  const long = `${'🦆'.repeat(100)}<`;
  assert.is(decodeEntities(cellFor(line, formatter)(long, {})), `${'🦆'.repeat(80)}…`);
  assert.is(cellFor(line, { ...formatter, whole: true })(long, {}), `${'🦆'.repeat(100)}&lt;`);
  assert.is(truncate('abc def', 4), 'abc…');
  assert.is(truncate('🦆🦆', 2), '🦆🦆');
});
