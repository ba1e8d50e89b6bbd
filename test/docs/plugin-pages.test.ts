// The plugins that docs/plugins/*.md show, taken from the pages, booted and used: what each page promises holds.
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type AnyModel, type Config, defineAdmin, type Plugin, sql, User, z } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { startPlugins } from '../../core/process/start-plugins.ts';
import { PASSWORD, type TestApp, testApp, withApp } from '../support/app.ts';
import { Client, formTokenOf, parseForms } from '../support/client.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { testAppOnOwnTables } from '../support/own-tables.ts';
import { cookieOf, SESSION_COOKIE } from '../support/session-cookie.ts';
import { suite } from '../support/suite.ts';
import { examplesOf, taskPages, writeExamples } from './fenced.ts';

const PAGES = taskPages();
const folder = writeExamples(PAGES.flatMap(examplesOf));
const folderOf = (page: string): string => path.join(folder, `docs_plugins_${page}`);
/** Pages that a suite below has booted, for the last test. */
const used = new Set<string>();

/** What a file of a page exports under a name. */
async function shown(page: string, file: string, name: string): Promise<unknown> {
  used.add(page);
  const module: object = await import(pathToFileURL(path.join(folderOf(page), file)).href);
  assert.ok(name in module, `${page}: ${file} has no ${name}`);
  return Reflect.get(module, name);
}
// What definePlugin, defineModel and defineConfig give back is what they were given; the boots below read every part of it.
const plugin = async (page: string, name: string, at: string): Promise<Plugin> =>
  (await shown(page, `${at}/index.ts`, name)) as Plugin;
const model = async (page: string, file: string, name: string): Promise<AnyModel> =>
  (await shown(page, file, name)) as AnyModel;
const configOf = async (page: string, file: string): Promise<Config> => (await shown(page, file, 'default')) as Config;

