import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { addPlugin } from '../../cli/scaffold/edit-config.ts';
import { testDatabase } from '../support/database.ts';
import { ROOT } from '../support/sources.ts';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('startplugin');

/** A config that disables the plugin by name; it must compile. */
const DISABLED = `import { defineConfig } from 'rustio-admin';
import { guestBook } from './guest-book/index.ts';

export default defineConfig({ name: 'Desk', extend: [guestBook], plugins: { 'guest-book': false } });
`;

test('a new plugin compiles, its test passes with node:test, and its page opens', async () => {
  const folder = await newProject();
  const created = await runCli(folder, ['startplugin', 'guest-book']);
  assert.is(created.code, 0, created.stderr);
  assert.match(created.stdout, /edit guest-book\/migrations\/ before[\s\S]+npx rustio-admin migrate\n/);
  assert.match(created.stdout, 'npm test');
  assert.match(
    readFileSync(path.join(folder, 'rustio.config.ts'), 'utf8'),
    /name: '[^']+',\n {2}extend: \[guestBook\],/,
  );

  linkTypes(folder);
  writeFileSync(path.join(folder, 'disabled.ts'), DISABLED);
  const compiled = run(folder, [
    path.join(ROOT, 'node_modules/typescript/bin/tsc'),
    '--customConditions',
    'rustio-source',
  ]);
  assert.is(compiled.status, 0, compiled.stdout);

  const temporary = temporaryFolder();
  chmodSync(temporary, 0o755); // as root, the server runs as another user
  const { scripts } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  assert.is(scripts.test, 'node --test');
  const tested = run(folder, ['--conditions=rustio-source', '--test'], { TMPDIR: temporary });
  assert.is(tested.status, 0, tested.stdout + tested.stderr);
  assert.match(tested.stdout, /pass 2\b/);
  const left = readdirSync(temporary).filter((name) => name.startsWith('rustio-test'));
  assert.equal(left, [], 'the server of the test has stopped, and its folder is deleted');

  const { url: DATABASE_URL } = await testDatabase();
  const server = new RunningCli(folder, ['start'], { DATABASE_URL });
  const [, admin = ''] = await server.until(/^Admin: (.+)\n/m);
  const [, email = ''] = await server.until(/^Email: (.+)\n/m);
  const [, password = ''] = await server.until(/^Password: (.+)\n/m);
  const signedIn = await fetch(`${admin}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: new URL(admin).origin },
    body: new URLSearchParams({ email, password }),
  });
  const cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0]);
  const page = await fetch(`${admin}/+guest-book`, { headers: { cookie: cookie.join('; ') } });
  assert.is(page.status, 200);
  const html = await page.text();
  assert.match(html, '<h1>Guest book</h1>');
  assert.match(html, '<a href="/admin/guest-book-notes">Notes</a>');
  await server.stop();
});

test('a second plugin is appended, in `plugins/` if the project has that folder', async () => {
  const folder = await newProject();
  await runCli(folder, ['startplugin', 'notes']);
  mkdirSync(path.join(folder, 'plugins'));
  const second = await runCli(folder, ['startplugin', 'more-notes']);
  assert.is(second.code, 0, second.stderr);
  const config = readFileSync(path.join(folder, 'rustio.config.ts'), 'utf8');
  assert.match(config, 'extend: [notes, moreNotes]');
  assert.match(config, "import { moreNotes } from './plugins/more-notes/index.ts';");
  const { stdout, stderr } = await runCli(folder, ['plugins'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  assert.match(stdout, 'more-notes: More notes.', stderr);
});

test('reserved and invalid names, and existing folders, are rejected before anything is written', async () => {
  const folder = await newProject();
  mkdirSync(path.join(folder, 'notes'));
  for (const name of ['auth', 'layout', 'Notes', '../notes', 'delete']) {
    const { code, stderr } = await runCli(folder, ['startplugin', name]);
    assert.is(code, 2, name);
    assert.match(stderr, 'RIO-STARTPLUGIN-NAME');
  }
  const exists = await runCli(folder, ['startplugin', 'notes']);
  assert.is(exists.code, 2);
  assert.match(exists.stderr, 'RIO-STARTPLUGIN-FOLDER');
  assert.equal(readdirSync(path.join(folder, 'notes')), []);
});

test('a config in an unknown format is left unchanged, and the lines to add are shown', async () => {
  const folder = await newProject();
  const config = `import { defineConfig } from 'rustio-admin';\nconst name = 'Desk';\nexport default defineConfig({ name });\n`;
  writeFileSync(path.join(folder, 'rustio.config.ts'), config);
  const { code, stdout } = await runCli(folder, ['startplugin', 'notes']);
  assert.is(code, 0);
  assert.match(stdout, "import { notes } from './notes/index.ts';");
  assert.match(stdout, 'extend: [notes],');
  assert.is(readFileSync(path.join(folder, 'rustio.config.ts'), 'utf8'), config);
  assert.ok(existsSync(path.join(folder, 'notes/index.ts')));
});

test('`extend` is changed only if it is a plain list', () => {
  const plugin = { from: './x/index.ts', variable: 'x' };
  const config = (body: string) =>
    `import { defineConfig } from 'rustio-admin';\nexport default defineConfig({ name: 'Desk',${body} });\n`;
  assert.match(addPlugin(config(' extend: [a, b],'), plugin) ?? '', 'extend: [a, b, x]');
  assert.match(addPlugin(config(' extend,'), plugin) ?? '', 'extend: [...extend, x]');
  assert.is(addPlugin(config(' extend: all(),'), plugin), undefined);
});

function run(folder: string, words: readonly string[], environment: Record<string, string> = {}) {
  // As on a user's machine: without the server of this run.
  const { RUSTIO_TEST_SERVER: _server, RUSTIO_TEST_PREFIX: _prefix, NODE_TEST_CONTEXT: _context, ...own } = process.env;
  return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8', env: { ...own, ...environment } });
}

/** What `npm install` would install next to the framework. */
function linkTypes(folder: string): void {
  mkdirSync(path.join(folder, 'node_modules/@types'));
  symlinkSync(path.join(ROOT, 'node_modules/@types/node'), path.join(folder, 'node_modules/@types/node'));
}
