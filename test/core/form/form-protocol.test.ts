// The names of the protocol of forms are written once: in core/form/form-protocol.ts.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { fieldSuffixes, formNames, isFormName } from '../../../core/form/form-protocol.ts';
import { ROOT, sourcesIn } from '../../support/sources.ts';
import { suite } from '../../support/suite.ts';

const test = suite('form protocol');
const names: readonly string[] = Object.values(formNames);
const suffixes: readonly string[] = Object.values(fieldSuffixes);

test('all names are distinct, and none can be the name of a field', () => {
  const all = [...names, ...suffixes];
  assert.is(new Set(all).size, all.length);
  assert.ok(names.every(isFormName));
});

test('docs/urls.md lists exactly these names', () => {
  const docs = readFileSync(path.join(ROOT, 'docs/urls.md'), 'utf8');
  const [, section = ''] = docs.split('## Names in forms');
  const listed = [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name = '']) => name);
  assert.equal(listed, [...names, ...suffixes.map((suffix) => `FIELD${suffix}`)]);
});

test('code and templates take the names from the module', () => {
  const literal = new RegExp(`['"](?:${names.join('|')})['"]|[}>]~(?:kept|none)?["\`]`);
  assert.match('name="~token"', literal);
  assert.match('name="<%= field.name %>~kept"', literal);
  const templates = globSync('templates/**/*.ejs', { cwd: ROOT });
  assert.ok(templates.length > 20);
  const files = [
    ...templates.map((file) => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') })),
    // Columns of our own queries also have names with a tilde.
    ...sourcesIn('core/http', 'core/form', 'plugins').filter(({ path }) => path !== 'core/form/form-protocol.ts'),
  ];
  const lines = files.flatMap((file) => file.text.split('\n').map((line) => `${file.path}: ${line.trim()}`));
  assert.equal(
    lines.filter((line) => literal.test(line)),
    [],
  );
});

test('scripts, which cannot import the module, use the same names', () => {
  const scripts = globSync('templates/assets/*.js', { cwd: ROOT });
  const used = scripts.flatMap((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    return [...text.matchAll(/['"`](~[^'"`]*)['"`]/g)].map(([, name = '']) => name);
  });
  assert.ok(used.length > 0);
  assert.equal(
    used.filter((name) => !names.includes(name)),
    [],
  );
});
