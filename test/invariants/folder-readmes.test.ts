/** A folder with many files has a short README.md: what it is for, its entry point, and the order to read it in. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: READMEs of folders');
const MAX_FILES = 8;
const MAX_LINES = 25;

/** All files of the repository, from its root. */
const files = globSync('{cli,core,docs,plugins,starters,templates,test}/**/*', {
  cwd: ROOT,
  withFileTypes: true,
  exclude: ({ name }) => ['node_modules', '.rustio', 'output'].includes(name),
})
  .filter((entry) => entry.isFile())
  .map(({ name, parentPath }) => path.relative(ROOT, path.join(parentPath, name)));
const readmes = files.filter((file) => path.basename(file) === 'README.md');
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const largeFolders = [...Map.groupBy(files, (file) => path.dirname(file))]
  .filter(([, inside]) => inside.filter((file) => !readmes.includes(file)).length > MAX_FILES)
  .map(([folder]) => folder);

test(`a folder with more than ${MAX_FILES} files has a README.md`, () => {
  assert.ok(largeFolders.length > 20);
  assert.equal(
    largeFolders.filter((folder) => !readmes.includes(path.join(folder, 'README.md'))),
    [],
  );
});

test(`its README.md has a title and at most ${MAX_LINES} lines`, () => {
  for (const folder of largeFolders) {
    const text = textOf(path.join(folder, 'README.md'));
    assert.match(text, /^# \S/, folder);
    // The rows of an index do not count: it has one per file.
    const lines = text
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('| [')).length;
    assert.ok(lines <= MAX_LINES, `${folder}/README.md has ${lines} lines`);
  }
});

test('source files that a README.md names exist', () => {
  const names = new Set(files.map((file) => path.basename(file)));
  const wrong = readmes.flatMap((file) =>
    [...textOf(file).matchAll(/`(?:[\w./-]*\/)?([\w.-]+\.(?:ts|js|ejs|css))`/g)]
      .filter(([, name = '']) => !names.has(name))
      .map(([named]) => `${file}: ${named}`),
  );
  assert.equal(wrong, []);
});

test('source files that the tables of folders name are in those folders', () => {
  const rows = ['README.md', 'docs/architecture.md'].flatMap((page) => [
    ...textOf(page).matchAll(/^\| \[?`(?<folder>\w[\w/]*)\/`(?<text>.*)$/gm),
  ]);
  const named = rows.flatMap(({ groups: { folder = '', text = '' } = {} }) =>
    [...text.matchAll(/`([\w-]+\.ts)`/g)].map(([, name = '']) => ({ folder, name })),
  );
  assert.ok(named.length > 0);
  assert.equal(
    named.filter(({ folder, name }) => !files.some((file) => file.startsWith(folder) && path.basename(file) === name)),
    [],
  );
});
