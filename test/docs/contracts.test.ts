// Contracts and tests name each other: every invariant has tests that exist, and every attack that is tested is in the contract.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';

const test = suite('docs: contracts');
const root = new URL('../../', import.meta.url);
const START = '## Invariants';

interface Contract {
  readonly name: string;
  /** The section of the invariants, in one line. */
  readonly invariants: string;
}

const contracts: readonly Contract[] = readdirSync(new URL('docs/contracts/', root)).flatMap((file) => {
  const text = readFileSync(new URL(`docs/contracts/${file}`, root), 'utf8');
  const from = text.indexOf(START);
  if (from === -1) return [];
  const to = text.indexOf('\n## ', from + START.length);
  const invariants = text.slice(from, to === -1 ? undefined : to).replace(/\s+/g, ' ');
  return [{ name: file.replace(/\.md$/, ''), invariants }];
});

/** The titles of a test file. Of a title that contains a value, the beginning. */
function titlesOf(file: URL): readonly string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^\s*test\(\s*(['"`])(.*?)\1,/gms)].map(([, , title = '']) => title.split('${')[0] ?? '');
}

function testFilesOf(plugin: string): readonly URL[] {
  const folder = new URL(`test/plugins/${plugin}/`, root);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => new URL(name, folder));
}

/** The files that an invariant names, each with the titles that follow it. */
function referencesIn(
  plugin: string,
  invariant: string,
): readonly { readonly file: URL; readonly titles: readonly string[] }[] {
  return [...invariant.matchAll(/`([\w./-]+\.test\.ts)`:?((?:[\s,]*“[^”]+”)*)/g)].map(([, path = '', titles = '']) => ({
    file: new URL(path.startsWith('test/') ? path : `test/plugins/${plugin}/${path}`, root),
    titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
  }));
}

for (const { name, invariants } of contracts) {
  const numbered = invariants.split(/ (?=\d+\. [A-Z`])/).slice(1);

  test(`${name}: every invariant has a number and names tests that exist`, () => {
    assert.ok(numbered.length >= 5);
    for (const [index, text] of numbered.entries()) {
      assert.match(text, new RegExp(`^${index + 1}\\. `));
      const references = referencesIn(name, text);
      assert.ok(references.length > 0, `no test: ${text}`);
      for (const { file, titles } of references) {
        assert.ok(existsSync(file), `no such file: ${file.pathname}`);
        const existing = titlesOf(file);
        for (const title of titles) assert.ok(existing.includes(title), `${file.pathname} has no test “${title}”`);
      }
    }
  });

  test(`${name}: every attack that is tested belongs to an invariant`, () => {
    const attacks = testFilesOf(name).flatMap((file) => titlesOf(file).filter((title) => title.startsWith('attack: ')));
    assert.equal(
      attacks.filter((title) => !invariants.includes(`“${title}”`)),
      [],
    );
  });
}

test('the contracts of auth and sessions have invariants', () => {
  const names = contracts.map(({ name }) => name);
  for (const name of ['auth', 'sessions']) assert.ok(names.includes(name));
});
