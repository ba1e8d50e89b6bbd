// Who needs a second factor, and from when.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import type { Config } from '../../../core/config.ts';
import type { Role } from '../../../plugins/auth/roles.ts';
import { bootProblemsOf, PASSWORD, type TestApp, testApp, withApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { codeNow, ENROL, enrolled, eventsAbout, PAGE, secretOn, signedIn, VERIFY, withPassword } from './desk.ts';

const test = suite('mfa: policy');
type Options = NonNullable<Exclude<NonNullable<Config['plugins']>['mfa'], false>>;
const withPolicy = (mfa: Options, work: (desk: TestApp) => Promise<void>) => withApp({ plugins: { mfa } }, work);

/** As if the user had first signed in under the rule some days ago. */
async function startGrace(desk: TestApp, userId: number, days: number): Promise<void> {
  await desk.app.database.query(sql.unsafe`
    update rustio_mfa_grace set started_at = now() - make_interval(days => ${days}) where user_id = ${userId}
  `);
}

test('without a setting, a second factor is optional: users without one are not asked, and it is offered', () =>
  withPolicy({}, async (desk) => {
    const { client } = await signedIn(desk);
    assert.is((await client.get('/admin/account')).status, 200);
    assert.match((await client.get('/admin/account')).text, 'Second factor');
  }));

test('off: nothing is offered or asked for, and doctor reports accounts that have a factor', async () => {
  await withPolicy({ policy: 'off' }, async (desk) => {
    const { client, id, email } = await signedIn(desk);
    assert.not.match((await client.get('/admin/account')).text, 'Second factor');
    for (const path of [PAGE, ENROL]) assert.is((await client.get(path)).status, 404, path);
    assert.match((await desk.check('mfa-accounts')).message, 'Every account');
    await desk.app.database.query(
      sql.unsafe`insert into rustio_mfa_totp (user_id, secret, last_step) values (${id}, '', 0)`,
    );
    assert.is((await desk.client().signIn(email, PASSWORD)).location, '/admin');
    const check = await desk.check('mfa-accounts');
    assert.is(check.status, 'warning');
    assert.match(check.message, '1 account has a second factor that is not asked for');
  });
});

test('required: users without a factor can work for seven days from their first sign-in, and the page names the end', () =>
  withPolicy({ policy: 'required' }, async (desk) => {
    const { client, id, email } = await signedIn(desk);
    assert.is((await client.get('/admin/account/sessions')).status, 200);
    assert.match((await client.get(PAGE)).text, 'Set one up before');
    const banner = 'Your account will soon need a second factor';
    for (const path of ['/admin', '/admin/account']) assert.match((await client.get(path)).text, banner, path);
    await startGrace(desk, id, 6);
    assert.is((await client.get('/admin/account')).status, 200);
    await withPassword(desk, email);
    await startGrace(desk, id, 8);
    assert.match((await client.get('/admin/account')).location, ENROL, 'another sign-in does not start it again');
    assert.is((await client.get('/admin/account/sessions')).status, 200, 'they can see and end their sessions');
    const page = await client.get(ENROL);
    assert.match(page.text, 'Your account needs a second factor');
    assert.is((await client.submit(ENROL, { code: await codeNow(secretOn(page)) })).status, 303);
    const account = await client.get('/admin/account');
    assert.is(account.status, 200);
    assert.not.match(account.text, banner);
    assert.match((await desk.check('mfa-accounts')).message, 'Every account');
  }));

test('another sign-in does not restart the grace period', () =>
  withPolicy({ policy: 'required' }, async (desk) => {
    const { id, email } = await signedIn(desk);
    await startGrace(desk, id, 8);
    const client = await withPassword(desk, email);
    assert.match((await client.get('/admin/account')).location, ENROL);
  }));

test('with a grace period of 0 days, users set up a factor when they first sign in', () =>
  withPolicy({ policy: 'required', graceDays: 0 }, async (desk) => {
    const { client } = await signedIn(desk);
    assert.match((await client.get('/admin')).location, ENROL);
    const report = await desk.check('mfa-accounts');
    assert.is(report.status, 'note');
    assert.match(report.message, '1 account has no second factor, although it is required');
  }));

test('sessions that were open before the rule count from their sign-in', () =>
  withPolicy({ policy: 'required' }, async (desk) => {
    const client = await desk.signInAs('staff');
    assert.is((await client.get('/admin/account')).status, 200);
    await desk.app.database.query(sql.unsafe`update rustio_session set created_at = now() - interval '8 days'`);
    assert.match((await client.get('/admin/account')).location, ENROL);
  }));

test('a rule for a role applies to that role only', () =>
  withPolicy(
    { policy: 'off', roles: { administrator: { policy: 'required', graceDays: 0 }, staff: { policy: 'optional' } } },
    async (desk) => {
      const answers = new Map<Role, string>();
      for (const role of ['user', 'staff', 'supervisor', 'administrator'] as const) {
        const { client } = await signedIn(desk, role);
        const { status, location } = await client.get(PAGE);
        answers.set(role, status === 303 ? (location.split('?')[0] ?? '') : String(status));
      }
      assert.equal(Object.fromEntries(answers), {
        user: '404',
        staff: '200',
        supervisor: '404',
        administrator: ENROL,
      });
    },
  ));

test('attack: users cannot remove a factor that the policy requires, even with a form that the page does not show', () =>
  withPolicy({ policy: 'required' }, async (desk) => {
    const { client, email } = await enrolled(desk);
    const page = await client.get(PAGE);
    assert.not.match(page.text, `action="${PAGE}/remove"`);
    assert.match(page.text, 'cannot be turned off');
    const token = /name="~token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const refused = await client.post(`${PAGE}/remove`, { '~token': token });
    assert.is(refused.status, 409);
    assert.match(refused.text, 'cannot be turned off');
    assert.not.ok((await eventsAbout(desk, email)).includes('mfa_disabled'));
    assert.match((await withPassword(desk, email).then((other) => other.get('/admin'))).location, VERIFY);
  }));

test('in production, startup fails without secret keys, unless the policy is off', async () => {
  const environment = { production: true, secretKeys: [] };
  const without = { mail: false, recovery: false } as const;
  const start = (mfa: Options) => testApp({ plugins: { ...without, mfa } }, { environment });
  const problems = (await rustioFailureOf(start({}))).details;
  assert.is(problems.length, 1, problems.join());
  assert.match(problems[0] ?? '', 'RUSTIO_SECRET_KEYS: It is required by the plugin mfa');
  await (await start({ policy: 'off' })).close();
  assert.equal(await bootProblemsOf({ plugins: { mfa: { graceDays: -1 } } }).then((all) => all.length), 1);
});

test('in development without secret keys, the page explains what is missing', async () => {
  const desk = await testApp({ plugins: { mail: false } }, { environment: { secretKeys: [] } });
  try {
    const { client } = await signedIn(desk);
    const page = await client.get(ENROL);
    assert.is(page.status, 200);
    assert.match(page.text, 'Set RUSTIO_SECRET_KEYS');
  } finally {
    await desk.close();
  }
});
