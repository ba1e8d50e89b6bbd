import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { createLink } from '../../../plugins/auth/account-links.ts';
import { setPassword } from '../../../plugins/auth/change-account.ts';
import { inHashingQueue } from '../../../plugins/auth/hashing-queue.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { secondFactor } from '../../external-plugins/second-factor/index.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { Client, formTokenOf, type TestResponse } from '../../support/client.ts';
import { cookieOf } from '../../support/session-cookie.ts';
import { suite } from '../../support/suite.ts';
import { accountOf, asCommand, eventsAbout, forgetPasswords, recoveryDesk, trailOf } from './desk.ts';

const test = suite('recovery: temporary passwords');
const TEMPORARY = 'k7mwp-3xq9d-hv2ja-8rtne';
const OWN = 'my own brand new phrase';
const PAGE = '/admin/account/new-password';
const COOKIE = cookieOf('rustio', 'Night desk');
/** A JSON route of a plugin, and a page that needs a recent password. */
const routes = definePlugin({
  name: 'extra',
  api: 1,
  requires: ['sessions'],
  routes(add) {
    add.add({
      method: 'GET',
      path: '/api/extra',
      at: 'root',
      access: { signedIn: true },
      format: 'json',
      handler: () => ({ reached: true }),
    });
    add.get('/+delicate', { access: { signedIn: true, recent: true } }, (ctx) => {
      ctx.body = 'delicate';
    });
  },
});
let desk: TestApp;

test.before(async () => {
  desk = await recoveryDesk({ extend: [secondFactor, routes] });
});
test.after.each(() =>
  assert.equal(
    desk.errors.filter(({ code }) => code !== 'RIO-AUTH-BUSY'),
    [],
  ),
);
test.after(() => desk.close());

/** An account with a temporary password. */
async function flagged(role: 'staff' | 'administrator' = 'staff'): Promise<string> {
  const email = await desk.account(role);
  await makeTemporary(email);
  return email;
}

async function makeTemporary(email: string, password = TEMPORARY): Promise<void> {
  const { id } = await accountOf(desk, email);
  const prepared = await preparePassword(password);
  const set = await asCommand(desk, (tx, context) =>
    setPassword(tx, context, desk.app.events, id, prepared, { temporary: true }),
  );
  assert.is(set.outcome, 'done');
}

async function signIn(email: string, password = TEMPORARY): Promise<Client> {
  const client = new Client(desk.url);
  assert.is((await client.signIn(email, password)).status, 303);
  return client;
}

/** Follows redirects as a browser does. */
async function follow(client: Client, path: string): Promise<TestResponse & { readonly path: string }> {
  let at = path;
  let answer = await client.get(at);
  for (let hops = 0; answer.status === 303; hops += 1) {
    if (hops === 6) throw new Error(`in circles at ${answer.location}`);
    at = answer.location;
    answer = await client.get(at);
  }
  return { ...answer, path: at.split('?')[0] ?? at };
}

test('until the password is replaced, every page and route redirects to the form, except sign-out and the user’s own sessions', async () => {
  const user = await signIn(await flagged('administrator'));
  const token = formTokenOf((await user.get(PAGE)).text);
  const reachable = new Set(
    [
      '/account/sessions',
      '/account/sessions/end-others',
      '/account/sessions/:id/end',
      '/account/new-password',
      '/reauth',
    ].map((path) => desk.app.urls.to(path)),
  );
  let stopped = 0;
  for (const { method, path, access, skipGates, format } of desk.app.routes) {
    if ('open' in access || skipGates === 'all' || reachable.has(path)) continue;
    if (path === desk.app.urls.to('/+code')) continue;
    const address = path.replace(':model', 'users').replace(/:\w+/g, '1');
    const { status, location, text } =
      method === 'GET' ? await user.get(address) : await user.post(address, { '~token': token });
    const isStopped = format === 'json' ? status === 403 && text.includes('RIO-HTTP-GATE') : location.startsWith(PAGE);
    assert.ok(isStopped, `${method} ${path}: ${status} ${location}`);
    stopped += 1;
  }
  assert.ok(stopped > 30);
  const asProgram = await user.json('GET', '/api/extra');
  assert.is(asProgram.status, 403);
  assert.match(asProgram.text, 'RIO-HTTP-GATE');

  const sessions = await user.get('/admin/account/sessions');
  assert.is(sessions.status, 200);
  assert.not.match(sessions.text, 'href="/admin/audit"', 'the frame shows nothing of the account');
  assert.is((await user.submit('/admin/account/sessions', {}, '/admin/logout')).status, 303);
});

