// Invariant 5: only end-sessions.ts ends sessions, one writes the audit trail; and the database refuses what no file does.
import * as assert from 'uvu/assert';
import { sql } from '../../index.ts';
import { testApp } from '../support/app.ts';
import { failureOf } from '../support/failure.ts';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: one writer per table');

function filesWith(pattern: RegExp): readonly string[] {
  return sourcesIn('core', 'plugins', 'cli', 'starters')
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => path);
}

test('only end-sessions.ts ends sessions, and only end-tokens.ts tokens', () => {
  const files = filesWith(/\bset\b[^`]*\bended_at\s*=/);
  assert.equal(files.toSorted(), ['plugins/sessions/end-sessions.ts', 'plugins/tokens/end-tokens.ts']);
});

test('only open-session.ts opens sessions', () => {
  assert.equal(filesWith(/\binsert\s+into\s+rustio_session\b/i), ['plugins/sessions/open-session.ts']);
});

test('only record-entry.ts writes the audit trail', () => {
  assert.equal(filesWith(/\binsert\s+into\s+rustio_audit\b/i), ['plugins/audit/record-entry.ts']);
});

test('only count-repetitions.ts writes the counts of the audit trail', () => {
  assert.equal(filesWith(/\b(insert\s+into|update)\s+rustio_audit_count\b/i), ['plugins/audit/count-repetitions.ts']);
});

test('only seal-entries.ts writes seals', () => {
  const files = filesWith(/\b(insert\s+into|update|delete\s+from)\s+rustio_audit_seal(ed)?\b/i);
  assert.equal(files, ['plugins/audit/seals/seal-entries.ts']);
});

test('no file changes the audit trail', () => {
  // The expected definition of the trigger that applies erasures, not a statement.
  const definition = ['plugins/audit/expected-table.ts'];
  assert.equal(filesWith(/\b(update|delete\s+from|truncate(\s+table)?)\s+rustio_audit\b/i), definition);
});

test('only the clean-up deletes sessions', () => {
  assert.equal(filesWith(/\bdelete\s+from\s+rustio_session\b/i), ['plugins/sessions/end-sessions.ts']);
});

test('only file-rows.ts writes the rows of files', () => {
  assert.equal(filesWith(/\b(insert\s+into|update|delete\s+from)\s+rustio_file\b/i), ['core/files/file-rows.ts']);
});

test('the audit trail rejects UPDATE, DELETE and TRUNCATE, whether of all rows, one or none', async () => {
  const app = await testApp({});
  try {
    const { database } = app.app;
    await app.client().signIn('nobody@example.org', 'a wrong password');
    const attempts = [
      sql.unsafe`update rustio_audit set event = 'nothing_happened'`,
      sql.unsafe`update rustio_audit set event = 'x' where false`,
      sql.unsafe`delete from rustio_audit`,
      sql.unsafe`delete from rustio_audit where id = 1`,
      sql.unsafe`truncate rustio_audit`,
      sql.unsafe`truncate rustio_audit cascade`,
    ];
    for (const attempt of attempts) {
      assert.match(String(await failureOf(database.query(attempt))), 'append-only');
    }
    const events = await database.any(sql.unsafe`select event from rustio_audit`);
    assert.equal([...events], [{ event: 'login_failed' }]);
  } finally {
    await app.close();
  }
});
