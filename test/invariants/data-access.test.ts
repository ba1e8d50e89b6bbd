// Invariant 4: rows of models are read through core/query and written through core/write, and nowhere else.
import * as assert from 'uvu/assert';
import { sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: data access');
const SQL = /\bsql\.(?:unsafe|fragment|type\([^`]*\))`((?:[^`\\]|\\.)*)`/g;
/** Tables and functions after these keywords. */
const TOUCHED = /\b(?:from|join|into|update|truncate)\s+(?:only\s+)?([a-z_$"][\w.$"{]*)/g;

/** The same keywords where no table follows. */
const NO_TABLE = /for (?:no key )?update skip locked|do update\s+set|distinct from|extract\(\w+ from/g;

function statementsOf(text: string): readonly string[] {
  // A comment in a statement may use the same words.
  return [...text.matchAll(SQL)].map(([, statement = '']) => statement.replaceAll(/--.*$/gm, ''));
}

test('the scanner finds SQL', () => {
  const statements = sourcesIn('plugins').flatMap(({ text }) => statementsOf(text));
  assert.ok(statements.length > 20, String(statements.length));
  assert.ok(statements.some((statement) => /from rustio_session/.test(statement)));
});

test('the pages of the admin contain no SQL', () => {
  const wrong = sourcesIn('plugins/admin').filter(
    ({ text, packages }) => packages.includes('slonik') || statementsOf(text).length > 0,
  );
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('plugins write SQL over their own tables and those of rustio, never over tables of models', () => {
  const wrong = sourcesIn('plugins').flatMap(({ path, text }) => {
    const inner = new Set(
      [...text.matchAll(/\bwith\s+(\w+)\s+as\b|,\s*(\w+)\s+as\s*(?:materialized\s*)?\(/g)].map(
        ([, a, b]) => a ?? b ?? '',
      ),
    );
    return statementsOf(text)
      .flatMap((statement) => [...statement.replaceAll(NO_TABLE, '').matchAll(TOUCHED)].map(([, name = '']) => name))
      .filter(
        (name) =>
          !/^(rustio_\w+|graphile_worker\.\w+|pg_\w+|information_schema|unnest|jsonb_\w+|generate_series|\$)/.test(
            name,
          ) && !inner.has(name),
      )
      .map((name) => `${path}: ${name}`);
  });
  assert.equal(wrong, []);
});

test('pages and widgets of the starters read tables of models with the permissions of the user', () => {
  const shows = /\/(figures|tables|day|widgets|booked-today|names|pages|unpaid-invoices)\.ts$/;
  const files = sourcesIn('starters').filter(({ path }) => shows.test(path) && !path.includes('/seed/'));
  const statements = files.flatMap(({ text }) => statementsOf(text));
  assert.ok(statements.length >= 9, String(statements.length));
  const tables = statements
    .filter((statement) => !/for no key update/.test(statement))
    .flatMap((statement) => [...statement.matchAll(TOUCHED)].map(([, name = '']) => name));
  // The waiting room's own table, which its own permission covers; `extract(epoch from now())`.
  const others = new Set(['waiting_visit', 'now', 'coalesce']);
  assert.equal(
    tables.filter((name) => !name.startsWith('$') && !others.has(name)),
    [],
  );
});

test('in core only the data-access layer writes statements over tables of models', () => {
  const doors = sourcesIn('core')
    .filter(({ text }) => /\btableSql\(/.test(text))
    .map(({ path }) => path);
  assert.ok(doors.length > 3);
  assert.equal(
    doors.filter((path) => !/^core\/(query|write)\//.test(path)),
    [],
  );
});

test('rows that are read have a schema: `sql.unsafe`, which has none, is for statements whose rows are not read', () => {
  const sources = sourcesIn('core', 'plugins', 'cli', 'starters');
  assert.ok(sources.filter(({ text }) => text.includes('sql.unsafe`')).length > 20);
  const wrong = sources.filter(({ text }) =>
    /\.(?:any|many|one|\w+First)\(\s*sql\.unsafe/.test(text.replaceAll(/^ *(?:\*|\/\/).*$/gm, '')),
  );
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});

test('pages get the data-access layer, and never use the pool', () => {
  const pages = sourcesIn('plugins/admin').filter(({ path }) => /-page\.ts$/.test(path));
  assert.ok(pages.length >= 6);
  const wrong = pages.filter(({ text }) => /\bapp\.database\.(?:any|many|one|maybeOne|query|exists)\b/.test(text));
  assert.equal(
    wrong.map(({ path }) => path),
    [],
  );
});