test('users can end their own sessions before the password is replaced', async () => {
  const email = await flagged();
  const [user, other] = [await signIn(email), await signIn(email)];
  const ended = await user.submit('/admin/account/sessions', {}, '/admin/account/sessions/end-others');
  assert.is(ended.location, '/admin/account/sessions');
  assert.is((await other.get(PAGE)).status, 303);
});

test('replacing the password ends the other sessions, and the current one gets a new token', async () => {
  const email = await flagged();
  const [user, other] = [await signIn(email), await signIn(email)];
  const before = user.cookie(COOKIE);
  assert.is(typeof before, 'string');
  const done = await user.submit(PAGE, { password: OWN });
  assert.is(done.status, 303);
  assert.match((await user.get('/admin')).text, 'Your password has been changed.');
  assert.is.not(user.cookie(COOKIE), before);
  assert.match((await other.get('/admin')).location, '/admin/login');
  assert.is((await accountOf(desk, email)).mustChangePassword, false);
  assert.is((await user.get(PAGE)).status, 303, 'the page is over');
  assert.equal(
    (await eventsAbout(desk, email)).filter((event) => /password/.test(event)),
    ['password_reset_by_other', 'password_changed_self', 'forced_password_change_completed'],
  );
});

test('attack: the temporary password itself, or one that the policy rejects, does not replace it', async () => {
  const email = await flagged();
  const user = await signIn(email);
  for (const password of [TEMPORARY, '', 'short', 'password2026', email]) {
    const { status } = await user.submit(PAGE, { password });
    assert.is(status, 422, password);
  }
  assert.match((await user.submit(PAGE, { password: TEMPORARY })).text, 'This is the temporary password');
  assert.is((await accountOf(desk, email)).mustChangePassword, true);
  assert.is((await user.submit(PAGE, { password: OWN })).status, 303);
});

test('attack: a temporary password that was not used within 72 hours signs nobody in, and only the right one reveals this', async () => {
  const email = await flagged();
  const { id } = await accountOf(desk, email);
  const setAgo = (hours: number) =>
    desk.app.database.query(sql.unsafe`
      update rustio_user set password_changed_at = now() - make_interval(hours => ${hours}, secs => 1) where id = ${id}
    `);
  await setAgo(71);
  await signIn(email);
  await setAgo(72);
  const expired = await new Client(desk.url).signIn(email, TEMPORARY);
  assert.is(expired.status, 403);
  assert.match(expired.text, 'Your temporary password has expired.');
  const wrong = await new Client(desk.url).signIn(email, 'not the temporary one');
  assert.is(wrong.status, 401);
  assert.not.match(wrong.text, 'expired');
  const [failed] = (await trailOf(desk, email)).filter(({ data }) => data.includes('temporary_password_expired'));
  assert.is(failed?.event, 'login_failed');
  // Another one is valid again, and one that the user has chosen does not expire.
  await makeTemporary(email, 'another-temporary-one-2x');
  const user = await signIn(email, 'another-temporary-one-2x');
  assert.is((await user.submit(PAGE, { password: OWN })).status, 303);
  await setAgo(1_000);
  await signIn(email, OWN);
});

test('attack: the form does not make the server hash more passwords than the limit on attempts allows', async () => {
  const user = await signIn(await flagged());
  const statuses: number[] = [];
  for (let turn = 0; turn < 7; turn += 1) statuses.push((await user.submit(PAGE, { password: TEMPORARY })).status);
  assert.equal(statuses, [422, 422, 422, 422, 422, 429, 429]);
});

test('if the server is too busy to hash, no password is set and the attempt does not count', async () => {
  const user = await signIn(await flagged());
  const token = formTokenOf((await user.get(PAGE)).text);
  const begin = Promise.withResolvers<void>();
  const flood = Array.from({ length: 600 }, () => inHashingQueue('127.0.0.1', () => begin.promise).catch(() => {}));
  for (let turn = 0; turn < 7; turn += 1)
    assert.is((await user.post(PAGE, { '~token': token, password: OWN })).status, 503);
  begin.resolve();
  await Promise.all(flood);
  assert.is((await user.submit(PAGE, { password: OWN })).status, 303);
});

