// Signing in by an authenticating proxy: lists, forms, CSRF protection, deletion and permissions work with neither `auth` nor
// `sessions`, over a plugin that imports public names only.
import * as assert from 'uvu/assert';
import { type Config, defineModel, field } from '../../index.ts';
import { defineAdmin } from '../../plugins/admin/public.ts';
import { linksOf, linkTo, mainOf, rowsOf, textOf } from '../plugins/admin/page.ts';
import type { TestApp } from '../support/app.ts';
import { Client, parseForms, type TestResponse } from '../support/client.ts';
import { crawl } from '../support/crawl.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { testAppOnOwnTables } from '../support/own-tables.ts';
import { suite } from '../support/suite.ts';
import { proxySignIn } from './proxy-sign-in/index.ts';

const SECRET = 'a secret that only the proxy and the application know';
const Note = defineModel('note', {
  fields: { title: field.text({ max: 40 }), urgent: field.boolean({ default: false }) },
  label: 'title',
});

const config = (audit: boolean): Partial<Config> => ({
  models: [Note],
  extend: [proxySignIn],
  plugins: {
    auth: false,
    recovery: false,
    mfa: false,
    sessions: false,
    tokens: false,
    accounts: false,
    ...(!audit && { audit: false }),
    admin: { admins: [defineAdmin(Note, { list: ['title', 'urgent'], filters: ['urgent'], search: ['title'] })] },
    'proxy-sign-in': {
      groups: {
        'it-admins': 'all',
        writers: ['note.view', 'note.add', 'note.change', 'note.delete'],
        readers: ['note.view'],
      },
    },
  },
});

/** A browser behind the proxy, which adds who its user is to every request. */
class ProxiedClient extends Client {
  readonly #headers: Readonly<Record<string, string>>;

  constructor(origin: string, user: string, groups: string, secret = SECRET) {
    super(origin);
    this.#headers = { 'x-forwarded-user': user, 'x-forwarded-groups': groups, 'x-proxy-secret': secret };
  }

