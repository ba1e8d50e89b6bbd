import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { splitStatements, transactionControl } from '../../../core/migrate/statements.ts';
import { suite } from '../../support/suite.ts';

const test = suite('migrate: statements');

const texts = (sql: string) => splitStatements(sql).map(({ text }) => text);

test('semicolons in strings, names, comments, function bodies and rules do not end a statement', () => {
  const statements = [
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
  assert.equal(texts(`${statements.join(';\n')};\n`), statements);
});

test('each statement has its line number and first words, without preceding comments', () => {
  const [first, second] = splitStatements(
    '-- why\n\n/* and\nmore */ create /* x */ index concurrently i on t (a);\nselect 1',
  );
  assert.is(first?.line, 4);
  assert.equal(first?.words, ['create', 'index', 'concurrently', 'i']);
  assert.is(second?.line, 5);
  assert.is(second?.text, 'select 1');
});

test('only statements that begin or end a transaction are found', () => {
  const rejected = [
    'begin',
    'START TRANSACTION',
    'commit',
    'end',
    'rollback',
    'abort',
    "prepare transaction 'x'",
    '/* a */ Commit',
  ];
  for (const sql of rejected) assert.ok(transactionControl(`select 1;\n${sql};`), sql);
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

test('reading a file takes time in proportion to its length (F18)', () => {
  const time = (count: number): number => {
    const sql = "insert into a values (1, 'a text; of some length');\n".repeat(count);
    const runs = Array.from({ length: 3 }, () => {
      const start = process.cpuUsage();
      assert.is(splitStatements(sql).length, count);
      return process.cpuUsage(start).user;
    });
    return Math.min(...runs);
  };
  time(2_000);
  const ratio = time(40_000) / time(20_000);
  assert.ok(ratio < 3, `twice as many statements take ${ratio} times as long`);
});

test('any text is read completely: its statements are in order and are parts of it', () => {
  const tokens = fc.constantFrom(
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
    fc.property(fc.array(tokens, { maxLength: 30 }), (parts) => {
      const sql = parts.join('');
      let last = 0;
      for (const { text, start, end } of splitStatements(sql)) {
        assert.ok(start >= last && end >= start && end <= sql.length);
        assert.is(sql.slice(start, end).trimEnd(), text);
        last = end;
      }
    }),
  );
});
