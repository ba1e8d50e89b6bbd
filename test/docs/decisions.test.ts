// Records of decisions: each is complete and in the index, and the code links only to records that exist.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT, sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('docs: decisions');
const FOLDER = 'docs/decisions';
const records = globSync(`${FOLDER}/[0-9]*.md`, { cwd: ROOT }).sort();
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

test('records are numbered without gaps and have context, decision and consequences in at most 40 lines', () => {
  assert.ok(records.length > 10);
  for (const [index, file] of records.entries()) {
    const number = String(index + 1).padStart(4, '0');
    assert.is(path.basename(file).slice(0, 5), `${number}-`);
    const text = textOf(file);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    assert.equal(headings, ['Context', 'Decision', 'Consequences'], file);
    assert.match(text, `# ${number}: `);
    assert.ok(text.split('\n').length <= 41, `${file} is longer than 40 lines`);
  }
});

test('the index lists every record with its title', () => {
  const index = textOf(`${FOLDER}/README.md`);
  for (const file of records) {
    const [, number = '', title = ''] = /^# (\d{4}): (.+)$/m.exec(textOf(file)) ?? [];
    assert.match(index, `| [${number}](${path.basename(file)}) | ${title} |`);
  }
});

test('code links to every record, and only to records', () => {
  const links = sourcesIn('core', 'plugins', 'cli', 'test').flatMap(({ path: file, text }) =>
    [...text.matchAll(/docs\/decisions\/\d[\w-]*\.md/g)].map(([link]) => ({ file, link })),
  );
  assert.equal(
    links.filter(({ link }) => !records.includes(link)),
    [],
  );
  const linked = new Set(links.map(({ link }) => link));
  assert.equal(
    records.filter((record) => !linked.has(record)),
    [],
    'The code that a record explains links to it.',
  );
});

test('source files that records and CONTRIBUTING.md name exist', () => {
  const sources = ['*.ts', '{cli,core,plugins,test}/**/*.ts'].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  const names = new Set(sources.flatMap((file) => [file, path.basename(file)]));
  const named = [...records, 'CONTRIBUTING.md'].flatMap((file) =>
    [...textOf(file).matchAll(/`([\w./-]+\.ts)`/g)].map(([, name = '']) => ({ file, name })),
  );
  assert.ok(named.length > 20);
  assert.equal(
    named.filter(({ name }) => !names.has(name.startsWith('core/') ? name : path.basename(name))),
    [],
  );
});