{
  const test = suite('docs: plugins running together');
  let desk: TestApp;
  test.before(async () => {
    const [Booking, Story, Camp, Parcel, Product] = [
      await model('save-hooks', 'bookings/booking.ts', 'Booking'),
      await model('public-pages-and-webhooks', 'news/story.ts', 'Story'),
      await model('field-types', 'ages/camp.ts', 'Camp'),
      await model('jobs-and-schedules', 'parcels/index.ts', 'Parcel'),
      await model('a-json-route', 'shop/product.ts', 'Product'),
    ];
    const models = [Booking, Story, Camp, Parcel, Product];
    desk = await testApp({
      models,
      extend: [
        await plugin('add-a-panel', 'comments', 'comments'),
        await plugin('lists-and-actions', 'articles', 'articles'),
        await plugin('save-hooks', 'bookings', 'bookings'),
        await plugin('tables-models-and-events', 'loans', 'loans'),
        await plugin('a-page-with-a-form', 'holidays', 'holidays'),
        await plugin('a-json-route', 'readings', 'readings'),
        await plugin('a-json-route', 'shop', 'shop'),
        await plugin('public-pages-and-webhooks', 'news', 'news'),
        await plugin('extend-a-model', 'phones', 'phones'),
        await plugin('field-types', 'ages', 'ages'),
        await plugin('second-factor', 'pin', 'pin'),
        await plugin('sign-in-method', 'oneTime', 'one-time'),
        await plugin('jobs-and-schedules', 'parcels', 'parcels'),
        await plugin('services-and-settings', 'sms', 'sms'),
        await plugin('services-and-settings', 'smsAlerts', 'sms-alerts'),
        await plugin('send-emails', 'invitations', 'invitations'),
        await plugin('commands-and-checks', 'visitors', 'visitors'),
        await plugin('health-and-metrics', 'rates', 'rates'),
        await plugin('open-an-extension-point', 'rooms', 'rooms'),
        await plugin('open-an-extension-point', 'dues', 'dues'),
      ],
      plugins: {
        admin: { admins: [...models, User].map((each) => defineAdmin(each, {})) },
        ...(await configOf('services-and-settings', 'sms/rustio.config.ts')).plugins,
      },
    });
  });
  test.after(async () => {
    assert.equal(desk.errors, []);
    await desk.close();
  });

  const stored = (query: ReturnType<typeof sql.unsafe>) => desk.app.database.any(query);

  test('add a panel: a comment is added to a record, shown to users who can read it, and deleted with the record', async () => {
    await stored(sql.unsafe`insert into booking (code, room, seats) values ('P-1', 'North', 3)`);
    const writer = await desk.signInAs('staff', ['booking.view', 'booking.delete', 'comments.view', 'comments.add']);
    const added = await writer.submit(
      '/admin/bookings/1',
      { body: 'A <b>quiet</b> room' },
      '/admin/bookings/1/+comments',
    );
    assert.is(added.location, '/admin/bookings/1');
    const { text } = await writer.get('/admin/bookings/1');
    assert.match(text, 'The comment was added.');
    assert.match(text, 'A &lt;b&gt;quiet&lt;/b&gt; room');
    const other = await (await desk.signInAs('staff', ['booking.view'])).get('/admin/bookings/1');
    assert.not.match(other.text, 'quiet');
    // What the form lets through is stored, with each line break as the one character that `maxlength` counts.
    const lines = `${'é'.repeat(1_000)}\r\n${'😀'.repeat(999)}`;
    const post = (body: string) => writer.submit('/admin/bookings/1', { body }, '/admin/bookings/1/+comments');
    assert.is((await post(lines)).status, 303);
    for (const body of ['', ' \r\n ', 'x'.repeat(2_001), 'nul <\0> here']) {
      const rejected = await post(body);
      assert.is(rejected.status, 422, JSON.stringify(body.slice(0, 20)));
      assert.match(rejected.text, /id="comment-problem">Write between 1 and 2000 characters/);
      if (body.startsWith('nul')) assert.match(rejected.text, /nul &lt;.*&gt; here<\/textarea>/);
    }
    const bodies = sql.type(z.object({ body: z.string() }))`select body from comments_comment order by id`;
    assert.equal([...(await desk.app.database.anyFirst(bodies))], ['A <b>quiet</b> room', lines.replace('\r\n', '\n')]);
    assert.is((await writer.submit('/admin/bookings/1/+delete', {})).status, 303);
    assert.is(await desk.app.database.exists(sql.unsafe`select from comments_comment`), false);
  });

  test('lists and actions: the columns, the filter and both actions work', async () => {
    await stored(sql.unsafe`insert into articles_article (title, words) values ('Short', 400), ('Long', 5000)`);
    const editor = await desk.signInAs('staff', ['article.view', 'article.change']);
    const list = await editor.get('/admin/articles?sort=-*minutes');
    assert.is(list.status, 200);
    assert.ok(list.text.indexOf('>Long<') < list.text.indexOf('>Short<'));
    assert.match(list.text, /<td class="num">25<\/td>/);
    assert.match(list.text, 'href="/articles/1"');
    const filtered = await editor.get('/admin/articles?f.*length=long');
    assert.not.match(filtered.text, '>Short<');
    assert.is((await editor.submit('/admin/articles/1/+action/publish', {})).status, 303);
    assert.equal(
      [...(await stored(sql.unsafe`select published from articles_article where id = 1`))],
      [{ published: true }],
    );
    assert.is((await editor.get('/admin/articles/1/+action/publish')).status, 404, 'it does not apply any more');
    assert.match((await editor.get('/admin/articles')).text, 'Unpublish');
  });

  test('send emails: the invitation can be read in the mailbox, in the language of the sender', async () => {
    const host = await desk.signInAs('staff', ['invitations.invite', 'mail.mailbox']);
    const page = await host.get('/admin');
    const invited = await host.post('/admin/+invite', { email: 'ana@example.org', '~token': formTokenOf(page.text) });
    assert.is(invited.status, 303);
    await desk.app.service('jobs').runDue();
    const [, mail = ''] =
      /href="(\/admin\/dev\/mail\/[^"]+)">Invitation to Summer party</.exec((await host.get('/admin/dev/mail')).text) ??
      [];
    const { text } = await host.get(mail);
    assert.match(text, 'You are invited to Summer party.');
    assert.match(text, new RegExp(`href="${desk.app.urls.publicOrigin}/admin/\\+invitation\\?token=[\\w-]{36}"`));
    assert.match((await host.get(`${mail}/html`)).text, /<a href="[^"]*" style="[^"]*">Accept the invitation</);
  });

  test('save hooks: values are normalised, and problems are shown at their fields', async () => {
    const clerk = await desk.signInAs('staff', ['booking.view', 'booking.add', 'booking.change', 'booking.delete']);
    const added = await clerk.submit('/admin/bookings/+new', {
      code: ' b-7 ',
      room: 'North',
      seats: '4',
      status: 'confirmed',
    });
    assert.is(added.status, 303);
    const [row] = await desk.app.database.any(
      sql.type(z.object({ id: z.string() }))`select id from booking where code = 'B-7'`,
    );
    const page = `/admin/bookings/${row?.id}`;
    const full = await clerk.submit('/admin/bookings/+new', { code: 'x', room: 'North', seats: '21', status: 'open' });
    assert.is(full.status, 422);
    assert.match(full.text, 'A room has at most 20 seats.');
    assert.match(
      (await clerk.submit(`${page}/+edit`, { room: 'South' })).text,
      'The room of a confirmed booking cannot be changed.',
    );
    const kept = await clerk.submit(`${page}/+delete`, {});
    assert.is(kept.status, 409);
    assert.match(kept.text, 'A confirmed booking cannot be deleted.');
  });

  test('tables, models and events: a loan is returned, and the audit trail records it', async () => {
    const clerk = await desk.signInAs('administrator');
    const email = await desk.account('staff');
    await stored(sql.unsafe`
      insert into loans_loan (item, borrower_id, lent_on)
      select 'Drill', id, current_date - 3 from rustio_user where email = ${email}
    `);
    assert.match((await clerk.get('/admin/loans?q=drill')).text, 'Drill');
    const start = (await clerk.get('/admin')).text;
    assert.match(start, /System<[\s\S]*href="\/admin\/loans\/\+new"/, 'a plugin model is under System, with Add');
    const returned = await clerk.submit('/admin/loans/1/+action/return', {});
    assert.is(returned.status, 303);
    assert.equal(
      [...(await stored(sql.unsafe`select data->>'days' as days from rustio_audit where event = 'loan_returned'`))],
      [{ days: '3' }],
    );
    assert.match((await clerk.get('/admin/loans/1/+history')).text, 'Loan returned');
  });

  test('a page with a form: permissions, an error that keeps the input, the row, the message and the audit trail', async () => {
    const page = '/admin/+holidays';
    assert.is((await desk.client().get(page)).status, 303);
    const reader = await desk.signInAs('staff');
    assert.is((await reader.get(page)).status, 200);
    assert.is((await reader.submit(page, { day: '2026-12-25', reason: 'Christmas' })).status, 403);
    const declarer = await desk.signInAs('staff', ['holidays.declare']);
    for (const day of ['yesterday', '', '2027-02-29', '0000-01-01', '2027-01-01\0']) {
      const { status, text } = await declarer.submit(page, { day, reason: 'Skating "race"' });
      assert.is(status, 422, day);
      assert.match(text, /aria-describedby="day-error">\s*<p class="field-error" id="day-error">Enter a valid date/);
      assert.match(text, 'value="Skating &quot;race&quot;"');
      assert.not.match(text, 'reason-error');
    }
    for (const reason of ['', ' ', 'x'.repeat(201), 'a\0b', 'a\nb']) {
      const { status, text } = await declarer.submit(page, { day: '2027-01-01', reason });
      assert.is(status, 422, JSON.stringify(reason));
      assert.match(text, /id="reason-error">Give a reason on one line/);
      assert.match(text, 'value="2027-01-01"');
    }
    const declared = await declarer.submit(page, { day: '2026-12-25', reason: '<b>Christmas</b>' });
    const { text } = await declarer.get(declared.location);
    assert.match(text, '2026-12-25 is a day off.');
    assert.match(text, '&lt;b&gt;Christmas');
    const again = await declarer.submit(page, { day: '2026-12-25', reason: 'Twice' });
    assert.match(again.text, /id="day-error">That day is already a day off\./);
    assert.equal(
      [
        ...(await stored(
          sql.unsafe`select actor_kind, data->>'day' as day from rustio_audit where event = 'holiday_declared'`,
        )),
      ],
      [{ actor_kind: 'user', day: '2026-12-25' }],
    );
  });

  test('a JSON route: a program with the token of a service account reads and writes within the permissions of both', async () => {
    await desk.command('user create', { email: 'meters', service: true });
    await desk.command('user grant', { email: 'meters@service.invalid', permission: 'readings.view,readings.add' });
    const tokenFor = async (permissions: readonly string[]): Promise<Record<string, string>> => {
      const values = { email: 'meters@service.invalid', name: 'Cellar', permissions: permissions.join() };
      const [line = ''] = await desk.command('token create', values);
      return { authorization: `Bearer ${line.replace('Token: ', '')}` };
    };
    const device = await tokenFor(['readings.view', 'readings.add']);
    const client = desk.client();
    const sent = await client.json('POST', '/api/readings', { meter: 'A1', value: 3.5 }, device);
    assert.equal([sent.status, sent.json()], [201, { id: '1' }]);
    const read = await client.json('GET', '/api/readings?meter=A1', undefined, device);
    assert.equal(read.json(), { readings: [{ id: '1', meter: 'A1', value: 3.5 }] });
    assert.is((await client.json('POST', '/api/readings', { meter: '' }, device)).status, 422);
    assert.is((await client.json('POST', '/api/readings', { meter: 'A\0', value: 1 }, device)).status, 422);
    for (const meter of ['x'.repeat(41), 'A%00'])
      assert.is((await client.json('GET', `/api/readings?meter=${meter}`, undefined, device)).status, 400, meter);
    const rejected = await client.json('GET', '/api/readings', undefined, { authorization: 'Bearer rustio_wrong' });
    assert.equal([rejected.status, rejected.headers.get('www-authenticate')], [401, 'Bearer']);
    const poor = await tokenFor(['readings.view']);
    assert.is((await client.json('POST', '/api/readings', { meter: 'A1', value: 1 }, poor)).status, 403);
  });

  test('a JSON route: records of a model are listed and added within the permissions of the user', async () => {
    const clerk = await desk.signInAs('staff', ['product.view', 'product.add']);
    const page = await clerk.get('/admin');
    const token = { 'x-csrf-token': formTokenOf(page.text), origin: desk.url };
    const add = (body: object) => clerk.json('POST', '/api/products', body, token);
    const chair = await add({ name: 'Chair', price: '49.90' });
    assert.is(chair.status, 201, chair.text);
    assert.is((await add({ name: 'Table', price: '149' })).status, 201);
    const cheap = await add({ name: 'Lamp', price: '-1' });
    assert.is(cheap.status, 422);
    assert.match(cheap.text, '"path":"price"');
    assert.is(
      (await clerk.json('POST', '/api/products', { name: 'Lamp', price: '1' })).status,
      403,
      'without the token',
    );
    const list = (query: string) => clerk.json('GET', `/api/products${query}`);
    assert.equal((await list('?f.price.to=100')).json(), {
      products: [{ id: 1, name: 'Chair', price: '49.90' }],
      next: null,
    });
    assert.is((await list('?sort=nothing')).status, 400);
    const other = await desk.signInAs('staff');
    assert.equal((await other.json('GET', '/api/products')).json(), { products: [], next: null });
    assert.is((await desk.client().json('GET', '/api/products')).status, 401);
  });

  test('public pages and webhooks: only published posts are shown, only signed requests are accepted', async () => {
    await stored(sql.unsafe`insert into story (slug, title) values ('first', 'First <story>')`);
    const visitor = desk.client();
    assert.is((await visitor.get('/news/first')).status, 404);
    const post = (body: string, signature: string) =>
      visitor.request('POST', '/hooks/news', body, { 'content-type': 'application/json', 'x-signature': signature });
    const sign = (body: string) => createHmac('sha256', 'only-for-development').update(body).digest('hex');
    const body = '{ "slug": "first" }';
    assert.is((await post(body, sign('{"slug":"first"}'))).status, 401);
    for (const wrong of ['{}', '', 'no json', 'null', '{"slug":1}'])
      assert.is((await post(wrong, sign(wrong))).status, 422, wrong);
    for (const slug of ['a\\u0000', '', 'x'.repeat(5_000)])
      assert.is((await post(`{"slug":"${slug}"}`, sign(`{"slug":"${slug}"}`))).status, 404, slug.slice(0, 20));
    for (const slug of ['a%00', 'x'.repeat(5_000)])
      assert.is((await visitor.get(`/news/${slug}`)).status, 404, slug.slice(0, 20));
    assert.is((await post('{"slug":"none"}', sign('{"slug":"none"}'))).status, 404);
    assert.is((await post(body, sign(body))).status, 202);
    const page = await visitor.get('/news/first');
    assert.match(page.text, /<body class="news">\s*<h1>First &lt;story&gt;<\/h1>/);
    assert.match(page.headers.get('content-security-policy') ?? '', "default-src 'none'");
  });

  test('extend a model: the number is on the page and in the form of an account, and protected by a hook', async () => {
    const clerk = await desk.signInAs('administrator');
    const saved = await clerk.submit('/admin/users/1/+edit', { phone: '+41 44 123 45 67' });
    assert.is(saved.status, 303);
    assert.match((await clerk.get('/admin/users/1')).text, '41441234567');
    assert.match((await clerk.submit('/admin/users/1/+edit', { phone: '+1 900 123 4567' })).text, 'Premium numbers');
    const [line] = await desk.command('phone list');
    assert.match(line ?? '', /@example\.org: \+41441234567$/);
  });

  test('a field type: values are parsed, checked, stored and shown', async () => {
    const clerk = await desk.signInAs('staff', ['camp.view', 'camp.add']);
    for (const wrong of ['twelve', '12-6', '6-19']) {
      const rejected = await clerk.submit('/admin/camps/+new', { name: 'Lake', ages: wrong });
      assert.is(rejected.status, 422);
      assert.match(rejected.text, 'Enter an age range, for example 6-12.');
    }
    assert.is((await clerk.submit('/admin/camps/+new', { name: 'Lake', ages: '6 - 12' })).status, 303);
    assert.match((await clerk.get('/admin/camps')).text, '6-12');
    assert.equal([...(await stored(sql.unsafe`select ages::text from camp`))], [{ ages: '[6,13)' }]);
  });

  test('a second factor: the PIN is requested after the password, and a correct one issues a new token', async () => {
    const email = await desk.account('administrator');
    const owner = desk.client();
    await owner.signIn(email, PASSWORD);
    for (const pin of ['', '12345', 'abcdef', '246810\0', '1'.repeat(5_000)]) {
      const rejected = await owner.submit('/admin/account/pin', { pin });
      assert.is(rejected.status, 422, pin.slice(0, 20));
      assert.match(rejected.text, 'Choose 6 to 12 digits.');
    }
    assert.is((await owner.submit('/admin/account/pin', { pin: '246810' })).status, 303);
    const client = desk.client();
    assert.match((await client.signIn(email, PASSWORD)).location, '/admin/+pin');
    const half = client.cookie(SESSION_COOKIE);
    assert.match((await client.get('/admin/audit')).location, '/admin/+pin');
    for (const pin of ['', '1\0', 'x'.repeat(5_000)])
      assert.match((await client.submit('/admin/+pin', { pin })).text, 'This PIN is not correct.');
    assert.is((await client.submit('/admin/+pin', { pin: '246810' })).status, 303);
    assert.is.not(client.cookie(SESSION_COOKIE), half);
    assert.is((await client.get('/admin/audit')).status, 200);
    assert.match((await client.get('/admin/reauth')).text, 'autocomplete="one-time-code"');
  });

  test('another way to sign in: a code works only once', async () => {
    const email = await desk.account('administrator');
    const [code = ''] = await desk.command('code create', { email });
    const failure = await rustioFailureOf(desk.command('code create', { email: 'nobody@example.org' }));
    assert.is(failure.code, 'RIO-ONE-TIME-ACCOUNT');
    const client = desk.client();
    assert.match(
      (await client.get('/admin/login?next=%2Fadmin%2Faudit')).text,
      'href="/admin/+code?next=%2Fadmin%2Faudit"',
    );
    assert.is((await client.submit('/admin/+code', { email, code: 'wrong' })).status, 401);
    for (const wrong of ['', 'a\0@example.org', 'x'.repeat(5_000)])
      assert.is((await client.submit('/admin/+code', { email: wrong, code: `${wrong}\0` })).status, 401);
    const signedIn = await client.submit('/admin/+code?next=%2Fadmin%2Faudit', { email, code });
    assert.is(signedIn.location, '/admin/audit');
    assert.is((await client.get('/admin/audit')).status, 200);
    assert.is((await desk.client().submit('/admin/+code', { email, code })).status, 401);
  });

  test('jobs: a change adds a job, the command and the worker run it', async () => {
    const clerk = await desk.signInAs('staff', ['parcel.view', 'parcel.add']);
    const unnumbered = () => desk.app.database.exists(sql.unsafe`select from parcel where tracking is null`);
    await desk.command('jobs run'); // those of the tests before, such as emails
    await clerk.submit('/admin/parcels/+new', { name: 'Tea' });
    assert.equal(await desk.command('jobs run'), ['Jobs run: 1.']);
    assert.not.ok(await unnumbered());
    assert.equal(await desk.command('jobs run'), ['Jobs run: 0.']);
    await clerk.submit('/admin/parcels/+new', { name: 'Coffee' });
    const worker = await startPlugins(desk.booted, 'worker');
    while (await unnumbered()) await clerk.get('/healthz');
    await worker.stop();
  });

  test('services and settings: the consumer uses the service with the options of the config', async () => {
    const [sent = ''] = await desk.command('alert', { text: 'x'.repeat(100) });
    assert.is(sent, `Duty → +41790000000: ${'x'.repeat(70)}`);
    const wrong = { sender: 'Test desk' };
    const extend = desk.booted.plugins.filter(({ name }) => name === 'sms');
    const { code, details } = await rustioFailureOf(testApp({ extend, plugins: { sms: wrong } as object }));
    assert.is(code, 'RIO-BOOT-PROBLEMS');
    assert.match(details.join(), 'plugins.sms.sender: It must differ');
  });

  test('commands and checks: the command, its rejection, the check and the first start work', async () => {
    assert.equal(await desk.command('visit add', { name: 'Bo' }), ['Bo has badge 1.']);
    const wrong = [
      { name: ' ' },
      { name: 'x'.repeat(81) },
      { name: 'a\0' },
      { name: 'Cy', badge: 1.5 },
      { name: 'Cy', badge: 1e12 },
    ];
    for (const values of [{ name: 'Bo' }, ...wrong])
      assert.is((await rustioFailureOf(desk.command('visit add', values))).code, 'RIO-VISITORS-REJECTED');
    const { prepareDevelopment } = await plugin('commands-and-checks', 'visitors', 'visitors');
    const notes = await prepareDevelopment?.(desk.app, { users: [], command: (words) => `rustio-admin ${words}` });
    assert.equal(notes?.belowAddress, ['One visitor was added for you: rustio-admin visit list']);
    assert.equal(await desk.command('visit list'), ['Ada Example', 'Bo']);
    assert.is((await desk.check('visitors-signed-out')).status, 'ok');
    await stored(sql.unsafe`update visitors_visit set arrived_at = now() - interval '2 days'`);
    assert.is((await desk.check('visitors-signed-out')).status, 'warning');
  });

  test('health and metrics: outdated rates make the process not ready, and the metrics have labels', async () => {
    assert.is((await desk.client().get('/readyz')).status, 503, 'there are no rates yet');
    const { metrics, health } = await plugin('health-and-metrics', 'rates', 'rates');
    await stored(
      sql.unsafe`insert into rates_rate (currency, rate, stored_at) values ('EUR', 0.95, now() - interval '50 hours')`,
    );
    assert.equal(
      ((await metrics?.(desk.app)) ?? []).map(({ name, value }) => [name, value]),
      [
        ['rates_count', 1],
        ['rates_age_hours', 50],
      ],
    );
    assert.is((await health?.(desk.app))?.[0]?.ok, false);
  });

  test('an extension point: notes of another plugin are shown to users who can see them', async () => {
    const all = await desk.signInAs('staff', ['rooms.view', 'dues.view']);
    assert.match((await all.get('/admin/+rooms')).text, /Ada <span class="badge">Owes 12\.50<\/span>/);
    const some = await (await desk.signInAs('staff', ['rooms.view'])).get('/admin/+rooms');
    assert.match(some.text, 'Ada');
    assert.not.match(some.text, 'Owes');
  });
}

