import { hostname, userInfo } from 'node:os';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { eraseAccount, setActive, setLock } from '../../../plugins/auth/change-account.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { Client } from '../../support/client.ts';
import { rustioFailureOf } from '../../support/failure.ts';
import { runCommand } from '../../support/run-tool.ts';
import { suite } from '../../support/suite.ts';
import { accountOf, asCommand, emailsTo, eventsAbout, REASON, recoveryDesk, trailOf } from './desk.ts';

const test = suite('recovery: emergency commands');
const OPERATOR = `${userInfo().username}@${hostname()}`;
const factors = new Set<number>();
/** A plugin with a second factor. */
const codes = definePlugin({
  name: 'codes',
  api: 1,
  requires: ['recovery'],
  contributes: {
    'recovery.factors': [
      {
        name: 'code',
        isSet: async (_query, userId) => factors.has(userId),
        remove: async (_tx, _context, userId) => factors.delete(userId),
      },
    ],
  },
});
let desk: TestApp;

test.before(async () => {
  desk = await recoveryDesk({ extend: [codes] });
});
test.after.each(() => assert.equal(desk.errors, []));
test.after(() => desk.close());

interface Options {
  readonly [name: string]: string | number | boolean;
}

/** Runs a command on a terminal on which `answer` is typed; undefined if there is none. */
function run(operation: string, email: string, options: Options = {}, answer?: string): Promise<readonly string[]> {
  const command = desk.booted.plugins
    .flatMap(({ commands = [] }) => commands)
    .find(({ name }) => name.startsWith(`user ${operation} `));
  const defaults = Object.fromEntries(
    Object.entries(command?.options ?? {}).map(([name, option]) => [name, option.default]),
  );
  return runCommand(
    command,
    desk.app,
    { ...defaults, email, reason: REASON, ...options },
    answer === undefined ? undefined : [answer],
  );
}

async function signedIn(email: string, password = PASSWORD): Promise<Client> {
  const client = new Client(desk.url);
  assert.is((await client.signIn(email, password)).status, 303);
  return client;
}

/** The data of the entries `emergency_recovery` about an account. */
async function emergencies(email: string): Promise<readonly unknown[]> {
  const entries = (await trailOf(desk, email)).filter(({ event }) => event === 'emergency_recovery');
  return entries.map(({ data }) => JSON.parse(data));
}

const OPERATIONS: readonly (readonly [string, Options])[] = [
  ['reset-password', {}],
  ['unlock', {}],
  ['disable-mfa', {}],
  ['promote', { role: 'administrator' }],
  ['emergency-access', {}],
];

test('each command prints the operation, target, reason, operator and time, and asks for yes', async () => {
  const email = await desk.account('staff');
  for (const [operation, options] of OPERATIONS) {
    factors.add((await accountOf(desk, email)).id);
    const lines = await run(operation, email, options, 'yes');
    const banner = lines.join('\n');
    assert.match(banner, 'EMERGENCY RECOVERY');
    assert.match(banner, `Operation: user ${operation}`);
    assert.match(banner, `Target:    ${email}`);
    assert.match(banner, `Reason:    ${REASON}`);
    assert.match(banner, `Operator:  ${OPERATOR}`);
    assert.match(banner, /Time: {6}20\d\d-/);
    assert.match(banner, 'audit trail');
  }
});

test('only yes confirms, or --yes without a terminal; otherwise the exit code is 2, and nothing is changed', async () => {
  const email = await desk.account('staff');
  for (const [operation, options] of OPERATIONS) {
    for (const answer of ['', 'y', 'YES', 'no', 'yes please', undefined]) {
      const failure = await rustioFailureOf(run(operation, email, options, answer));
      assert.is(failure.code, 'RIO-RECOVERY-REFUSED', `${operation} ${answer}`);
      assert.is(failure.exitCode, 2);
    }
  }
  assert.equal(await eventsAbout(desk, email), []);
  assert.ok((await run('unlock', email, { yes: true })).includes('The account was not locked.'));
});

