// Plugins in test/external-plugins are written as in another repository: they import public names only.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: external plugins use public names');
const PUBLIC = new Set([
  'rustio-admin',
  ...['plugin', 'auth', 'sessions', 'admin', 'testing'].map((name) => `rustio-admin/${name}`),
]);
const NODE_MODULE = /^node:/;

const folders = globSync('test/external-plugins/*/index.ts', { cwd: ROOT }).map((file) => path.dirname(file));

test('there are external plugins to check', () => {
  assert.ok(folders.length >= 9, folders.join());
});

test('they import only public sub-paths of the package, Node, and their own files', () => {
  const wrong = folders.flatMap((folder) =>
    globSync('**/*.ts', { cwd: path.join(ROOT, folder) }).flatMap((file) => {
      const text = readFileSync(path.join(ROOT, folder, file), 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].flatMap(([, target = '']) => {
        const inside =
          target.startsWith('./') ||
          (target.startsWith('../') && path.join(folder, path.dirname(file), target).startsWith(folder));
        return inside || PUBLIC.has(target) || NODE_MODULE.test(target) ? [] : [`${folder}/${file} imports ${target}`];
      });
    }),
  );
  assert.equal(wrong, []);
});

test('each one has a test that uses it', () => {
  const untested = folders.filter((folder) => globSync(`${folder}.test.ts`, { cwd: ROOT }).length === 0);
  assert.equal(untested, []);
});
