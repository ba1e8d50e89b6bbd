// Every known weakness of other systems has a test here, and the tests exist: see known-weaknesses.ts.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { manualChecks, type Weakness, weaknesses } from './known-weaknesses.ts';

const test = suite('invariant: known weaknesses');

/** The titles of a test file; a value in a title is `…`. */
function titlesOf(file: string): ReadonlySet<string> {
  const source = readFileSync(path.join(ROOT, 'test', file), 'utf8');
  return new Set(
    [...source.matchAll(/^\s*test\(\s*(['"`])(.*?)\1,/gms)].map(([, , title = '']) =>
      title.replaceAll(/\$\{.*\}/g, '…'),
    ),
  );
}

test('all of them are listed, by number and by letter', () => {
  assert.equal(
    weaknesses.map(({ id }) => id),
    Array.from({ length: 28 }, (_, at) => String(at + 1)),
  );
  assert.equal(manualChecks.map(({ id }) => id).join(''), 'abcdefgh');
});

test('each has tests, or belongs to a plan', () => {
  const missing = [...weaknesses, ...manualChecks].filter(({ tests = {}, later }) => {
    const titles = Object.values(tests).flat();
    return titles.length === 0 && later === undefined;
  });
  assert.equal(missing, []);
});

test('the tests exist', () => {
  const problems = [...weaknesses, ...manualChecks].flatMap(({ id, tests = {} }: Weakness) =>
    Object.entries(tests).flatMap(([file, titles]) => {
      if (!existsSync(path.join(ROOT, 'test', file))) return [`${id}: there is no test/${file}`];
      const existing = titlesOf(file);
      return titles
        .filter((title) => !existing.has(title))
        .map((title) => `${id}: test/${file} has no test “${title}”`);
    }),
  );
  assert.equal(problems, []);
});