test('each command requires a reason of at least 8 characters after trimming, and an account that exists', async () => {
  const email = await desk.account('staff');
  for (const [operation, options] of OPERATIONS) {
    for (const reason of ['', '1234567', '   1234567   ', 'x'.repeat(501)]) {
      const failure = await rustioFailureOf(run(operation, email, { ...options, reason, yes: true }));
      assert.is(failure.code, 'RIO-RECOVERY-REFUSED');
      assert.is(failure.exitCode, 2);
    }
    const unknown = await rustioFailureOf(run(operation, 'nobody@example.org', { ...options, yes: true }));
    assert.is(unknown.exitCode, 2);
  }
  assert.equal(await eventsAbout(desk, email), []);
});

test('reset-password prints a temporary password, ends the sessions and notifies the user', async () => {
  const email = await desk.account('developer');
  const open = await signedIn(email);
  const lines = await run('reset-password', email, { yes: true });
  const password = /Temporary password: (\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  assert.is((await open.get('/admin')).status, 303);
  const user = await signedIn(email, password);
  assert.match((await user.get('/admin')).location, '/admin/account/new-password');
  assert.equal(await emergencies(email), [{ operation: 'reset-password', reason: REASON, operator: OPERATOR }]);
  const [notice = ''] = await emailsTo(desk, email);
  assert.match(notice, 'has reset the password');
  assert.is(notice.includes(password), false);
  const trail = (await trailOf(desk, email)).map(({ data }) => data).join();
  assert.is(trail.includes(password), false);
});

test('unlock lifts a lock; if the account was not locked, this is reported and recorded', async () => {
  const email = await desk.account('administrator');
  const { id } = await accountOf(desk, email);
  await asCommand(desk, (tx, context) => setLock(tx, context, desk.app.events, id, 'infinity'));
  assert.ok((await run('unlock', email, { yes: true })).includes('The account is unlocked.'));
  await signedIn(email);
  assert.ok((await run('unlock', email, { yes: true })).includes('The account was not locked.'));
  assert.is((await emergencies(email)).length, 2);
});

test('promote gives a higher role and ends the sessions; it never lowers a role', async () => {
  const email = await desk.account('staff');
  const open = await signedIn(email);
  await run('promote', email, { role: 'administrator', yes: true });
  assert.is((await accountOf(desk, email)).role, 'administrator');
  assert.is((await open.get('/admin')).status, 303);
  assert.match((await emailsTo(desk, email))[0] ?? '', 'Administrator');
  assert.ok(
    (await run('promote', email, { role: 'administrator', yes: true })).includes(
      'The account already has the role administrator.',
    ),
  );
  assert.is((await emergencies(email)).length, 2);
  for (const role of ['staff', 'nothing']) {
    const failure = await rustioFailureOf(run('promote', email, { role, yes: true }));
    assert.is(failure.exitCode, 2, role);
  }
  assert.is((await accountOf(desk, email)).role, 'administrator');
});

test('emergency-access prints a single-use link that is valid for 1 to 60 minutes and is not sent', async () => {
  const email = await desk.account('developer');
  const lines = await run('emergency-access', email, { yes: true });
  const link = lines.find((line) => line.includes('/reset-password/')) ?? '';
  assert.ok(link.startsWith(`${desk.app.urls.publicOrigin}/admin/reset-password/`));
  assert.ok(lines.includes('Link, valid once within 15 minutes:'));
  const path = link.slice(desk.app.urls.publicOrigin.length);
  const [notice = ''] = await emailsTo(desk, email);
  assert.match(notice, 'has created a password reset link');
  assert.is(notice.includes('/reset-password/'), false);
  assert.is((await new Client(desk.url).submit(path, { password: 'my own brand new phrase' })).status, 303);
  assert.is((await new Client(desk.url).get(path)).status, 404);
  await signedIn(email, 'my own brand new phrase');
  for (const minutes of [0, -1, 61, 1.5, Number.NaN])
    assert.is(
      (await rustioFailureOf(run('emergency-access', email, { minutes, yes: true }))).exitCode,
      2,
      String(minutes),
    );
  await run('emergency-access', email, { minutes: 60, yes: true });
  const isWithin = await desk.app.database.exists(sql.unsafe`
    select from rustio_account_link
    where used_at is null and expires_at between now() + interval '59 minutes' and now() + interval '60 minutes'
  `);
  assert.ok(isWithin);
});

test('disable-mfa removes the second factors of plugins and ends the sessions; an account without one is refused', async () => {
  const email = await desk.account('staff');
  factors.delete((await accountOf(desk, email)).id);
  const none = await rustioFailureOf(run('disable-mfa', email, { yes: true }));
  assert.is(none.exitCode, 2);
  assert.match(none.parts.why, 'The user has no second factor.');
  assert.equal(await eventsAbout(desk, email), []);
  factors.add((await accountOf(desk, email)).id);
  const open = await signedIn(email);
  await run('disable-mfa', email, { yes: true });
  assert.is(factors.has((await accountOf(desk, email)).id), false);
  const { location } = await open.get('/admin');
  assert.match(location, '/admin/login');
  assert.match((await open.get(location)).text, 'your second factor was removed');
  assert.match((await emailsTo(desk, email))[0] ?? '', 'second factor');
});

test('without a plugin that has a second factor, disable-mfa fails with exit code 2 and gives the reason', async () => {
  const plain = await recoveryDesk({ plugins: { mfa: false } });
  try {
    const email = await plain.account('staff');
    const failure = await rustioFailureOf(plain.command('user disable-mfa', { email, reason: REASON, yes: true }));
    assert.is(failure.exitCode, 2);
    assert.match(failure.parts.why, 'No second factor is configured');
  } finally {
    await plain.close();
  }
});

test('the rules of the pages apply: erased and inactive accounts are refused, and an administrator remains', async () => {
  const [erased, inactive, locked] = [
    await desk.account('staff'),
    await desk.account('staff'),
    await desk.account('staff'),
  ];
  const [erasedId, inactiveId, lockedId] = [
    (await accountOf(desk, erased)).id,
    (await accountOf(desk, inactive)).id,
    (await accountOf(desk, locked)).id,
  ];
  await asCommand(desk, (tx, context) => eraseAccount(tx, context, desk.app.events, erasedId));
  await asCommand(desk, (tx, context) => setActive(tx, context, desk.app.events, inactiveId, false));
  await asCommand(desk, (tx, context) => setLock(tx, context, desk.app.events, lockedId, 'infinity'));
  const pseudonym = `erased-${erasedId}@erased.invalid`;
  for (const id of [erasedId, inactiveId]) factors.add(id);
  for (const [operation, options] of OPERATIONS)
    for (const email of [pseudonym, inactive]) {
      const failure = await rustioFailureOf(run(operation, email, { ...options, yes: true }));
      assert.is(failure.exitCode, 2, `${operation} ${email}`);
      assert.match(failure.parts.problem, 'Nothing was changed');
    }
  const link = await rustioFailureOf(run('emergency-access', locked, { yes: true }));
  assert.match(link.parts.why, 'Unlock it first');
  for (const email of [pseudonym, inactive, locked]) assert.equal(await emergencies(email), []);
});

test('an emergency operation and its audit entry are one transaction: if the entry fails, nothing is changed', async () => {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  await desk.app.database.query(sql.unsafe`
    alter table rustio_audit add constraint no_emergency check (event <> 'emergency_recovery') not valid
  `);
  try {
    for (const [operation, options] of OPERATIONS) {
      factors.add(id);
      let failed = false;
      await run(operation, email, { ...options, yes: true }).catch(() => {
        failed = true;
      });
      assert.ok(failed, operation);
    }
  } finally {
    await desk.app.database.query(sql.unsafe`alter table rustio_audit drop constraint no_emergency`);
  }
  const account = await accountOf(desk, email);
  assert.is(account.role, 'staff');
  assert.is(account.mustChangePassword, false);
  assert.equal(await eventsAbout(desk, email), []);
  assert.equal(await emailsTo(desk, email), []);
  await signedIn(email);
});
