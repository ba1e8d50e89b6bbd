// Gates are one state machine: in every state, signed-in users reach the page of their next step.
import * as assert from 'uvu/assert';
import type { Gate } from '../../core/app.ts';
import { definePlugin, type Handler, type Plugin, type RouteOptions, sql } from '../../index.ts';
import { PASSWORD, type TestApp, testApp } from '../support/app.ts';
import { type Client, formTokenOf, type TestResponse } from '../support/client.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { suite } from '../support/suite.ts';

const test = suite('invariant: gates lead to their page');
/** In their order. The page of each skips only its own gate. */
const NAMES = ['second-factor', 'new-password', 'terms'] as const;
/** The pending steps of the user of the tests. */
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
      for (const name of NAMES) {
        const options = { access: { signedIn: true }, skipGates: [name] } as const;
        routes.get(`/+${name}`, options, page(`page of ${name}`));
        routes.post(`/+${name}`, options, (ctx) => {
          open.delete(name);
          ctx.redirect(app.app.urls.to('/'));
          ctx.status = 303;
        });
      }
      routes.get('/+delicate', { access: { signedIn: true, recent: true } }, page('delicate'));
    },
  });
}

test.before(async () => {
  app = await testApp({ extend: [steps()] });
});
test.before.each(() => open.clear());
test.after(() => app.close());

/** Follows redirects as a browser does, which gives up after some; a loop would lock users out. */
async function follow(client: Client, path: string): Promise<TestResponse> {
  let answer = await client.get(path);
  for (let hops = 0; answer.status === 303; hops += 1) {
    if (hops === 5) throw new Error(`in circles at ${answer.location}`);
    answer = await client.get(answer.location);
  }
  return answer;
}

/** All eight: no pending step, one, two, all three. */
const states: readonly (readonly string[])[] = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
  NAMES.filter((_, at) => (bits >> at) % 2 === 1),
);

test('in every state, any page leads to that of the first pending step', async () => {
  const person = await app.signInAs('staff');
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
      // Any other page leads to the step, those of later steps and of completed ones included.
      if (first !== undefined && (start === '/admin' || start.includes('account'))) assert.is(text, `page of ${first}`);
      if (first === undefined) assert.is(isStep, start.includes('+'));
    }
  }
});

