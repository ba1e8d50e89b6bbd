import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { CheckResult } from '../../../core/command.ts';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { checks } from '../../../plugins/audit/checks.ts';
import { readEntries } from '../../../plugins/audit/entries.ts';
import { users } from '../../../plugins/auth/account.ts';
import { changeRole } from '../../../plugins/auth/change-account.ts';
import { openSession } from '../../../plugins/sessions/open-session.ts';
import { sessionOptions } from '../../../plugins/sessions/options.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, type RulesDatabase } from '../auth/rules-database.ts';

const test = suite('audit: trail');
let rules: RulesDatabase;
test.before.each(async () => {
  rules = await openRulesDatabase();
});
test.after.each(() => rules.close());

const rows = () =>
  rules.database.oneFirst(sql.type(z.object({ n: z.number() }))`select count(*)::integer as n from rustio_audit`);
const note = (key: string, name: 'create' | 'update' | 'delete' = 'create', context = cli) =>
  rules.database.transaction((tx) =>
    rules.events.record(tx, context, name, {
      subject: { model: 'strike', key, label: `Strike ${key}` },
      data: { before: { speed: 1 }, after: { speed: 2 } },
    }),
  );

test('an event is one row with user, event, before, after and origin', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff');
  const { id: session } = await rules.database.transaction((tx) =>
    openSession(tx, { userId: administrator.id, ip: null, userAgent: '' }, sessionOptions.parse({})),
  );
  await rules.database.transaction((tx) =>
    changeRole(tx, by(administrator, session), rules.events, clerk.id, 'supervisor'),
  );
  const { entries } = await readEntries(rules.database, { events: ['user_updated'] }, { size: 10 });
  const [entry] = entries;
  assert.is(entries.length, 1);
  assert.equal(entry?.actor, { kind: 'user', id: String(administrator.id), label: 'admin@example.org' });
  assert.equal(entry?.subject, { model: 'user', key: String(clerk.id), label: 'clerk@example.org' });
  assert.equal([entry?.before, entry?.after, entry?.data], [{ role: 'staff' }, { role: 'supervisor' }, null]);
  assert.is(entry?.correlationId, 'a-request-of-a-test');
  assert.equal(entry?.credential, { scheme: 'session', id: session });
  assert.is(entry?.address, '192.0.2.7');
});

test('a rolled-back change leaves no row, and a row that cannot be written rolls back the change', async () => {
  const before = await rows();
  const failing = rules.database.transaction(async (tx) => {
    await rules.events.record(tx, cli, 'delete', { subject: null, data: { before: {} } });
    throw new Error('no');
  });
  assert.instance(await failing.catch((error: unknown) => error), Error);
  const impossible = { ...cli, credential: { scheme: 'session', id: 'x'.repeat(201) } };
  const clerk = await rules.user('clerk@example.org', 'staff');
  const rowsBefore = await rows();
  const change = rules.database.transaction((tx) => changeRole(tx, impossible, rules.events, clerk.id, 'user'));
  assert.instance(await change.catch((error: unknown) => error), Error);
  assert.is(await rows(), rowsBefore);
  assert.is(rowsBefore, before + 1);
  const role = rules.database.oneFirst(sql.type(z.object({ role: z.string() }))`
    select role from rustio_user where id = ${clerk.id}
  `);
  assert.is(await role, 'staff');
});

test('attack: update, delete and truncate are rejected, even as a replica and for a single column', async () => {
  await note('1');
  const attempts = [
    'update rustio_audit set event = event',
    "update rustio_audit set after = '{}' where false",
    'delete from rustio_audit',
    'truncate rustio_audit',
    'truncate rustio_audit cascade',
    "set session_replication_role = 'replica'; delete from rustio_audit",
    "insert into rustio_audit (id, event, actor_kind, actor_label, correlation_id) overriding system value select id, 'x', 'job', 'x', 'x' from rustio_audit on conflict (id) do update set event = 'x'",
    'merge into rustio_audit a using (select 1) s on true when matched then delete',
  ];
  for (const attempt of attempts) {
    const outcome = await withPlainConnection(rules.url, (client) => client.query(attempt)).catch(
      (error: unknown) => error,
    );
    assert.match(String(outcome), 'append-only', attempt);
  }
  assert.is(await rows(), 1);
});

test('entries of a user remain when their account is deleted', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  await note('1', 'update', by(clerk));
  const rowsBefore = await rows();
  await rules.database.query(sql.unsafe`delete from rustio_user where id = ${clerk.id}`);
  assert.is(await rows(), rowsBefore);
  const { entries } = await readEntries(rules.database, { model: 'strike' }, { size: 10 });
  assert.is(entries[0]?.actor.label, 'clerk@example.org');
});

