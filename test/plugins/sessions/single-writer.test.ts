// Invariant 5: one writer per fact.
import * as assert from 'uvu/assert';
import { sourcesIn } from '../../support/sources.ts';
import { suite } from '../../support/suite.ts';

const test = suite('sessions: single writer');
const sources = sourcesIn('core', 'plugins', 'cli', 'starters');

function writersOf(pattern: RegExp): string[] {
  return sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

test('one file ends sessions, and one ends tokens', () => {
  assert.equal(writersOf(/\bended_at\s*=(?!=)/).sort(), [
    'plugins/sessions/end-sessions.ts',
    'plugins/tokens/end-tokens.ts',
  ]);
});

test('one file writes the audit trail, and no file changes it', () => {
  assert.equal(writersOf(/insert\s+into\s+rustio_audit\b/i), ['plugins/audit/record-entry.ts']);
  // The expected definition of the trigger that applies erasures, not a statement.
  const definition = ['plugins/audit/expected-table.ts'];
  assert.equal(writersOf(/(update|delete\s+from|truncate)\s+rustio_audit\b/i), definition);
});

test('only auth, sessions, tokens, recovery and mfa use hashes of passwords and tokens', () => {
  const outside = (pattern: RegExp) =>
    writersOf(pattern).filter((path) => !/^plugins\/(auth|sessions|tokens|recovery|mfa)\//.test(path));
  assert.equal(outside(/\bpassword_hash\b/), []);
  assert.equal(outside(/\btoken_hash\b/), []);
});