{
  const test = suite('docs: plugins in separate applications');

  test('permissions: rules of the config and of a plugin are combined', async () => {
    const config = await configOf('permissions', 'embargo/rustio.config.ts');
    await withApp(config, async (desk) => {
      const permissions = ['contract.view', 'contract.change'];
      const staff = await desk.signInAs('staff', permissions);
      const supervisor = await desk.signInAs('supervisor', [...permissions, 'embargo.see']);
      await desk.app.database.query(sql.unsafe`
        insert into contract (title, owner, margin, secret_until)
        values ('Mine', 'staff-1@example.org', 77123, null), ('Theirs', 'other@example.org', 88123, null),
          ('Later', 'staff-1@example.org', 1, current_date + 10)
      `);
      const list = await staff.get('/admin/contracts');
      assert.match(list.text, 'Mine');
      for (const hidden of ['Theirs', 'Later', '77,123', 'Margin']) assert.not.match(list.text, hidden);
      assert.is((await staff.get('/admin/contracts/3')).status, 404);
      const all = await supervisor.get('/admin/contracts');
      for (const visible of ['Mine', 'Theirs', 'Later', '77,123']) assert.match(all.text, visible);
      const given = await staff.submit('/admin/contracts/1/+edit', { owner: 'other@example.org' });
      assert.is(given.status, 422, 'the changed row must be theirs as well');
    });
  });

  test('access, gates and middleware: terms are shown first, the network is checked, a header is added', async () => {
    const office = await plugin('access-gates-and-middleware', 'office', 'office');
    await withApp({ extend: [office] }, async (desk) => {
      const person = await desk.signInAs('staff');
      assert.match((await person.get('/admin/+office')).location, '/admin/+terms');
      assert.is((await person.submit('/admin/+terms', {})).status, 303);
      const page = await person.get('/admin/+office');
      assert.is(page.text, 'You are in the office.');
      assert.match(page.headers.get('server-timing') ?? '', /^handler;dur=/);
      assert.is((await person.get('/admin/+vault')).status, 403);
    });
  });

  test('change the layout: the bar, the blocks and the style are applied', async () => {
    await withApp({ extend: [await plugin('change-the-layout', 'acmeTheme', 'acme-theme')] }, async (desk) => {
      const { text } = await (await desk.signInAs('administrator')).get('/admin');
      for (const expected of [
        '<body class="acme">',
        '>Acme Test desk</a>',
        'Maintenance tonight',
        '<footer>Acme · UTC</footer>',
      ])
        assert.match(text, expected);
      assert.match(text, /action="\/admin\/logout"/, 'the user menu of another plugin');
      const [, style = ''] = /href="([^"]*acme-theme\.css)"/.exec(text) ?? [];
      assert.match((await desk.client().get(style)).text, '.acme-bar');
    });
  });

  test('conditions of a sign-in: the config limits networks, the plugin hours', async () => {
    const config = await configOf('sign-in-conditions', 'rustio.config.ts');
    const hours = await plugin('sign-in-conditions', 'hours', 'hours');
    const hour = new Date().getUTCHours();
    // Closed in this hour and in the next one, which may begin during the test.
    const from = (hour + 2) % 23;
    const plugins = { ...config.plugins, hours: { from, to: from + 1 } } as object;
    await withApp({ ...config, trustedProxies: 1, extend: [hours], plugins }, async (desk) => {
      const signIn = async (email: string, from: string) =>
        desk.client().post('/admin/login', { email, password: PASSWORD }, { 'x-forwarded-for': from });
      const administrator = await desk.account('administrator');
      assert.match((await signIn(administrator, '198.51.100.1')).text, 'from the office network only');
      assert.match((await signIn(administrator, '192.0.2.9')).text, 'The desk is closed.');
      assert.is((await signIn(await desk.account('developer'), '198.51.100.1')).status, 303);
    });
  });

  test('tenancy: each tenant has its own rows', async () => {
    const config = await configOf('tenancy', 'tenants/rustio.config.ts');
    await withApp(config, async (desk) => {
      const security = readFileSync(path.join(folderOf('tenancy'), 'tenants/security.sql'), 'utf8');
      // Roles belong to the whole server, on which this test may have run before.
      const create = `do $$ begin create role desk_tenant; exception when duplicate_object or unique_violation then null; end $$;`;
      assert.match(security, 'create role desk_tenant;');
      await withPlainConnection(desk.app.database.url, (client) =>
        client.query(security.replace('create role desk_tenant;', () => create)),
      );
      const name = cookieOf('rustio', desk.app.config.name);
      const cookie = `${name}=${(await desk.signInAs('administrator')).cookie(name)}`;
      const form = parseForms((await ask(desk.url, 'acme', '/admin/tickets/+new', cookie)).text).find(
        ({ action }) => action === '/admin/tickets/+new',
      );
      const fields = new URLSearchParams({ ...(form?.fields as Record<string, string>), title: 'Printer' });
      assert.is((await ask(desk.url, 'acme', '/admin/tickets/+new', cookie, fields)).status, 303);
      await ask(desk.url, 'acme', '/admin/tickets', cookie); // shows the message about it
      assert.match((await ask(desk.url, 'acme', '/admin/tickets', cookie)).text, 'Printer');
      assert.not.match((await ask(desk.url, 'globex', '/admin/tickets', cookie)).text, 'Printer');
    });
  });

  test('another authenticator: a proxy signs users in without auth and sessions', async () => {
    const config = await configOf('authenticator', 'proxy/rustio.config.ts');
    const secret = 'a secret that only the proxy and we know';
    const desk = await testAppOnOwnTables(config, { variables: { PROXY_TOKEN: secret } });
    const as = (name: string) => new ProxiedClient(desk.url, { 'x-forwarded-user': name, 'x-proxy-token': secret });
    try {
      const { text } = await as('grace').get('/admin');
      assert.match(text, 'Signed in as grace');
      assert.is((await as('grace').get('/admin/audit')).status, 200);
      assert.is((await as('ada').get('/admin/audit')).status, 200);
      const stranger = await desk.client().get('/admin');
      assert.match(stranger.location, '/admin/welcome');
      assert.match((await desk.client().get('/admin/welcome')).text, 'Sign in at the company portal.');
      assert.equal(desk.errors, []);
    } finally {
      await desk.close();
    }
  });

  test('another authenticator: a program authenticates with a scheme of its own', async () => {
    const desk = await testApp({ extend: [await plugin('authenticator', 'gates', 'gates')] });
    try {
      const [key = ''] = await desk.command('gate create', { name: 'North' });
      const ask = (authorization: string) => desk.client().json('GET', '/api/gate', undefined, { authorization });
      assert.equal((await ask(`Gate ${key}`)).json(), { name: 'North' });
      const wrong = await ask(`Gate ${key.slice(1)}x`);
      assert.equal([wrong.status, wrong.headers.get('www-authenticate')], [401, 'Gate']);
    } finally {
      await desk.close();
    }
  });

  test('testing: the test of the page passes under node --test', async () => {
    used.add('testing');
    const args = ['--conditions=rustio-source', '--test', 'greetings/greetings.test.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folderOf('testing') });
    assert.match(stdout, /pass 5\b/);
    assert.match(stdout, /fail 0\b/);
  });

  test('every page has a test', () => {
    const names = PAGES.map((page) => path.basename(page, '.md'));
    assert.ok(names.length > 15);
    for (const name of names) assert.ok(existsSync(folderOf(name)), name);
    assert.equal([...used].sort(), names.sort());
  });
}

/** A browser behind the proxy, which adds who its user is to every request. */
class ProxiedClient extends Client {
  readonly #headers: Readonly<Record<string, string>>;

  constructor(origin: string, headers: Readonly<Record<string, string>>) {
    super(origin);
    this.#headers = headers;
  }

  override request(...[method, to, body, headers]: Parameters<Client['request']>): ReturnType<Client['request']> {
    return super.request(method, to, body, { ...this.#headers, ...headers });
  }
}

/** `fetch` chooses the Host header itself. */
function ask(
  url: string,
  tenant: string,
  to: string,
  cookie: string,
  form?: URLSearchParams,
): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(url);
  const posted = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
  const headers = { host: `${tenant}.desk.example`, cookie, accept: 'text/html', ...(form && posted) };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: to, headers, method: form ? 'POST' : 'GET' }, async (answer) => {
      const chunks = await answer.toArray();
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
    });
    sent.on('error', reject);
    sent.end(form?.toString());
  });
}
