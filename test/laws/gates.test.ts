// Gates are one state machine: whatever is still to be done, a signed-in person reaches the page on which he can do it.
import * as assert from 'uvu/assert';
import type { Gate } from '../../core/public.ts';
import { definePlugin, type Handler, type Plugin, sql } from '../../index.ts';
import { PASSWORD, type TestApp, testApp } from '../support/app.ts';
import type { Answer, Client } from '../support/client.ts';
import { suite } from '../support/suite.ts';

const test = suite('law: gates lead somewhere');
/** In their order, each with the gates behind which its own page may be reached: those that come after it, and itself. */
const NAMES = ['second-factor', 'new-password', 'terms'] as const;
/** What the person of the tests still has to do. */
const open = new Set<string>();
let app: TestApp;

const page =
  (text: string): Handler =>
  (ctx) => {
    ctx.body = text;
  };

function steps(): Plugin {
  const gates = NAMES.map((name): Gate => ({ name, page: `/+${name}`, passes: () => !open.has(name) }));
  return definePlugin({
    name: 'steps',
    api: 1,
    requires: ['sessions'],
    gates,
    routes(routes) {
      NAMES.forEach((name, at) => {
        const options = { access: { signedIn: true }, skipGates: NAMES.slice(at) } as const;
        routes.get(`/+${name}`, options, page(`page of ${name}`));
        routes.post(`/+${name}`, options, (ctx) => {
          open.delete(name);
          ctx.redirect(app.app.urls.to('/'));
          ctx.status = 303;
        });
      });
      routes.get('/+delicate', { access: { signedIn: true, recent: true } }, page('delicate'));
    },
  });
}

test.before(async () => {
  app = await testApp({ extend: [steps()] });
});
test.before.each(() => open.clear());
test.after(() => app.close());

/** Follows redirects as a browser does, which gives up after some; a circle is a person who is locked out. */
async function follow(client: Client, path: string): Promise<Answer> {
  let answer = await client.get(path);
  for (let hops = 0; answer.status === 303; hops += 1) {
    if (hops === 5) throw new Error(`in circles at ${answer.location}`);
    answer = await client.get(answer.location);
  }
  return answer;
}

/** All eight: nothing to do, one thing, two, all three. */
const states: readonly (readonly string[])[] = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
  NAMES.filter((_, at) => (bits >> at) % 2 === 1),
);

test('every state leads to the page of the first thing to do, from wherever one starts', async () => {
  const person = await app.person('staff');
  assert.is(states.length, 8);
  for (const state of states) {
    open.clear();
    for (const name of state) open.add(name);
    for (const start of ['/admin', '/admin/account/sessions', ...NAMES.map((name) => `/admin/+${name}`)]) {
      const { status, text } = await follow(person, start);
      assert.is(status, 200, `${state} ${start}`);
      const first = NAMES.find((name) => open.has(name));
      const isStep = text.startsWith('page of ');
      if (first !== undefined) assert.ok(isStep, `${state} ${start}`);
      // A page of a later step may be looked at; one of an earlier step that is done, too. Nothing else is.
      if (first !== undefined && (start === '/admin' || start.includes('account'))) assert.is(text, `page of ${first}`);
      if (first === undefined) assert.is(isStep, start.includes('+'));
    }
  }
});

test('from every state doing what is asked, page by page, ends at the page that was wanted', async () => {
  const person = await app.person('staff');
  const token = /name="~token" value="([^"]+)"/.exec((await person.get('/admin/account/sessions')).text)?.[1] ?? '';
  for (const state of states) {
    open.clear();
    for (const name of state) open.add(name);
    for (const name of state) {
      assert.is((await follow(person, '/admin')).text, `page of ${name}`);
      assert.is((await person.post(`/admin/+${name}`, { '~token': token })).status, 303);
    }
    assert.match((await follow(person, '/admin')).text, '<html');
  }
});

test('a gate is asked for what is posted as well: no change slips by', async () => {
  const person = await app.person('administrator');
  const token = /name="~token" value="([^"]+)"/.exec((await person.get('/admin/account/sessions')).text)?.[1] ?? '';
  open.add('new-password');
  const { status, location } = await person.post('/admin/account/sessions/end-others', { '~token': token });
  assert.is(status, 303);
  assert.is(location, '/admin/+new-password');
});

test('from every state one can sign out', async () => {
  for (const state of states) {
    open.clear();
    const person = await app.person('staff');
    for (const name of state) open.add(name);
    assert.is((await person.post('/admin/logout', {})).location, '/admin/login?notice=signed-out');
    assert.is((await person.get('/admin')).location, '/admin/login');
  }
});

test('a stranger meets no gate: he is asked to sign in, whatever is to be done', async () => {
  for (const name of NAMES) open.add(name);
  assert.is((await app.client().get('/admin')).location, '/admin/login');
  assert.is((await app.client().get('/admin/login')).status, 200);
});

test('while a gate is closed, a user does not learn what they would be allowed to open', async () => {
  const person = await app.person('user');
  open.add('terms');
  for (const path of ['/admin/audit', '/admin', '/admin/users']) {
    assert.match((await person.get(path)).location, '/admin/+terms', path);
  }
  open.clear();
  assert.is((await person.get('/admin/audit')).status, 403);
});

test('the wall before what is delicate leads to the password, and through it to the page that was wanted', async () => {
  const person = await app.person('staff');
  assert.is((await person.get('/admin/+delicate')).text, 'delicate', 'who has just signed in is not asked again');
  await app.app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = authenticated_at - interval '1 day' where ended_at is null`,
  );
  const { status, location } = await person.get('/admin/+delicate');
  assert.is(status, 303);
  assert.is(location, '/admin/reauth?next=%2Fadmin%2F%2Bdelicate');
  assert.is((await person.submit(location, { password: 'not this one' }, '/admin/reauth')).status, 401);
  const again = await person.submit(location, { password: PASSWORD }, '/admin/reauth');
  assert.is(again.location, '/admin/+delicate');
  assert.is((await person.get('/admin/+delicate')).text, 'delicate');
});

test('every page of a built-in gate can be reached while that gate is closed', () => {
  const builtIn = app.app.plugins.filter(({ name }) => name !== 'steps').flatMap(({ gates }) => gates ?? []);
  assert.ok(builtIn.length > 0);
  for (const gate of builtIn) {
    const route = app.app.routes.find(({ method, path }) => method === 'GET' && path === app.app.urls.to(gate.page));
    assert.ok(route, gate.name);
    assert.ok(route.skipGates === 'all' || route.skipGates.includes(gate.name), gate.name);
  }
});
