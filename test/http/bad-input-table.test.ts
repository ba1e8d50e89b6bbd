// docs/bad-input.md names the test of every case; the tests exist.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('docs: bad input');
const docs = readFileSync(path.join(ROOT, 'docs/bad-input.md'), 'utf8');
const rows = [...docs.matchAll(/^\| (?!---|Case)(.*?) \| .* \| `(test\/[^`]+)`: (.*) \|$/gm)];

test('all table rows have the same format', () => {
  const lines = docs.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:---|Case)/.test(line));
  assert.ok(lines.length > 30);
  assert.is(rows.length, lines.length);
});

test('each row names an existing test', () => {
  const missing = rows.filter(([, , file = '', title = '']) => {
    const source = path.join(ROOT, file);
    return !existsSync(source) || !readFileSync(source, 'utf8').includes(title);
  });
  assert.equal(
    missing.map(([, which]) => which),
    [],
  );
});
