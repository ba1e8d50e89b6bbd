// Whether there is an account can be seen neither from the response of a request for a link nor from its work.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { createLink } from '../../../plugins/auth/account-links.ts';
import { setActive, setLock } from '../../../plugins/auth/change-account.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import { Client, type TestResponse } from '../../support/client.ts';
import { type DatabaseProxy, throughProxy } from '../../support/database-proxy.ts';
import { suite } from '../../support/suite.ts';
import { accountOf, asCommand, recoveryDesk } from './desk.ts';

const test = suite('recovery: uniform responses');
let desk: TestApp;
let proxy: DatabaseProxy;

test.before(async () => {
  ({ app: desk, proxy } = await throughProxy((options) => recoveryDesk({}, options)));
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** Everything that a stranger sees of a response, apart from its time and its id. */
function visible({ status, headers, text, location }: TestResponse): string {
  const shown = [...headers].filter(([name]) => !['date', 'x-correlation-id', 'server-timing'].includes(name));
  return JSON.stringify({ status, location, text, headers: shown });
}

function jobs(): Promise<number> {
  return desk.app.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::integer as n from graphile_worker._private_jobs
  `);
}

test('a request costs the same statements and gets the same response for every account, and sends nothing itself', async () => {
  const states = ['active', 'inactive', 'locked', 'invited', 'temporary'] as const;
  const emails = ['nobody@example.org', 'no-one.else+tag@a-long-domain.example.org', 'никто@example.org'];
  for (const state of states) {
    const email = await desk.account('staff');
    const { id } = await accountOf(desk, email);
    const { events, database } = desk.app;
    if (state === 'inactive') await asCommand(desk, (tx, context) => setActive(tx, context, events, id, false));
    if (state === 'locked') await asCommand(desk, (tx, context) => setLock(tx, context, events, id, 'infinity'));
    if (state === 'invited')
      await database.query(sql.unsafe`update rustio_user set password_hash = null where id = ${id}`);
    if (state === 'temporary')
      await database.query(sql.unsafe`update rustio_user set must_change_password = true where id = ${id}`);
    emails.push(email, email.toUpperCase());
  }
  await new Client(desk.url).post('/admin/forgot-password', { email: 'first@example.org' }); // fills caches
  const seen = new Set<string>();
  const costs = new Set<number>();
  for (const email of emails) {
    const before = await jobs();
    proxy.statements();
    const response = await new Client(desk.url).post('/admin/forgot-password', { email });
    costs.add(proxy.statements());
    seen.add(visible(response));
    assert.is((await jobs()) - before, 1, email);
  }
  assert.is(seen.size, 1, [...seen].join('\n'));
  assert.is(costs.size, 1, [...costs].join(' '));
  assert.is(await desk.app.database.exists(sql.unsafe`select from rustio_mail`), false);
});

test('used, expired and invented links get the same response', async () => {
  const email = await desk.account('staff');
  const { id } = await accountOf(desk, email);
  const link = () =>
    desk.app.database.transaction((tx) => createLink(tx, { userId: id, purpose: 'password_reset', minutes: 5 }));
  const [used, expired] = [await link(), await link()];
  await desk.app.database.query(sql.unsafe`
    update rustio_account_link set expires_at = now() - interval '1 second'
    where id = (select max(id) from rustio_account_link)
  `);
  assert.is(
    (await new Client(desk.url).submit(`/admin/reset-password/${used}`, { password: `${PASSWORD} 2` })).status,
    303,
  );
  const seen = new Set<string>();
  for (const token of [used, expired, 'A'.repeat(43), 'short', 'x'.repeat(500)]) {
    const { status, text } = await new Client(desk.url).get(`/admin/reset-password/${token}`);
    seen.add(`${status} ${text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id')}`);
  }
  assert.is(seen.size, 1);
});