test('paging to the oldest and back to the newest entry shows every row once, in order', async () => {
  for (let i = 0; i < 23; i++) await note(String(i));
  const down: string[] = [];
  let page = await readEntries(rules.database, {}, { size: 5 });
  assert.not.ok(page.newer);
  for (;;) {
    down.push(...page.entries.map(({ id }) => id));
    const last = page.entries.at(-1)?.id;
    if (!page.older || last === undefined) break;
    page = await readEntries(rules.database, {}, { size: 5, before: last });
    assert.ok(page.newer);
  }
  assert.is(down.length, 23);
  assert.equal(
    down,
    down.toSorted((a, b) => Number(b) - Number(a)),
  );

  const up: string[] = page.entries.map(({ id }) => id);
  for (;;) {
    const first = page.entries.at(0)?.id;
    if (!page.newer || first === undefined) break;
    page = await readEntries(rules.database, {}, { size: 5, after: first });
    up.unshift(...page.entries.map(({ id }) => id));
  }
  assert.equal(up, down);
});

test('filters by event, user, model, record, day in the user’s time zone, and correlation ID', async () => {
  const clerk = await rules.user('Clerk@example.org', 'staff');
  await note('1', 'create', by(clerk));
  await note('2', 'update');
  const idOf = (email: string) => {
    const id = users.idOf(email);
    assert.ok(id);
    return id;
  };
  const matching = async (filter: Parameters<typeof readEntries>[1]) =>
    (await readEntries(rules.database, filter, { size: 10 })).entries.map(
      ({ event, subject }) => `${event} ${subject?.label}`,
    );
  assert.equal(await matching({ events: ['create', 'update'] }), ['update Strike 2', 'create Strike 1']);
  assert.equal(await matching({ user: idOf('clerk@EXAMPLE.org') }), ['create Strike 1']);
  assert.equal(await matching({ user: idOf('nobody@example.org') }), []);
  assert.equal(await matching({ model: 'user' }), ['user_created Clerk@example.org']);
  assert.equal(await matching({ model: 'strike', key: '2' }), ['update Strike 2']);
  assert.equal(await matching({ correlationId: 'a-request-of-a-test' }), ['create Strike 1']);
  const inZone = (timeZone: string) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
  for (const timeZone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', '+14:00', '-11:00']) {
    const today = inZone(timeZone);
    assert.is((await matching({ from: today, to: today, timeZone })).length, 3, timeZone);
    assert.equal(await matching({ to: '2001-01-01', timeZone }), []);
    assert.equal(await matching({ from: '9999-01-01', timeZone }), []);
  }
});

test('a change whose entry a rule or trigger discards fails (F10)', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  const swallows = [
    'create rule swallowed as on insert to rustio_audit do instead nothing',
    `create function swallow() returns trigger language plpgsql as 'begin return null; end';
     create trigger a_swallow before insert on rustio_audit for each row execute function swallow()`,
  ];
  for (const swallow of swallows) {
    await runSql(rules.url, swallow);
    const change = rules.database.transaction((tx) => changeRole(tx, cli, rules.events, clerk.id, 'supervisor'));
    assert.match(String(await change.catch((error: unknown) => error)), 'could not be recorded in the audit trail');
    assert.is((await users.find?.(rules.database, 'clerk@example.org'))?.role, 'staff');
    await withPlainConnection(rules.url, (client) =>
      client.query('drop rule if exists swallowed on rustio_audit; drop trigger if exists a_swallow on rustio_audit'),
    );
  }
});

test('doctor reports every change to the table of the audit trail (F10)', async () => {
  const [check] = checks;
  assert.ok(check);
  const run = check.run as (context: object) => Promise<CheckResult>;
  const result = () => run.call(check, { database: rules.database });
  assert.is((await result()).status, 'ok');
  const changes: readonly (readonly [change: string, undo: string])[] = [
    [
      'alter table rustio_audit disable trigger rustio_audit_append_only',
      'alter table rustio_audit enable always trigger rustio_audit_append_only',
    ],
    [
      'alter table rustio_audit enable trigger rustio_audit_append_only',
      'alter table rustio_audit enable always trigger rustio_audit_append_only',
    ],
    [
      "create or replace function rustio_audit_append_only() returns trigger language plpgsql as 'begin return null; end'",
      `create or replace function rustio_audit_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only: % rejected', lower(tg_op)
    using errcode = 'restrict_violation';
end
$$`,
    ],
    ['create rule quiet as on insert to rustio_audit do instead nothing', 'drop rule quiet on rustio_audit'],
    ['create rule quiet as on delete to rustio_audit do instead nothing', 'drop rule quiet on rustio_audit'],
    [
      `create function loud() returns trigger language plpgsql as 'begin return new; end';
       create trigger loud before insert on rustio_audit for each row execute function loud()`,
      'drop trigger loud on rustio_audit',
    ],
    [
      "alter table rustio_audit alter column actor_label type varchar(200) using 'x'",
      'alter table rustio_audit alter column actor_label type text',
    ],
    [
      'alter table rustio_audit alter column event drop not null',
      'alter table rustio_audit alter column event set not null',
    ],
    [
      'alter table rustio_audit alter column at set default now()',
      'alter table rustio_audit alter column at set default clock_timestamp()',
    ],
    ['alter table rustio_audit add column more text', 'alter table rustio_audit drop column more'],
    ['drop trigger rustio_audit_append_only on rustio_audit', ''],
  ];
  for (const [change, undo] of changes) {
    await runSql(rules.url, change);
    assert.is((await result()).status, 'failed', change);
    await runSql(rules.url, undo);
    if (undo !== '') assert.is((await result()).status, 'ok', undo);
  }
});
