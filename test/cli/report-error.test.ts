import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { explain, renderError } from '../../cli/report-error.ts';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { openDatabase } from '../../core/database/pool.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { failureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';

const test = suite('errors in the terminal');
const parts = { problem: 'Port 8000 is taken.', why: 'It is used.', fix: 'Take another.', retry: 'Then.' };

test('an error is printed with its parts and code, without colours if there is no terminal', () => {
  const lines = renderError(new RustioError('RIO-SERVE-PORT', parts, { details: ['pid 12'] }));
  assert.equal(lines, [
    'Problem: Port 8000 is taken.',
    'Why:     It is used.',
    '           pid 12',
    'Fix:     Take another.',
    'Retry:   Then.',
    'Code:    RIO-SERVE-PORT (docs/errors.md#rio-serve-port)',
  ]);
});

test("a plugin's error code has no link to the docs", () => {
  const lines = renderError(new RustioError('RIO-NOTES-ACCOUNT', parts));
  assert.is(lines.at(-1), 'Code:    RIO-NOTES-ACCOUNT');
});

test('an unexpected error is reported as a bug with its stack', () => {
  const error = explain(new TypeError('x is not a function'));
  assert.is(error.code, 'RIO-UNEXPECTED');
  assert.is(error.exitCode, 1);
  assert.match(error.parts.problem, 'x is not a function');
  assert.match(error.details.join('\n'), 'report-error.test.ts');
  assert.match(explain('a thrown string').parts.problem, 'a thrown string');
});

test('the pool and a plain connection report an unreachable database', async () => {
  const url = 'postgres://app:hunter2@127.0.0.1:1/none';
  const database = await openDatabase(url);
  const fromPool = await failureOf(database.query(sql.unsafe`select 1`));
  await database.close();
  const plain = await failureOf(withPlainConnection(url, (client) => client.query('select 1')));
  for (const failure of [fromPool, plain]) {
    const error = explain(failure);
    assert.is(error.code, 'RIO-DATABASE-UNREACHABLE');
    assert.match(error.parts.why, 'ECONNREFUSED');
    assert.not.match(renderError(error).join('\n'), 'hunter2');
  }
});
