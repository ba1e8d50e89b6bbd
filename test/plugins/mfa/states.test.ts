// The steps of a sign-in are one state machine. With the real gates, in every state, every page leads to the next step, and completing
// the steps leads to the requested page.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import type { Client, TestResponse } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { codeNow, ENROL, enrolled, forgetSteps, idOf, secretOn, VERIFY, withPassword } from './desk.ts';

const test = suite('mfa: states of a sign-in');
const NEW_PASSWORD = '/admin/account/new-password';
const REAUTH = '/admin/reauth';
/** Requires a recent password. */
const DELICATE = '/admin/account/tokens/+new';
const MAX_STEPS = 4;

interface State {
  /** The user has a second factor, and has not entered a code. */
  readonly isPending: boolean;
  readonly mustChange: boolean;
  /** The policy requires a second factor, the user has none, and the grace period is over. */
  readonly mustEnrol: boolean;
  /** The password was entered long ago. */
  readonly isOld: boolean;
}

/** A user who has a second factor need not set one up, so these two are never true together. */
const STATES: readonly State[] = [0, 1, 2].flatMap((factor) =>
  [false, true].flatMap((mustChange) =>
    [false, true].map((isOld) => ({ isPending: factor === 1, mustEnrol: factor === 2, mustChange, isOld })),
  ),
);
const nameOf = (state: State): string =>
  Object.entries(state)
    .filter(([, isOn]) => isOn)
    .map(([name]) => name)
    .join(', ') || 'nothing pending';

let desk: TestApp;
test.before(async () => {
  desk = await testApp({
    plugins: { mfa: { policy: 'optional', roles: { supervisor: { policy: 'required', graceDays: 0 } } } },
  });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

interface Person {
  readonly client: Client;
  readonly id: number;
  secret: string;
  password: string;
}

async function inState({ isPending, mustChange, mustEnrol, isOld }: State): Promise<Person> {
  await desk.app.database.query(sql.unsafe`truncate rustio_attempt`);
  const user = isPending ? await enrolled(desk) : undefined;
  const email = user?.email ?? (await desk.account(mustEnrol ? 'supervisor' : 'staff'));
  const id = await idOf(desk, email);
  if (mustChange)
    await desk.app.database.query(sql.unsafe`update rustio_user set must_change_password = true where id = ${id}`);
  const client = await withPassword(desk, email);
  if (isOld)
    await desk.app.database.query(sql.unsafe`
      update rustio_session set authenticated_at = now() - interval '1 hour' where user_id = ${id} and ended_at is null
    `);
  return { client, id, secret: user?.secret ?? '', password: PASSWORD };
}

const pageOf = (location: string): string => location.split('?', 1)[0] ?? '';

/** Follows redirects as a browser does; returns the page and how many there were. */
async function follow(client: Client, path: string): Promise<{ page: string; answer: TestResponse; hops: number }> {
  let page = path;
  let answer = await client.get(path);
  let hops = 0;
  for (; answer.status === 303; hops += 1) {
    if (hops === MAX_STEPS) throw new Error(`${path} redirects in circles, at ${answer.location}`);
    page = answer.location;
    answer = await client.get(page);
  }
  return { page: pageOf(page), answer, hops };
}

/** The page of the first step that a page leads to; undefined if it is open. */
function expectedStep({ isPending, mustChange, mustEnrol, isOld }: State, page: string): string | undefined {
  if (isPending) return VERIFY;
  if (mustChange) return isOld ? REAUTH : NEW_PASSWORD;
  if (mustEnrol) return isOld ? REAUTH : ENROL;
  return isOld && page === DELICATE ? REAUTH : undefined;
}

for (const state of STATES)
  test(`${nameOf(state)}: every page leads to the page of the next step, in at most four redirects`, async () => {
    const { client } = await inState(state);
    for (const start of ['/admin', '/admin/account', DELICATE]) {
      const { page, answer, hops } = await follow(client, start);
      assert.is(answer.status, 200, `${start}: ${page}`);
      assert.ok(hops <= MAX_STEPS);
      assert.is(page, expectedStep(state, start) ?? start, start);
    }
    // The pages of all steps, from anywhere, are one of these steps or an ordinary page.
    for (const start of [VERIFY, NEW_PASSWORD, ENROL, REAUTH])
      assert.is((await follow(client, start)).answer.status, 200);
  });

/** Fills in the form of the page that is shown. */
async function complete(person: Person, { page, answer }: { readonly page: string; readonly answer: TestResponse }) {
  const { client } = person;
  const code = person.secret === '' ? {} : { code: await codeNow(person.secret) };
  await forgetSteps(desk, person.id);
  switch (page) {
    case VERIFY:
      return client.submit(VERIFY, code);
    case REAUTH:
      return client.submit(REAUTH, { password: person.password, ...code });
    case NEW_PASSWORD:
      person.password = 'my own brand new phrase';
      return client.submit(NEW_PASSWORD, { password: person.password });
    case ENROL:
      person.secret = secretOn(answer);
      return client.submit(ENROL, { code: await codeNow(person.secret) });
    default:
      throw new Error(`${page} is not a step`);
  }
}

for (const state of STATES)
  test(`${nameOf(state)}: completing at most four steps leads to an ordinary page`, async () => {
    const person = await inState(state);
    const steps: string[] = [];
    for (;;) {
      const shown = await follow(person.client, DELICATE);
      if (shown.page === DELICATE) break;
      steps.push(shown.page);
      assert.ok(steps.length <= MAX_STEPS, steps.join());
      assert.is((await complete(person, shown)).status, 303, shown.page);
    }
    const { isPending, mustChange, mustEnrol, isOld } = state;
    assert.equal(
      steps.toSorted(),
      [
        ...(isPending ? [VERIFY] : []),
        ...(mustChange ? [NEW_PASSWORD] : []),
        ...(mustEnrol ? [ENROL] : []),
        ...(isOld ? [REAUTH] : []),
      ].toSorted(),
    );
  });

test('users can sign out in every state', async () => {
  for (const state of STATES) {
    const { client } = await inState(state);
    assert.is((await client.post('/admin/logout', {})).location, '/admin/login?notice=signed-out', nameOf(state));
    assert.is((await client.get('/admin')).location, '/admin/login');
  }
});
