// Everything that verifies or sets a password, over HTTP and by commands, while the hashing queue is full.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { createLink, type LinkPurpose } from '../../../plugins/auth/account-links.ts';
import { setPassword } from '../../../plugins/auth/change-account.ts';
import { createUser } from '../../../plugins/auth/create-user.ts';
import { inHashingQueue, waitingHashes } from '../../../plugins/auth/hashing-queue.ts';
import { preparePassword } from '../../../plugins/auth/password-hash.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { accountOf, asCommand, REASON, recover, recoveryDesk } from '../recovery/desk.ts';

const test = suite('auth: hashing');
const NEW_PASSWORD = 'a new good phrase';
const TEMPORARY = 'k7mwp-3xq9d-hv2ja-8rtne';
let desk: TestApp;
test.before(async () => {
  desk = await recoveryDesk();
});
test.after(() => desk.close());

/** A path with a link for an account without a password, or with one. */
async function linkFor(purpose: LinkPurpose, page: string): Promise<string> {
  const email = `${purpose}@example.org`;
  const password = purpose === 'password_reset' ? { password: await preparePassword(PASSWORD) } : {};
  return asCommand(desk, async (tx, context) => {
    const created = await createUser(tx, context, desk.app.events, { email, role: 'staff', ...password });
    if (created.outcome !== 'done') throw new Error(created.outcome);
    return `/admin/${page}/${await createLink(tx, { userId: created.id, purpose, minutes: 60 })}`;
  });
}

/** A client who has signed in with a temporary password. */
async function withTemporaryPassword() {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  const password = await preparePassword(TEMPORARY);
  await asCommand(desk, (tx, context) => setPassword(tx, context, desk.app.events, id, password, { temporary: true }));
  const client = desk.client();
  await client.signIn(email, TEMPORARY);
  return client;
}

test('race: no connection is held while a password is being verified or hashed', async () => {
  const administrator = await desk.signInAs('administrator');
  const [clerk, returning] = [await desk.signInAs('staff'), await desk.signInAs('staff')];
  const temporary = await withTemporaryPassword();
  const [one, two, three, four] = [
    await desk.account('staff'),
    await desk.account('staff'),
    await desk.account('staff'),
    await desk.account('staff'),
  ];
  const invitation = await linkFor('invitation', 'invitation');
  const reset = await linkFor('password_reset', 'reset-password');
  const own = { password: NEW_PASSWORD, repeated: NEW_PASSWORD };
  const newUser = { email: 'new@example.org', role: 'staff', password: NEW_PASSWORD };
  const actions: Readonly<Record<string, () => Promise<unknown>>> = {
    'a sign-in': () => desk.client().signIn(one, PASSWORD),
    'a password that is entered again': () => returning.submit('/admin/reauth', { password: PASSWORD }),
    'a new password on the profile': () =>
      clerk.submit('/admin/account/profile', own, '/admin/account/profile/password'),
    'a new user': () => administrator.submit('/admin/accounts/+new', newUser, '/admin/accounts/+new'),
    'an accepted invitation': () => desk.client().submit(invitation, { password: NEW_PASSWORD }),
    'a forgotten password': () => desk.client().submit(reset, { password: NEW_PASSWORD }),
    'a temporary password': () => recover(desk, administrator, two, 'temporary-password'),
    'a replaced temporary password': () => temporary.submit('/admin/account/new-password', { password: NEW_PASSWORD }),
    '`user create`': () => desk.command('user create', { email: 'created@example.org', password: NEW_PASSWORD }),
    '`user password`': () => desk.command('user password', { email: three, generate: true }),
    '`user reset-password`': () => desk.command('user reset-password', { email: four, reason: REASON, yes: true }),
  };
  const idle = sql.type(z.object({ query: z.string() }))`
    select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
  `;
  const release = Promise.withResolvers<void>();
  const holding = [0, 1].map(() => inHashingQueue('', () => release.promise));
  const done: Promise<unknown>[] = [];
  try {
    for (const [name, act] of Object.entries(actions)) {
      done.push(act());
      await until(() => waitingHashes() === done.length);
      assert.equal(await desk.app.database.anyFirst(idle), [], name);
    }
  } finally {
    release.resolve();
    await Promise.all([...holding, ...done]);
  }
  for (const [at, result] of (await Promise.all(done)).entries())
    if (typeof result === 'object' && result !== null && 'status' in result)
      assert.is(result.status, 303, Object.keys(actions)[at]);
  assert.equal(desk.errors, []);
});
