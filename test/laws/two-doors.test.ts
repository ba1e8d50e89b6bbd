// Law 4: rows of models are read through core/query and written through core/write, by nobody else.
import * as assert from 'uvu/assert';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('law: two doors to rows');
const SQL = /\bsql\.(?:unsafe|fragment|type\([^`]*\))`((?:[^`\\]|\\.)*)`/g;
/** Tables and functions that stand behind these words. */
const TOUCHED = /\b(?:from|join|into|update|truncate)\s+(?:only\s+)?([a-z_$"][\w.$"{]*)/g;

function statementsOf(text: string): readonly string[] {
  // A comment in a statement may use the same words.
  return [...text.matchAll(SQL)].map(([, statement = '']) => statement.replaceAll(/--.*$/gm, ''));
}

test('the scanner sees SQL, so that the tests below cannot pass on nothing', () => {
  const statements = sourcesIn('plugins').flatMap(({ text }) => statementsOf(text));
  assert.ok(statements.length > 20, String(statements.length));
  assert.ok(statements.some((statement) => /from rustio_session/.test(statement)));
});

test('the pages of the admin hold no SQL at all', () => {
  const wrong = sourcesIn('plugins/admin').filter(
    ({ text, packages }) => packages.includes('slonik') || statementsOf(text).length > 0,
  );
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('plugins write SQL over their own tables, those of rustio, and none over tables of models', () => {
  const wrong = sourcesIn('plugins').flatMap(({ path, text }) => {
    const inner = new Set(
      [...text.matchAll(/\bwith\s+(\w+)\s+as\b|,\s*(\w+)\s+as\s*\(/g)].map(([, a, b]) => a ?? b ?? ''),
    );
    return statementsOf(text)
      .flatMap((statement) => [...statement.matchAll(TOUCHED)].map(([, name = '']) => name))
      .filter(
        (name) =>
          !/^(rustio_\w+|pg_\w+|information_schema|unnest|jsonb_\w+|generate_series|\$)/.test(name) && !inner.has(name),
      )
      .map((name) => `${path}: ${name}`);
  });
  assert.equal(wrong, []);
});

test('in the core only the two doors make statements over tables of models', () => {
  const doors = sourcesIn('core')
    .filter(({ text }) => /\btableSql\(/.test(text))
    .map(({ path }) => path);
  assert.ok(doors.length > 3);
  assert.equal(
    doors.filter((path) => !/^core\/(query|write)\//.test(path)),
    [],
  );
});

test('pages are handed the doors, and never reach for the pool', () => {
  const pages = sourcesIn('plugins/admin').filter(({ path }) => /-page\.ts$/.test(path));
  assert.ok(pages.length >= 6);
  const wrong = pages.filter(({ text }) => /\bapp\.database\.(?:any|many|one|maybeOne|query|exists)\b/.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});
