// The package as users get it: packed, installed in an empty folder, a project created with it, started and signed in to.
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { inside, isDatabaseDown, newShell, run, runToEnd, signIn, startServer, withOurNode } from './newcomer.ts';

const test = suite('packed package');
const ROOT = path.resolve(import.meta.dirname, '../..');
const packed = temporaryFolder();
let tarball = '';

test.before(async () => {
  await run(withOurNode(newShell(ROOT)), `npm pack --pack-destination ${packed}`);
  tarball = globSync('*.tgz', { cwd: packed })[0] ?? '';
});

test('the tarball contains everything needed at run time, and no development files', async () => {
  const shell = newShell(packed);
  const files = (await run(shell, `tar -tzf ${tarball}`)).split('\n').map((file) => file.replace(/^package\//, ''));
  for (const file of [
    'package.json',
    'LICENSE',
    'CHANGELOG.md',
    'cli/bin.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'dist/core/migrations/0001_idempotency_key.sql',
    'dist/templates/layout/frame.ejs',
    'dist/starters/blank/rustio.config.ts',
    'dist/starters/strikes/data/strikes.csv',
  ]) {
    assert.ok(files.includes(file), file);
  }
  const unexpected = files.filter((file) =>
    /(^|\/)(test|node_modules|\.rustio|\.env)(\/|$)|^core\/|^plugins\/|\.tsbuildinfo$/.test(file),
  );
  assert.equal(unexpected, []);
});

for (const npm of ['npm@11', 'npm@12']) {
  test(`with ${npm} it installs, creates a project, migrates, serves, and the administrator signs in`, async () => {
    const home = withOurNode(newShell(temporaryFolder()));
    const command = `npx --yes ${npm}`;
    writeFileSync(path.join(home.folder, 'package.json'), '{ "private": true }');
    await run(home, `${command} install ${path.join(packed, tarball)}`);
    assert.match(await run(home, 'npx rustio-admin --version'), /\d+\.\d+\.\d+/);
    assert.match(await run(home, 'npx rustio-admin startproject desk'), 'npm run dev');

    const desk = inside(home, 'desk');
    const { dependencies } = JSON.parse(readFileSync(path.join(desk.folder, 'package.json'), 'utf8'));
    assert.match(dependencies['rustio-admin'], /^file:.*\.tgz$/);
    await run(desk, `${command} install`);
    writeFileSync(path.join(desk.folder, 'holidays.ts'), PLUGIN);
    await run(desk, 'npx tsc');
    rmSync(path.join(desk.folder, 'holidays.ts'));

    writeFileSync(path.join(desk.folder, 'alone.ts'), ALONE);
    const tsconfig = JSON.stringify({ extends: './tsconfig.json', include: ['alone.ts'] });
    writeFileSync(path.join(desk.folder, 'tsconfig.alone.json'), tsconfig);
    await run(desk, 'npx tsc -p tsconfig.alone.json');
    rmSync(path.join(desk.folder, 'alone.ts'));

    assert.match(await run(desk, 'npx rustio-admin startplugin guest-book'), '/admin/+guest-book');
    await run(desk, 'npx tsc');
    assert.match(await run(desk, 'node --test guest-book/guest-book.test.ts'), /pass 2\b/);

    writeFileSync(
      path.join(desk.folder, 'models.ts'),
      withOneMoreField(readFileSync(path.join(desk.folder, 'models.ts'), 'utf8')),
    );
    assert.match(await run(desk, 'npx rustio-admin migrate make urgency'), 'urgency.sql');
    assert.match(await run(desk, 'npx rustio-admin migrate'), 'applied');
    assert.match(await run(desk, 'npx rustio-admin migrate status'), 'No pending migrations');

    const server = await startServer(desk, 'npm start');
    assert.match(server.admin, /^http:\/\/127\.0\.0\.1:\d+\/admin$/);
    const headers = await signIn(server);
    const list = await fetch(`${server.admin}/tasks`, { headers });
    assert.is(list.status, 200);
    const form = await (await fetch(`${server.admin}/tasks/+new`, { headers })).text();
    assert.match(form, 'name="urgency"');
    await server.interrupt();
    assert.ok(isDatabaseDown(desk));

    const doctor = await runToEnd(desk, 'npx rustio-admin doctor --json');
    assert.is(doctor.code, 0, doctor.output);
  });
}

/** Compiles only if the types that plugins merge into core's are in the package. */
const PLUGIN = `
import { defineConfig, definePlugin } from 'rustio-admin';

const holidays = definePlugin({
  name: 'holidays',
  api: 1,
  requires: ['admin'],
  routes: (routes) => {
    routes.get('/holidays', { access: { signedIn: true } }, (ctx) => {
      ctx.body = ctx.state.actor.name;
    });
    routes.get('/holidays/plan', { access: { role: 'staff', recent: true } }, () => {});
    // @ts-expect-error nothing checks this kind of access
    routes.get('/holidays/free', { access: { sigendIn: true } }, () => {});
  },
  on: () => ({ login_succeeded: async () => {} }),
});
// @ts-expect-error a plugin's options are typed
export const wrong = defineConfig({ name: 'Desk', plugins: { admin: { admins: 3 } } });
export const right = defineConfig({ name: 'Desk', extend: [holidays], plugins: { sessions: { idleHours: 8 } } });
`;

/** A plugin that imports one entry point, which must include what built-in plugins merge into core's types. */
const ALONE = `
import { definePlugin } from 'rustio-admin/plugin';

export const alone = definePlugin({
  name: 'alone',
  api: 1,
  contributes: { 'dashboard.widgets': [] },
  on: () => ({ login_succeeded: async () => {} }),
  routes(routes) {
    routes.get('/alone', { access: { role: 'staff' } }, () => {});
    // @ts-expect-error nothing checks this kind of access
    routes.get('/alone/free', { access: { sigendIn: true } }, () => {});
  },
});
`;

function withOneMoreField(models: string): string {
  const changed = models.replace(
    '    ...timestamps(),',
    '    urgency: field.integer({ nullable: true }),\n    ...timestamps(),',
  );
  assert.is.not(changed, models);
  return changed;
}
