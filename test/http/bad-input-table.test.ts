// docs/bad-input.md names the test of every case; they are there.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('docs: bad input');
const docs = readFileSync(path.join(ROOT, 'docs/bad-input.md'), 'utf8');
const rows = [...docs.matchAll(/^\| (?!---|Case)(.*?) \| .* \| `(test\/[^`]+)`: (.*) \|$/gm)];

test('the table has every case in one form', () => {
  const lines = docs.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:---|Case)/.test(line));
  assert.ok(lines.length > 30);
  assert.is(rows.length, lines.length);
});

test('each names a test that is there', () => {
  const missing = rows.filter(([, , file = '', title = '']) => {
    const source = path.join(ROOT, file);
    return !existsSync(source) || !readFileSync(source, 'utf8').includes(title);
  });
  assert.equal(
    missing.map(([, which]) => which),
    [],
  );
});