test('attack: a stolen session cannot set a password unless the temporary one was entered recently', async () => {
  const user = await signIn(await flagged());
  await forgetPasswords(desk);
  const asked = await follow(user, '/admin');
  assert.is(asked.path, '/admin/reauth');
  const token = formTokenOf(asked.text);
  assert.match((await user.post(PAGE, { '~token': token, password: OWN })).location, '/admin/reauth');
  const confirmed = await user.submit(
    '/admin/reauth?next=/admin/account/new-password',
    { password: TEMPORARY },
    '/admin/reauth',
  );
  assert.is(confirmed.location, PAGE);
  assert.is((await user.submit(PAGE, { password: OWN })).status, 303);
});

test('if two tabs replace the password at the same time, one of them sets it', async () => {
  const email = await flagged();
  const user = await signIn(email);
  const token = formTokenOf((await user.get(PAGE)).text);
  const results = await Promise.all(
    [1, 2].map((turn) => user.post(PAGE, { '~token': token, password: `${OWN} ${turn}` })),
  );
  assert.equal(
    results.map(({ status }) => status),
    [303, 303],
  );
  const statuses: number[] = [];
  for (const turn of [1, 2]) statuses.push((await new Client(desk.url).signIn(email, `${OWN} ${turn}`)).status);
  assert.equal(statuses.toSorted(), [303, 401]);
  const completed = (await eventsAbout(desk, email)).filter((event) => event === 'forced_password_change_completed');
  assert.is(completed.length, 1);
});

test('if another temporary password is set while the form is open, the session ends and the form sets no password', async () => {
  const email = await flagged();
  const user = await signIn(email);
  const token = formTokenOf((await user.get(PAGE)).text);
  await makeTemporary(email, 'another-temporary-one-2x');
  assert.match((await user.post(PAGE, { '~token': token, password: OWN })).location, '/admin/login');
  assert.is((await new Client(desk.url).signIn(email, OWN)).status, 401);
});

test('with a second factor, a temporary password and an old sign-in at once, every page redirects to the next step, in a fixed order', async () => {
  for (const [isPending, isTemporary, isOld] of combinations()) {
    const email = await desk.account('staff');
    if (isPending) {
      const owner = await signIn(email, PASSWORD);
      const enabled = await owner.submit('/admin/account/code', { code: '123456' });
      assert.is(enabled.status, 303);
    }
    if (isTemporary) await makeTemporary(email);
    const user = await signIn(email, isTemporary ? TEMPORARY : PASSWORD);
    if (isOld) await forgetPasswords(desk);
    const where = `${isPending} ${isTemporary} ${isOld}`;
    for (const start of [
      '/admin',
      '/admin/+delicate',
      PAGE,
      '/admin/+code',
      '/admin/reauth',
      '/admin/account/sessions',
    ]) {
      const { status, path } = await follow(user, start);
      assert.is(status, 200, `${where} ${start}`);
      if (isPending) assert.is(path, '/admin/+code', `${where} ${start}`);
      else if (isTemporary && ['/admin', '/admin/+delicate', PAGE].includes(start))
        assert.is(path, isOld ? '/admin/reauth' : PAGE, `${where} ${start}`);
    }
    // Step by step, as a user would.
    if (isPending) assert.is((await user.submit('/admin/+code', { code: '123456' })).status, 303, where);
    if (isTemporary) {
      if (isOld) {
        const fields = { password: TEMPORARY, ...(isPending && { code: '123456' }) };
        const confirmed = await user.submit('/admin/reauth?next=/admin/account/new-password', fields, '/admin/reauth');
        assert.is(confirmed.location, PAGE, where);
      }
      assert.is((await user.submit(PAGE, { password: OWN })).status, 303, where);
    }
    assert.is((await follow(user, '/admin')).path, '/admin', where);
  }
});

function combinations(): readonly (readonly [boolean, boolean, boolean])[] {
  return Array.from({ length: 8 }, (_, bits) => [(bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0] as const);
}

test('a password that the user sets with a link, or that a command sets, is not temporary', async () => {
  for (const by of ['link', 'command']) {
    const email = await flagged();
    const { id } = await accountOf(desk, email);
    const own = await preparePassword(OWN);
    if (by === 'command') await asCommand(desk, (tx, context) => setPassword(tx, context, desk.app.events, id, own));
    else {
      const token = await desk.app.database.transaction((tx) =>
        createLink(tx, { userId: id, purpose: 'password_reset', minutes: 5 }),
      );
      const done = await new Client(desk.url).submit(`/admin/reset-password/${token}`, { password: OWN });
      assert.is(done.status, 303);
    }
    assert.is((await accountOf(desk, email)).mustChangePassword, false, by);
    assert.is((await (await signIn(email, OWN)).get('/admin')).status, 200, by);
  }
});
