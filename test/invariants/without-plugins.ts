// Visits every page of an application without certain plugins, as every kind of user.
import * as assert from 'uvu/assert';
import type { Config } from '../../core/config.ts';
import type { PluginOptions } from '../../core/settings.ts';
import { defineModel, field } from '../../index.ts';
import { defineAdmin } from '../../plugins/admin/public.ts';
import { PASSWORD, type TestApp } from '../support/app.ts';
import type { Client } from '../support/client.ts';
import { type CrawlReport, crawl } from '../support/crawl.ts';
import { testAppOnOwnTables } from '../support/own-tables.ts';
import { permissionsFor } from '../support/permissions.ts';
import { suite } from '../support/suite.ts';

export type BuiltIn = keyof PluginOptions &
  ('auth' | 'sessions' | 'jobs' | 'mail' | 'recovery' | 'mfa' | 'tokens' | 'audit' | 'theme' | 'admin' | 'accounts');

const Shelf = defineModel('shelf', { fields: { name: field.text({ unique: true }) }, label: 'name' });
const Book = defineModel('book', {
  fields: {
    title: field.text({ max: 60 }),
    state: field.choice(['lent', 'here'], { default: 'here' }),
    rare: field.boolean({ default: false }),
    bought: field.date({ nullable: true }),
    shelf: field.belongsTo(() => Shelf, { nullable: true }),
  },
  label: 'title',
});
const admins = [
  defineAdmin(Shelf, { search: ['name'] }),
  defineAdmin(Book, { filters: ['state', 'rare', 'bought', 'shelf'], search: ['title'], order: ['title'] }),
];

export const configWithout = (disabled: readonly BuiltIn[]): Partial<Config> => ({
  models: [Shelf, Book],
  plugins: { admin: { admins }, ...Object.fromEntries(disabled.map((name) => [name, false as const])) },
});

/** Rows and audit entries, written as a command would. */
async function fill({ app }: TestApp): Promise<void> {
  const context = {
    actor: { kind: 'command', name: 'test' },
    correlationId: 'x'.repeat(16),
    ip: null,
    credential: null,
  } as const;
  await app.database.transaction(async (tx) => {
    const shelf = await app.write.create(tx, context, Shelf, { name: 'Poetry' });
    assert.is(shelf.outcome, 'done');
    const key = shelf.outcome === 'done' ? Number(shelf.key) : null;
    for (const title of ['Odes', 'Elegies', 'Sonnets']) {
      const book = await app.write.create(tx, context, Book, { title, shelf: key });
      assert.is(book.outcome, 'done');
    }
  });
}

const allPermissions = permissionsFor([Shelf, Book]);

/** All users, those with the most permissions first, so that there is something left for the others. */
async function visitors(desk: TestApp, hasAudit: boolean): Promise<readonly (readonly [string, Client])[]> {
  const audit = hasAudit ? ['audit.view'] : [];
  return [
    ['anonymous', desk.client()],
    ['user', await desk.signInAs('user')],
    ['clerk', await desk.signInAs('staff', [...allPermissions, ...audit])],
    ['administrator', await desk.signInAs('administrator')],
  ];
}

/** Pages that are opened by their path; each may be closed to some users. */
function startPaths({ routes, urls }: TestApp['app']): readonly string[] {
  const pages = routes.filter(
    ({ method, path, format }) => method === 'GET' && format === 'page' && !path.includes(':'),
  );
  return [...new Set([urls.to('/'), ...pages.map(({ path }) => path)])].filter((path) =>
    pages.some((page) => page.path === path),
  );
}

let complete: readonly string[] = [];

/** Declares the tests of an application without these plugins. The first call of a process must disable none. */
export function declareTestsWithout(disabled: readonly BuiltIn[]): void {
  const name = disabled.length === 0 ? 'nothing disabled' : `without ${disabled.join(' and ')}`;
  const test = suite(`invariant: disabled plugins: ${name}`);
  const reports = new Map<string, CrawlReport>();
  let desk: TestApp;

  test.before(async () => {
    desk = await testAppOnOwnTables(configWithout(disabled));
    await fill(desk);
    if (disabled.length === 0) complete = ownPathsOf(desk);
    const start = startPaths(desk.app);
    for (const [who, client] of await visitors(desk, !disabled.includes('audit')))
      reports.set(who, await crawl(desk.app, client, { start }));
  });
  test.after(() => desk.close());

  test('every link, form and control of every page works, for every role', () => {
    for (const [who, { problems }] of reports) assert.equal(problems, [], who);
  });

  test('nothing is logged as an error', () => assert.equal(desk.errors, []));

  test('the crawl has visited the expected pages', () => {
    const count = (who: string) => reports.get(who)?.pages.length ?? 0;
    const has = (action: RegExp) => (reports.get('clerk')?.submitted ?? []).some((each) => action.test(each));
    assert.ok(count('anonymous') >= 1);
    assert.ok(count('clerk') >= (disabled.includes('admin') ? 3 : 20), `${count('clerk')} pages`);
    assert.ok(has(/\/logout$/), 'signing out');
    assert.is(has(/\/\+edit$/) && has(/\/\+new$/) && has(/\/\+delete$/), !disabled.includes('admin'));
    assert.is(has(/\/\+theme$/), !disabled.includes('theme'));
    const history = reports.get('clerk')?.pages.some(({ path }) => path.endsWith('/+history'));
    // Without the admin, the audit trail links to the histories of records.
    assert.is(history, !disabled.includes('audit'));
  });

  test('no page mentions a path of a disabled plugin', () => {
    const existing = new Set(ownPathsOf(desk));
    const missing = complete.filter((path) => !existing.has(path));
    assert.is(missing.length > 0, disabled.length > 0);
    for (const [who, { pages }] of reports)
      for (const { path, html } of pages)
        for (const each of missing) assert.not.ok(html.includes(`"${each}"`), `${who}: ${path} mentions ${each}`);
  });

  test('signing in leads to a page', async () => {
    const email = await desk.account('staff', ['book.view']);
    const client = desk.client();
    const signedIn = await client.submit('/admin/login', { email, password: PASSWORD }, '/admin/login');
    assert.is(signedIn.status, 303);
    assert.is((await client.get(signedIn.location)).status, 200);
  });
}

/** The paths of pages that have no parameter, beside the dashboard itself, which contains all others. */
function ownPathsOf({ app }: TestApp): readonly string[] {
  const models = app.models.all.map((model) => app.urls.list(model));
  const pages = app.routes.map(({ path }) => path).filter((path) => !path.includes(':'));
  return [...pages, ...(app.plugins.some(({ name }) => name === 'admin') ? models : [])];
}