test('completing the steps page by page leads to the requested page', async () => {
  const person = await app.signInAs('staff');
  const token = formTokenOf((await person.get('/admin/account/sessions')).text);
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

test('a gate also blocks posts, so nothing is changed', async () => {
  const person = await app.signInAs('administrator');
  const token = formTokenOf((await person.get('/admin/account/sessions')).text);
  open.add('new-password');
  const { status, location } = await person.post('/admin/account/sessions/end-others', { '~token': token });
  assert.is(status, 303);
  assert.is(location, '/admin/+new-password');
});

test('users can sign out in every state', async () => {
  for (const state of states) {
    open.clear();
    const person = await app.signInAs('staff');
    for (const name of state) open.add(name);
    assert.is((await person.post('/admin/logout', {})).location, '/admin/login?notice=signed-out');
    assert.is((await person.get('/admin')).location, '/admin/login');
  }
});

test('anonymous users never reach a gate: they are asked to sign in', async () => {
  for (const name of NAMES) open.add(name);
  assert.is((await app.client().get('/admin')).location, '/admin/login');
  assert.is((await app.client().get('/admin/login')).status, 200);
});

test('while a gate is closed, users do not learn what they would be allowed to open', async () => {
  const person = await app.signInAs('user');
  open.add('terms');
  for (const path of ['/admin/audit', '/admin', '/admin/users']) {
    assert.match((await person.get(path)).location, '/admin/+terms', path);
  }
  open.clear();
  assert.is((await person.get('/admin/audit')).status, 403);
});

test('the reauthentication gate leads to the password page, and then to the requested page', async () => {
  const person = await app.signInAs('staff');
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

test('every page of a built-in gate can be opened while the gate is closed', () => {
  const builtIn = app.booted.plugins.filter(({ name }) => name !== 'steps').flatMap(({ gates }) => gates ?? []);
  assert.ok(builtIn.length > 0);
  for (const gate of builtIn) {
    const route = app.app.routes.find(({ method, path }) => method === 'GET' && path === app.app.urls.to(gate.page));
    assert.ok(route, gate.name);
    assert.ok(route.skipGates === 'all' || route.skipGates.includes(gate.name), gate.name);
  }
});

function enrolment(more: Partial<Gate> = {}): Plugin {
  const skipGates = ['enrol'];
  return definePlugin({
    name: 'enrolment',
    api: 1,
    requires: ['sessions'],
    gates: [{ name: 'enrol', page: '/+enrol', passes: () => !open.has('enrol'), ...more }],
    routes: (routes) =>
      routes.get('/+enrol', { access: { signedIn: true, recent: true }, skipGates }, page('page of enrol')),
  });
}

test('gates whose pages lead to each other prevent startup; the error names both owners (F9)', async () => {
  const error = await rustioFailureOf(testApp({ extend: [enrolment()] }));
  assert.is(error.code, 'RIO-BOOT-PROBLEMS');
  assert.is(error.details.length, 1);
  assert.match(error.details[0] ?? '', 'gates enrol of enrolment and reauthentication of sessions');
  assert.match(
    error.details[0] ?? '',
    '"/+enrol" (gate enrol of enrolment) → "/reauth" (gate reauthentication of sessions)',
  );
});

test('the form of a gate can be posted: it skips the gate, and no other gate leads back to its page', async () => {
  const withForm = (post: RouteOptions) =>
    definePlugin({
      name: 'enrolment',
      api: 1,
      requires: ['sessions'],
      gates: [{ name: 'enrol', page: '/+enrol', passes: () => !open.has('enrol') }],
      routes(routes) {
        routes.get('/+enrol', { access: { signedIn: true }, skipGates: ['enrol'] }, page('page of enrol'));
        routes.post('/+enrol', post, page('enrolled'));
      },
    });
  const stopped = await rustioFailureOf(testApp({ extend: [withForm({ access: { signedIn: true } })] }));
  assert.match(stopped.details.join(), 'Its page "/+enrol" (POST) does not skip the gate');
  const access = { signedIn: true, recent: true } as const;
  const circle = await rustioFailureOf(testApp({ extend: [withForm({ access, skipGates: ['enrol'] })] }));
  assert.match(circle.details.join(), 'gates enrol of enrolment and reauthentication of sessions');
});

test('a page that a gate leaves reachable breaks the cycle, even if the password was entered long ago (F9)', async () => {
  const other = await testApp({ extend: [enrolment({ leavesReachable: ['/reauth'] })] });
  try {
    const person = await other.signInAs('staff');
    open.add('enrol');
    assert.is((await follow(person, '/admin')).text, 'page of enrol');
    await other.app.database.query(
      sql.unsafe`update rustio_session set authenticated_at = authenticated_at - interval '1 day' where ended_at is null`,
    );
    assert.match((await follow(person, '/admin')).text, 'type="password"');
    const { location } = await person.submit(
      '/admin/reauth?next=/admin/%2Benrol',
      { password: PASSWORD },
      '/admin/reauth',
    );
    assert.is((await person.get(location)).text, 'page of enrol');
    assert.is((await person.get('/admin/account/sessions')).location.startsWith('/admin/+enrol'), true);
  } finally {
    await other.close();
  }
});

test('gates are checked by stage, regardless of the order of the plugins (F9)', async () => {
  const stages = ['enrolment', 'password-change', 'second-factor'] as const;
  const other = await testApp({
    extend: stages.map((stage) =>
      definePlugin({
        name: stage,
        api: 1,
        requires: ['sessions'],
        gates: [{ name: stage, page: `/+${stage}`, stage, passes: () => !open.has(stage) }],
        routes: (routes) =>
          routes.get(`/+${stage}`, { access: { signedIn: true }, skipGates: [...stages] }, page(`page of ${stage}`)),
      }),
    ),
  });
  try {
    const person = await other.signInAs('staff');
    for (const stage of stages) {
      open.add(stage);
      assert.is((await follow(person, '/admin')).text, `page of ${stage}`);
    }
    assert.equal(
      other.app.gates.map(({ name }) => name),
      [
        'mfa',
        'second-factor',
        'temporary-password',
        'password-change',
        'mfa-enrolment',
        'enrolment',
        'reauthentication',
      ],
    );
  } finally {
    await other.close();
  }
});
