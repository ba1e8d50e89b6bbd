// docs/plugins.md has every hook and every extension point, each with a page that shows it; its own plugin boots.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { CORE_EXTENSION_POINTS } from '../../core/http/layout.ts';
import { PLUGIN_KEYS } from '../../core/plugin.ts';
import { builtIn } from '../../plugins/built-in.ts';
import { testApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { examplesOf, taskPages, textOf, writeExamples } from './fenced.ts';

const test = suite('docs: tables of plugins');
const PAGE = 'docs/plugins.md';

/** Cells of the rows under a heading. */
function rowsAfter(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = textOf(PAGE).split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const namesIn = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const linkIn = (cell: string): string => /\]\(([^)]+)\)/.exec(cell)?.[1] ?? '';

/** The text of the page that a cell links to; this one for an anchor. */
function pageBehind(cell: string): string {
  const link = linkIn(cell);
  assert.ok(link !== '', `${cell} has no link`);
  return textOf(link.startsWith('#') ? PAGE : path.posix.join('docs', link));
}

test('every hook is in the table once, in the order of PLUGIN_KEYS, with a page that uses it', () => {
  const rows = rowsAfter('Hooks');
  assert.equal(
    rows.flatMap(([hooks = '']) => namesIn(hooks)),
    [...PLUGIN_KEYS],
  );
  for (const [hooks = '', what = '', page = ''] of rows) {
    assert.ok(what.length > 10, hooks);
    const text = pageBehind(page);
    for (const hook of namesIn(hooks))
      assert.ok(new RegExp(`\\b${hook}(?::|\\(|,$)`, 'm').test(text), `${linkIn(page)} does not use ${hook}`);
  }
});

test('every extension point is in the table with its owner and a page that describes it', () => {
  const opened = [
    ...CORE_EXTENSION_POINTS.map((point) => `core ${point}`),
    ...builtIn.flatMap(({ name, extensionPoints = [] }) => extensionPoints.map((point) => `${name} ${point}`)),
  ];
  const rows = rowsAfter('Extension points');
  assert.equal(rows.map(([point = '', , opener]) => `${opener} ${namesIn(point)[0]}`).sort(), opened.sort());
  for (const [point = '', item = '', , page = ''] of rows) {
    assert.is(namesIn(item).length, 1, point);
    assert.match(pageBehind(page), namesIn(point)[0] ?? '', `${linkIn(page)} does not mention ${point}`);
  }
});

test('every task page is linked', () => {
  const linked = new Set(rowsAfter('How do I …').map(([, page = '']) => path.posix.join('docs', linkIn(page))));
  assert.equal([...linked].sort(), taskPages());
});

test('the minimal plugin runs', async () => {
  const folder = writeExamples(examplesOf(PAGE));
  const file = pathToFileURL(path.join(folder, 'docs_plugins/rustio.config.ts')).href;
  const { default: config }: { default: Config } = await import(file);
  const app = await testApp(config);
  try {
    assert.is((await (await app.signInAs('staff')).get('/admin/+hello')).text, 'Hello staff-1@example.org');
    assert.is((await app.client().get('/admin/+hello')).status, 303);
    assert.equal(app.errors, []);
  } finally {
    await app.close();
  }
});
