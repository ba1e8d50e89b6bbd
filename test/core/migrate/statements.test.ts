import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { statementsOf, transactionControl } from '../../../core/migrate/statements.ts';
import { suite } from '../../support/suite.ts';

const test = suite('migrate: statements');

const texts = (sql: string) => statementsOf(sql).map(({ text }) => text);

test('semicolons in texts, names, comments, bodies and rules end nothing', () => {
  const whole = [
    "insert into a values ('x;''y;')",
    String.raw`insert into a values (e'it\'s; so')`,
    'create table "a;b" (c integer)',
    'select 1 /* one; /* two; */ three; */ + 1',
    'select 1 -- not; here\n  + 1',
    'do $$ begin perform 1; end $$',
    "create function f() returns text as $body$ select '$$;'; $body$ language sql",
    'create function g() returns integer begin atomic select case when true then 1; else 2 end; end',
    'create rule r as on insert to a do also (delete from b; delete from c)',
    'select a$b$ from t',
  ];
  assert.equal(texts(`${whole.join(';\n')};\n`), whole);
});

test('each statement knows its line and its first words, comments before it left out', () => {
  const [first, second] = statementsOf(
    '-- why\n\n/* and\nmore */ create /* x */ index concurrently i on t (a);\nselect 1',
  );
  assert.is(first?.line, 4);
  assert.equal(first?.words, ['create', 'index', 'concurrently', 'i']);
  assert.is(second?.line, 5);
  assert.is(second?.text, 'select 1');
});

test('whatever begins or ends a transaction is found, and nothing else', () => {
  const refused = [
    'begin',
    'START TRANSACTION',
    'commit',
    'end',
    'rollback',
    'abort',
    "prepare transaction 'x'",
    '/* a */ Commit',
  ];
  for (const sql of refused) assert.ok(transactionControl(`select 1;\n${sql};`), sql);
  const allowed = [
    'rollback to savepoint a',
    'rollback work to a',
    'savepoint a',
    'prepare p as select 1',
    'do $$ begin perform 1; end $$',
    'create function f() returns integer begin atomic select 1; select 2; end',
    "select 'commit;'",
  ];
  for (const sql of allowed) assert.is(transactionControl(`${sql};\nselect 1;`), undefined, sql);
});

test('any text is read to its end: statements stand in order and are cut from it', () => {
  const pieces = fc.constantFrom(
    "'",
    '"',
    '$$',
    '$a$',
    ';',
    '--',
    '/*',
    '*/',
    '\n',
    ' ',
    'e',
    'begin',
    'x',
    '\\',
    '(',
    ')',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const sql = parts.join('');
      let last = 0;
      for (const { text, start, end } of statementsOf(sql)) {
        assert.ok(start >= last && end >= start && end <= sql.length);
        assert.is(sql.slice(start, end).trimEnd(), text);
        last = end;
      }
    }),
  );
});
