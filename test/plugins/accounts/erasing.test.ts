// What remains of an erased person: the dump of every table is searched for their address and name.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { repeatErasures } from '../../../plugins/audit/erase-entries.ts';
import { PASSWORD, type TestApp, testApp } from '../../support/app.ts';
import { Client, formTokenOf } from '../../support/client.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { idOf, linkIn, mailsTo, runJobs } from './mailbox.ts';

const test = suite('accounts: erasing');
let desk: TestApp;
test.before.each(async () => {
  desk = await testApp({ name: 'Night desk' });
});
test.after.each(() => desk.close());

const tables = sql.type(z.object({ schema: z.string(), name: z.string() }));

/** The tables of the database that contain a text in any column, whatever its case. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const { database } = desk.app;
  const all = await database.any(tables`
    select schemaname::text as schema, tablename::text as name
    from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')
  `);
  const found: string[] = [];
  for (const { schema, name } of all) {
    const table = sql.identifier([schema, name]);
    if (await database.exists(sql.unsafe`select from ${table} t where strpos(lower(t::text), lower(${text})) > 0`))
      found.push(name);
  }
  return found;
}

const NAME = 'Wilhelmina Oppenheimer';

/** A person who was invited, changed their name and address, worked, was in a group, and signed in with a wrong password. */
async function person(administrator: Client): Promise<{ id: number; email: string; earlier: string; client: Client }> {
  const earlier = 'wilhelmina@example.org';
  const email = 'w.oppenheimer@example.org';
  await administrator.submit('/admin/account-groups/+new', { name: 'Editors', description: '' });
  await administrator.submit(
    '/admin/accounts/+new',
    { email: earlier, displayName: NAME, group: ['Editors'] },
    '/admin/accounts/+invite',
  );
  const developer = await desk.signInAs('developer');
  const invitation = linkIn((await mailsTo(desk, developer, earlier))[0], '/invitation');
  const client = new Client(desk.url);
  await client.submit(invitation, { password: PASSWORD });
  await client.signIn(earlier, PASSWORD);
  const id = await idOf(desk, earlier);
  const profile = '/admin/account/profile';
  await client.submit(profile, { displayName: 'Mina', locale: 'en' }, `${profile}/details`);
  await client.submit(profile, { displayName: NAME }, `${profile}/details`);
  await client.submit(profile, { email }, `${profile}/email`);
  await runJobs(desk);
  await client.submit(linkIn((await mailsTo(desk, developer, email))[0], '/account/new-address'), {});
  assert.is(await idOf(desk, email), id);
  const recovery = `/admin/account-recovery/${id}`;
  for (const action of ['lock', 'unlock']) {
    const fields = { action, duration: '15', minutes: '', reason: 'Reported by the desk' };
    assert.is((await administrator.submit(recovery, fields, recovery)).status, 303, action);
  }
  await client.signIn(email, PASSWORD);
  await runJobs(desk);
  // Something that waits while they are erased.
  await client.submit(profile, { email: 'pending@example.org' }, `${profile}/email`);
  await new Client(desk.url).signIn(email, 'a wrong password');
  await new Client(desk.url).submit('/admin/forgot-password', { email });
  await desk.command('group delete', { name: 'Editors' });
  return { id, email, earlier, client };
}

async function erase(administrator: Client, { id, email }: { id: number; email: string }) {
  const page = `/admin/accounts/${id}`;
  return administrator.submit(page, { confirm: email }, `${page}/erase`);
}