  override request(...[method, path, body, headers]: Parameters<Client['request']>): Promise<TestResponse> {
    return super.request(method, path, body, { ...this.#headers, ...headers });
  }
}

for (const audit of [false, true]) {
  const test = suite(`proxy sign-in, audit ${audit ? 'enabled' : 'disabled'}`);
  let desk: TestApp;
  let writer: ProxiedClient;
  let reader: ProxiedClient;

  test.before(async () => {
    desk = await testAppOnOwnTables(config(audit), { variables: { PROXY_SECRET: SECRET } });
    writer = new ProxiedClient(desk.url, 'grace', 'writers');
    reader = new ProxiedClient(desk.url, 'ada', 'readers, nobody-knows');
  });
  test.after(async () => {
    assert.equal(desk.errors, []);
    await desk.close();
  });

  test('without the proxy or with a wrong secret, the request is anonymous', async () => {
    for (const client of [
      desk.client(),
      new ProxiedClient(desk.url, 'grace', 'it-admins', 'a secret that somebody made up for themselves'),
      new ProxiedClient(desk.url, '<b>', 'it-admins'),
    ]) {
      const { status, text, location } = await client.get('/admin/notes');
      assert.is(status, 401);
      assert.is(location, '');
      assert.match(textOf(text), 'You are not signed in Why');
      assert.not.match(text, '/login');
    }
  });

  test('records are added, listed, edited and deleted', async () => {
    const invalid = await writer.submit('/admin/notes/+new', { title: '' });
    assert.is(invalid.status, 422);
    const added = await writer.submit('/admin/notes/+new', { title: 'First', '~then': 'stay' });
    assert.is(added.status, 303);
    const record = added.location.replace('/+edit', '');
    const listPage = await writer.get('/admin/notes');
    assert.match(textOf(mainOf(listPage.text)), 'The note “First” was added.', 'the flash message');
    assert.is(linkTo(listPage.text, 'First'), record);
    assert.is((await writer.submit(`${record}/+edit`, { title: 'Second' })).status, 303);
    assert.is(linkTo((await reader.get('/admin/notes?q=second')).text, 'Second'), record);
    assert.is((await writer.submit(`${record}/+delete`, {})).status, 303);
    assert.is((await writer.get(record)).status, 404);
  });

  test('a change requires the token of the same user and the same origin', async () => {
    const token = async (client: Client): Promise<string> => {
      const { text } = await client.get('/admin/notes/+new');
      const value = parseForms(text).find(({ action }) => action === '/admin/notes/+new')?.fields['~token'];
      return typeof value === 'string' ? value : '';
    };
    const other = new ProxiedClient(desk.url, 'eve', 'writers');
    assert.is((await other.post('/admin/notes/+new', { title: 'Mine', '~token': await token(other) })).status, 303);
    for (const fields of [{ title: 'Forged' }, { title: 'Forged', '~token': await token(other) }]) {
      const { status, text } = await writer.post('/admin/notes/+new', fields);
      assert.is(status, 403);
      assert.match(text, 'RIO-HTTP-FORM-TOKEN');
    }
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const { text } = await writer.post('/admin/notes/+new', { title: 'X', '~token': await token(writer) }, foreign);
    assert.match(text, 'RIO-HTTP-ORIGIN');
    assert.not.match((await writer.get('/admin/notes')).text, 'Forged');
  });

  test('groups determine permissions', async () => {
    await writer.submit('/admin/notes/+new', { title: 'Only to be read' });
    const { text } = await reader.get('/admin/notes');
    assert.not.ok(linksOf(text).includes('/admin/notes/+new'));
    assert.is((await reader.get('/admin/notes/+new')).status, 403);
    assert.is((await reader.get(`${linkTo(text, 'Only to be read')}/+delete`)).status, 403);
    const stranger = new ProxiedClient(desk.url, 'mallory', 'constructor');
    assert.is((await stranger.get('/admin/notes')).status, 403);
    assert.match(textOf(mainOf((await stranger.get('/admin')).text)), 'Ask an administrator');
  });

  test('the dashboard names its user and offers neither sign-out nor sessions', async () => {
    const { status, text } = await writer.get('/admin');
    assert.is(status, 200);
    assert.is(linkTo(text, 'Notes'), '/admin/notes');
    assert.match(textOf(text), 'Signed in as grace');
    assert.not.match(text, /log-?out|sign out|sessions/i);
  });

  test('every link and form of every page works, for each user', async () => {
    for (const client of [reader, writer, new ProxiedClient(desk.url, 'root', 'it-admins')]) {
      const report = await crawl(desk.app, client, { start: ['/admin'] });
      assert.equal(report.problems, []);
      assert.ok(report.pages.length > 3);
    }
  });

  if (audit) {
    test('the audit trail and the history show who made a change, by the proxy’s name for them', async () => {
      const administrator = new ProxiedClient(desk.url, 'root', 'it-admins');
      await writer.submit('/admin/notes/+new', { title: 'Remembered' });
      const record = linkTo((await writer.get('/admin/notes?q=Remembered')).text, 'Remembered');
      assert.is(linkTo((await writer.get(record)).text, 'History'), `${record}/+history`);
      assert.match(textOf(mainOf((await writer.get(`${record}/+history`)).text)), 'grace added this');
      const said = async (address: string) => textOf(mainOf((await administrator.get(address)).text));
      assert.match(await said('/admin/audit?user=grace'), 'Remembered');
      assert.not.match(await said('/admin/audit?user=ada'), 'Remembered');
      assert.match(await said('/admin/audit?user=%3Cb%3E'), 'One filter was ignored: User.');
      assert.is((await writer.get('/admin/audit')).status, 403);
    });
  }
}

const test = suite('proxy sign-in');

test('if no plugin can find users by name, the audit trail is filtered by the recorded names', async () => {
  const { provides: _, ...withoutDirectory } = proxySignIn;
  const desk = await testAppOnOwnTables(
    { ...config(true), extend: [withoutDirectory] },
    { variables: { PROXY_SECRET: SECRET } },
  );
  try {
    const root = new ProxiedClient(desk.url, 'root', 'it-admins');
    await root.submit('/admin/notes/+new', { title: 'By root' });
    await new ProxiedClient(desk.url, 'grace', 'writers').submit('/admin/notes/+new', { title: 'By grace' });
    const { text } = await root.get('/admin/audit?user=grace');
    assert.equal(
      rowsOf(text).map(([, who, what]) => `${who} ${what}`),
      ['grace Added'],
    );
    assert.match(text, /<input[^>]* name="user" type="text" value="grace"/);
    const tooLong = await root.get(`/admin/audit?user=${'x'.repeat(255)}`);
    assert.match(textOf(mainOf(tooLong.text)), 'is not a valid name, so this filter was ignored.');
    assert.equal(desk.errors, []);
  } finally {
    await desk.close();
  }
});

test('without its secret the application does not start', async () => {
  const error = await rustioFailureOf(testAppOnOwnTables(config(false)));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  assert.match(error.details.join(), 'PROXY_SECRET');
});
