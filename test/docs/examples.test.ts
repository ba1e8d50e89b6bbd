// Every TypeScript example in the documentation compiles, and every link leads somewhere.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { type Example, examplesOf, pages, textOf, writeExamples } from './fenced.ts';

const test = suite('docs: examples');

test('every TypeScript example compiles, as strictly as the package itself', async () => {
  const examples = pages().flatMap(examplesOf);
  assert.ok(examples.filter(({ file }) => file.endsWith('.ts')).length > 20);
  assert.equal(await problemsIn(examples), []);
});

test('the table of extension points names the type of each, which the sub-path of its plugin exports', async () => {
  assert.equal(await problemsIn([extensionPointTypes()]), []);
});

/** Code that compiles when every row of the table in docs/plugins.md is right. */
function extensionPointTypes(): Example {
  const rows = [...textOf('docs/plugins.md').matchAll(/^\| `([\w.]+)` \| `(\w+)` \| (\w+) \|/gm)];
  assert.ok(rows.length > 20);
  const lines = rows.flatMap(([, point = '', type = '', opener = ''], at) => [
    `import type { ${type} as Item${at} } from 'rustio-admin/${opener === 'core' ? 'plugin' : opener}';`,
    `export const item${at} = (item: ExtensionPoints['${point}']): Item${at} => item;`,
  ]);
  const text = ["import type { ExtensionPoints } from 'rustio-admin/plugin';", ...lines, ''].join('\n');
  return { page: 'docs/plugins.md', file: 'extension-points.ts', text };
}

test('every plugin of an example can be disabled by its name in a config', async () => {
  const examples = pages().flatMap(examplesOf);
  const ofPlugins = examples.filter(({ page }) => page.startsWith('docs/plugins'));
  const names = ofPlugins.flatMap(({ text }) =>
    [...text.matchAll(/definePlugin\(\{\s*name: '([\w-]+)'/g)].map(([, name]) => name),
  );
  assert.ok(names.length > 20);
  const disabled = [...new Set(names)].map((name) => `'${name}': false`).join(', ');
  const text = `import { defineConfig } from 'rustio-admin';\nexport default defineConfig({ name: 'Desk', plugins: { ${disabled} } });\n`;
  assert.equal(await problemsIn([...examples, { page: 'docs/plugins.md', file: 'disabled.ts', text }]), []);
});

test('an incorrect example does not compile', async () => {
  const text = "import { field } from 'rustio-admin';\nfield.text({ maxi: 3 });\n";
  const [problem] = await problemsIn([{ page: 'docs/wrong.md', file: 'wrong.ts', text }]);
  assert.match(problem ?? '', /^docs_wrong\/wrong\.ts.*'maxi' does not exist/);
});

/** What the compiler says of examples, and not what it says of the package. */
async function problemsIn(examples: readonly Example[]): Promise<readonly string[]> {
  const folder = writeExamples(examples);
  const options = {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, rewriteRelativeImportExtensions: false },
    include: ['**/*.ts'],
    exclude: ['node_modules'],
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(options));
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const command = [compiler, '--project', folder, '--pretty', 'false'];
  const told = await promisify(execFile)(process.execPath, command, { cwd: folder }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
  return told.split('\n').filter((line) => /^\w.*: error /.test(line) && !line.startsWith('..'));
}

test('links between the pages lead to existing files and headings', () => {
  const broken = pages().flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:)([^)\s#]*)(#[^)\s]*)?\)/g)]
      .filter(([, file = '', anchor]) => {
        const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
        if (!existsSync(path.join(ROOT, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor.slice(1));
      })
      .map(([link]) => `${page}: ${link}`),
  );
  assert.equal(broken, []);
});

/** As GitHub makes them: lower case, without punctuation, hyphens for spaces. */
function anchorsOf(page: string): ReadonlySet<string> {
  return new Set(
    [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