test('attack: neither the address nor the name of an erased person is anywhere in the database', async () => {
  const administrator = await desk.signInAs('administrator');
  const somebody = await person(administrator);
  const { id, email, earlier } = somebody;
  const texts = { email, earlier, name: NAME, pending: 'pending@example.org' };
  for (const [what, text] of Object.entries(texts)) assert.ok((await tablesWith(text)).length > 0, what);
  const before = await desk.app.database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::int as n from rustio_audit
  `);
  assert.is((await erase(administrator, somebody)).status, 303);
  await runJobs(desk);
  // The administrator reads the last message; it was kept with their session until then.
  await administrator.get('/admin');
  // For 30 days, the outbox contains to which address an email was sent; here, to the one that the person no longer had.
  for (const [what, text] of Object.entries(texts))
    assert.equal(await tablesWith(text), what === 'earlier' ? ['rustio_mail'] : [], what);

  const entries = await desk.app.database.any(sql.type(
    z.object({
      event: z.string(),
      actor: z.string(),
      subject: z.string().nullable(),
      before: z.unknown(),
      after: z.unknown(),
    }),
  )`
    select event, actor_label as actor, subject_label as subject, before, after
    from rustio_audit
    where actor_id = ${id} or (subject_model = 'user' and subject_key = ${String(id)})
    order by id
  `);
  assert.ok(before > 10 && entries.length > 10);
  const pseudonym = `erased-${id}@erased.invalid`;
  assert.equal(new Set(entries.map(({ subject }) => subject)), new Set([pseudonym]));
  const created = entries.find(({ event }) => event === 'user_created');
  assert.equal(created?.after, { email: '<erased>', displayName: '<erased>', role: 'staff', active: true });
  assert.match(created?.actor ?? '', 'administrator-');
  const invited = entries.find(({ event }) => event === 'invitation_accepted');
  assert.is(invited?.actor, pseudonym);
  const trail = (await administrator.get(`/admin/audit?user=${encodeURIComponent(pseudonym)}`)).text;
  assert.match(trail, 'Invitation accepted');
  assert.is((await desk.check('audit-append-only')).status, 'ok');
  assert.equal(desk.errors, []);
});

test('attack: others keep their entries, and an erasure changes nothing else', async () => {
  const administrator = await desk.signInAs('administrator');
  const [first, second] = [await desk.account('staff'), await desk.account('staff')];
  for (const email of [first, second]) await desk.command('user edit', { email, name: `Of ${email}` });
  const others = async () =>
    JSON.stringify(
      await desk.app.database.any(sql.type(z.object({ entry: z.string() }))`
        select a::text as entry from rustio_audit a where subject_label = ${second} order by id
      `),
    );
  const kept = await others();
  await erase(administrator, { id: await idOf(desk, first), email: first });
  assert.is(await others(), kept);
  assert.ok(kept.length > 100);
});

test('attack: an audit entry cannot be changed in any other way, not even by an erasure', async () => {
  const email = await desk.account('staff');
  const other = await desk.account('staff');
  await desk.command('user erase', { email, yes: true });
  const { database } = desk.app;
  const attempts = [
    sql.unsafe`update rustio_audit set subject_label = 'somebody'`,
    sql.unsafe`update rustio_audit set after = null where subject_label like 'erased%'`,
    sql.unsafe`update rustio_audit set event = event`,
    sql.unsafe`update rustio_audit_erasure set label = 'somebody'`,
    sql.unsafe`delete from rustio_audit_erasure`,
    sql.unsafe`truncate rustio_audit_erasure`,
  ];
  for (const attempt of attempts)
    assert.match(String(await failureOf(database.query(attempt))), 'append-only', attempt.sql);
  // From within a trigger of somebody else, where the statement itself is accepted.
  await withPlainConnection(database.url, (client) =>
    client.query(`
      create table bait (n integer);
      create function forge() returns trigger language plpgsql as $$
        begin update rustio_audit set actor_label = 'somebody'; return null; end $$;
      create trigger forge after insert on bait for each row execute function forge();
    `),
  );
  assert.match(String(await failureOf(database.query(sql.unsafe`insert into bait values (1)`))), 'append-only');
  assert.ok(await database.exists(sql.unsafe`select from rustio_audit where subject_label = ${other}`));
});

test('attack: an erasure that bypassed the application is found, because no entry records it', async () => {
  const email = await desk.account('staff');
  await desk.command('user erase', { email, yes: true });
  await repeatErasures(desk.app.database);
  assert.is((await desk.check('audit-erasures')).status, 'ok');
  const other = await desk.account('staff');
  const id = await idOf(desk, other);
  await desk.app.database.query(sql.unsafe`
    insert into rustio_audit_erasure (subject_model, subject_key, label, fields, user_id)
    values ('user', ${String(id)}, ${other}, '{email}', null)
  `);
  const { status, message } = await desk.check('audit-erasures');
  assert.is(status, 'failed');
  assert.match(message, `user ${id}.`);
});

test('attack: an entry that was being written during the erasure is erased soon after', async () => {
  const email = await desk.account('staff');
  const id = await idOf(desk, email);
  await desk.command('user erase', { email, yes: true });
  const { database } = desk.app;
  await database.query(sql.unsafe`
    insert into rustio_audit (event, actor_kind, actor_id, actor_label, subject_model, subject_key, subject_label, after, correlation_id)
    values ('access_denied', 'user', ${id}, ${email}, 'user', ${String(id)}, ${email}, '{"displayName": null}', 'late')
  `);
  assert.equal(await tablesWith(email), ['rustio_audit']);
  await repeatErasures(database);
  assert.equal(await tablesWith(email), []);
  const erasures = () =>
    database.oneFirst(sql.type(z.object({ n: z.number() }))`
    select count(*)::int as n from rustio_audit_erasure
  `);
  const before = await erasures();
  await repeatErasures(database);
  assert.is(await erasures(), before, 'only if there is something to erase');
});

test('if the process is killed during an erasure, the database has all of it or none', async () => {
  const administrator = await desk.signInAs('administrator');
  const somebody = await person(administrator);
  const { database } = desk.app;
  const page = `/admin/accounts/${somebody.id}`;
  const token = formTokenOf((await administrator.get(page)).text);
  await withPlainConnection(database.url, async (client) => {
    await client.query('begin');
    // The last table that the erasure writes.
    await client.query('lock table rustio_audit_erasure in access exclusive mode');
    const erasing = administrator.post(`${page}/erase`, { '~token': token, confirm: somebody.email });
    const waiting = sql.type(z.object({ pid: z.number() }))`
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%rustio_audit_erasure%'
    `;
    await until(async () => (await database.any(waiting)).length > 0);
    for (const { pid } of await database.any(waiting)) await client.query('select pg_terminate_backend($1)', [pid]);
    assert.ok((await erasing).status >= 500);
    await client.query('rollback');
  });
  assert.is(await idOf(desk, somebody.email), somebody.id);
  assert.is((await new Client(desk.url).signIn(somebody.email, PASSWORD)).status, 303);
  assert.ok((await tablesWith(NAME)).includes('rustio_audit'));
  assert.is(await database.exists(sql.unsafe`select from rustio_audit where event = 'user_erased'`), false);
  assert.is((await erase(administrator, somebody)).status, 303);
  assert.equal(await tablesWith(NAME), []);
});
