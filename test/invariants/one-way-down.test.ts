// Invariant 1: cli → plugins → core. Invariant 4, in part: pages and declarations contain no SQL.
import { globSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { builtIn } from '../../plugins/built-in.ts';
import { ROOT, type Source, sourcesIn } from '../support/sources.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: imports go one way');
const pluginOf = (path: string): string | undefined => /^plugins\/([^/]+)\//.exec(path)?.[1];

test('the scanner finds imports', () => {
  const app = sourcesIn('core').find(({ path }) => path === 'core/app.ts');
  assert.ok(app?.imports.includes('core/request/context.ts'));
  const pipeline = sourcesIn('core').find(({ path }) => path === 'core/http/pipeline.ts');
  assert.ok(pipeline?.packages.includes('koa'));
});

test('core imports no plugin, no command and no test', () => {
  assert.equal(
    offences(sourcesIn('core'), (target) => !target.startsWith('core/')),
    [],
  );
});

test('code, messages and templates of core name no plugin', () => {
  const names = builtIn.map(({ name }) => name).join('|');
  // A key of its messages or options, a path below its own, or its name alone: `'auth.signOut'`, `'/audit'`, `'theme'`.
  const naming = new RegExp(`['"\`/](?:${names})(?:\\.\\w+)*['"\`/]`, 'g');
  const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|(?:^|\s)\/\/.*$/gm, '');
  // The style sheet of the frame is a file of core's, and `/admin` is where a project is mounted by default, whatever plugins it has.
  const own = /['"`](?:admin\.css|\/admin)['"`]/g;
  const texts = [
    ...sourcesIn('core').map(({ path, text }) => ({ path, text: withoutComments(text) })),
    ...globSync('templates/layout/*.ejs', { cwd: ROOT }).map((path) => ({
      path,
      text: readFileSync(`${ROOT}/${path}`, 'utf8'),
    })),
  ];
  assert.ok(new RegExp(naming).test("t('auth.signOut')"), 'it would be found');
  const wrong = texts.flatMap(({ path, text }) =>
    [...text.replaceAll(own, '').matchAll(naming)].map(([named]) => `${path} names ${named}`),
  );
  assert.equal(wrong, []);
});

test('plugins import core and plugins, never the command line', () => {
  assert.equal(
    offences(sourcesIn('plugins'), (target) => !target.startsWith('core/') && !target.startsWith('plugins/')),
    [],
  );
});

test('a plugin imports only plugins that its `requires` or `after` names and that precede it', () => {
  const names = builtIn.map(({ name }) => name);
  const wrong = sourcesIn('plugins').flatMap((source) => {
    const own = pluginOf(source.path);
    const declared = builtIn.find(({ name }) => name === own);
    if (!declared) return [];
    return source.imports
      .map(pluginOf)
      .filter((other) => other !== undefined && other !== own)
      .filter(
        (other) =>
          ![...(declared.requires ?? []), ...(declared.after ?? [])].includes(other ?? '') ||
          names.indexOf(other ?? '') > names.indexOf(own ?? ''),
      )
      .map((other) => `${source.path} imports ${other}`);
  });
  assert.equal(wrong, []);
});

test('the order lists every plugin folder, and every built-in plugin has a folder of its name', () => {
  const folders = new Set(sourcesIn('plugins').flatMap(({ path }) => pluginOf(path) ?? []));
  assert.equal([...folders].sort(), builtIn.map(({ name }) => name).sort());
});

test('the server does not load modules that only the command line needs', () => {
  const wrong = sourcesIn('core', 'plugins').flatMap(({ path, packages }) =>
    packages.filter((name) => /^(yargs|chokidar|culori)/.test(name)).map((name) => `${path} imports ${name}`),
  );
  assert.equal(wrong, []);
});

test('pages, commands and declarations of plugins contain no SQL and use no pool', () => {
  const files = sourcesIn('plugins').filter(({ path }) => /(?:^|[/-])(?:pages?|commands?|index)\.ts$/.test(path));
  assert.ok(files.length >= 10, 'there are pages to look at');
  const wrong = files.flatMap(({ path, packages, imports }) => [
    ...packages.filter((name) => name === 'slonik' || name === 'pg').map((name) => `${path} imports ${name}`),
    ...imports.filter((target) => target.startsWith('core/database/')).map((target) => `${path} imports ${target}`),
  ]);
  assert.equal(wrong, []);
});

function offences(sources: readonly Source[], isWrong: (target: string) => boolean): readonly string[] {
  return sources.flatMap(({ path, imports }) => imports.filter(isWrong).map((target) => `${path} imports ${target}`));
}
