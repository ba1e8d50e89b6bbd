// Every change of authority, and every proof of identity, is in the audit trail: from pages and from commands.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('auth: audited');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [] });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const newest = () =>
  desk.app.database.oneFirst(sql.type(z.object({ id: z.number() }))`
    select coalesce(max(id), 0)::integer as id from rustio_audit
  `);
/** The events that `work` records, in order. */
async function eventsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const last = await newest();
  await work();
  return desk.app.database.anyFirst(sql.type(z.object({ event: z.string() }))`
    select event from rustio_audit where id > ${last} order by id
  `);
}

test('signing in and out, wrong passwords and reauthentication are recorded', async () => {
  const email = await desk.account('staff');
  const client = desk.client();
  const steps: readonly (readonly [work: () => Promise<unknown>, event: string])[] = [
    [() => client.signIn(email, 'a wrong password'), 'login_failed'],
    [() => client.signIn(email, PASSWORD), 'login_succeeded'],
    [() => client.submit('/admin/reauth', { password: 'a wrong password' }), 'reauth_failed'],
    [() => client.submit('/admin/reauth', { password: PASSWORD }), 'reauth_succeeded'],
    [() => client.post('/admin/logout', {}), 'session_logout'],
  ];
  for (const [work, event] of steps) assert.equal(await eventsOf(work), [event]);
});

test('every command that changes authority is recorded with who ran it', async () => {
  const email = 'ana@example.org';
  const name = 'Desk';
  const last = await newest();
  for (const [words, values, events] of [
    ['user create', { email, password: PASSWORD }, ['user_created']],
    ['user edit', { email, name: 'Ana' }, ['user_updated']],
    ['user role', { email, role: 'supervisor' }, ['user_updated']],
    ['user password', { email }, ['password_reset_by_other']],
    ['user deactivate', { email }, ['user_updated']],
    ['user activate', { email }, ['user_updated']],
    ['user grant', { email, permission: 'audit.view' }, ['user_updated']],
    ['user revoke', { email, permission: 'audit.view' }, ['user_updated']],
    ['group create', { name }, ['group_created']],
    ['group grant', { name, permission: 'audit.view' }, ['group_updated']],
    ['group add', { name, email }, ['user_updated']],
    ['group remove', { name, email }, ['user_updated']],
    ['group revoke', { name, permission: 'audit.view' }, ['group_updated']],
    ['group delete', { name }, ['group_deleted']],
    ['user erase', { email, yes: true }, ['user_updated', 'user_erased']],
  ] as const)
    assert.equal(await eventsOf(() => desk.command(words, values)), [...events], words);
  const actors = await desk.app.database.anyFirst(sql.type(z.object({ kind: z.string() }))`
    select distinct actor_kind as kind from rustio_audit where id > ${last}
  `);
  assert.equal(actors, ['command']);
});
