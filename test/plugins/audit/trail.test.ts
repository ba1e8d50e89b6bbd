import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { CheckResult } from '../../../core/command.ts';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { checks } from '../../../plugins/audit/checks.ts';
import { readEntries } from '../../../plugins/audit/entries.ts';
import { changeRole } from '../../../plugins/auth/change-account.ts';
import { people } from '../../../plugins/auth/people.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, type House, openHouse } from '../auth/house.ts';

const test = suite('audit: the trail');
let house: House;
test.before.each(async () => {
  house = await openHouse();
});
test.after.each(() => house.close());

const rows = () =>
  house.database.oneFirst(sql.type(z.object({ n: z.number() }))`select count(*)::integer as n from rustio_audit`);
const note = (key: string, name: 'create' | 'update' | 'delete' = 'create', cause = cli) =>
  house.database.transaction((tx) =>
    house.events.record(tx, cause, name, {
      subject: { model: 'strike', key, label: `Strike ${key}` },
      data: { before: { speed: 1 }, after: { speed: 2 } },
    }),
  );

test('an event is one row with who, what, before, after and from where', async () => {
  const administrator = await house.user('admin@example.org', 'administrator');
  const clerk = await house.user('clerk@example.org', 'staff');
  const session = '11111111-2222-4333-8444-555555555555';
  await house.database.transaction((tx) =>
    changeRole(tx, by(administrator, session), house.events, clerk.id, 'supervisor'),
  );
  const { entries } = await readEntries(house.database, { events: ['user_updated'] }, { size: 10 });
  const [entry] = entries;
  assert.is(entries.length, 1);
  assert.equal(entry?.actor, { kind: 'person', id: String(administrator.id), label: 'admin@example.org' });
  assert.equal(entry?.subject, { model: 'user', key: String(clerk.id), label: 'clerk@example.org' });
  assert.equal([entry?.before, entry?.after, entry?.data], [{ role: 'staff' }, { role: 'supervisor' }, null]);
  assert.is(entry?.correlationId, 'a-request-of-a-test');
  assert.equal(entry?.credential, { scheme: 'session', id: session });
  assert.is(entry?.address, '192.0.2.7');
});

test('a change that is rolled back leaves no row, and a row that cannot be written takes the change along', async () => {
  const before = await rows();
  const failing = house.database.transaction(async (tx) => {
    await house.events.record(tx, cli, 'delete', { subject: null, data: { before: {} } });
    throw new Error('no');
  });
  assert.instance(await failing.catch((error: unknown) => error), Error);
  const impossible = { ...cli, credential: { scheme: 'session', id: 'x'.repeat(201) } };
  const clerk = await house.user('clerk@example.org', 'staff');
  const made = await rows();
  const change = house.database.transaction((tx) => changeRole(tx, impossible, house.events, clerk.id, 'user'));
  assert.instance(await change.catch((error: unknown) => error), Error);
  assert.is(await rows(), made);
  assert.is(made, before + 1);
  const role = house.database.oneFirst(sql.type(z.object({ role: z.string() }))`
    select role from rustio_user where id = ${clerk.id}
  `);
  assert.is(await role, 'staff');
});

test('attack: nobody updates, deletes or truncates, not even as a replica, and not a single column', async () => {
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
    const outcome = await withPlainConnection(house.url, (client) => client.query(attempt)).catch(
      (error: unknown) => error,
    );
    assert.match(String(outcome), 'append-only', attempt);
  }
  assert.is(await rows(), 1);
});

test('the trail of somebody stays when his account goes', async () => {
  const clerk = await house.user('clerk@example.org', 'staff');
  await note('1', 'update', by(clerk));
  const made = await rows();
  await house.database.query(sql.unsafe`delete from rustio_user where id = ${clerk.id}`);
  assert.is(await rows(), made);
  const { entries } = await readEntries(house.database, { model: 'strike' }, { size: 10 });
  assert.is(entries[0]?.actor.label, 'clerk@example.org');
});

test('walking older to the end and newer to the start gives every row once, in order', async () => {
  for (let i = 0; i < 23; i++) await note(String(i));
  const down: string[] = [];
  let page = await readEntries(house.database, {}, { size: 5 });
  assert.not.ok(page.newer);
  for (;;) {
    down.push(...page.entries.map(({ id }) => id));
    const last = page.entries.at(-1)?.id;
    if (!page.older || last === undefined) break;
    page = await readEntries(house.database, {}, { size: 5, before: last });
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
    page = await readEntries(house.database, {}, { size: 5, after: first });
    up.unshift(...page.entries.map(({ id }) => id));
  }
  assert.equal(up, down);
});

test('filters narrow by event, person, model, record, day in the reader’s zone, and what belongs together', async () => {
  const clerk = await house.user('Clerk@example.org', 'staff');
  await note('1', 'create', by(clerk));
  await note('2', 'update');
  const idOf = (email: string) => {
    const id = people.idOf(email);
    assert.ok(id);
    return id;
  };
  const found = async (filter: Parameters<typeof readEntries>[1]) =>
    (await readEntries(house.database, filter, { size: 10 })).entries.map(
      ({ event, subject }) => `${event} ${subject?.label}`,
    );
  assert.equal(await found({ events: ['create', 'update'] }), ['update Strike 2', 'create Strike 1']);
  assert.equal(await found({ person: idOf('clerk@EXAMPLE.org') }), ['create Strike 1']);
  assert.equal(await found({ person: idOf('nobody@example.org') }), []);
  assert.equal(await found({ model: 'user' }), ['user_created Clerk@example.org']);
  assert.equal(await found({ model: 'strike', key: '2' }), ['update Strike 2']);
  assert.equal(await found({ correlationId: 'a-request-of-a-test' }), ['create Strike 1']);
  const inZone = (timeZone: string) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
  for (const timeZone of ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    const today = inZone(timeZone);
    assert.is((await found({ from: today, to: today, timeZone })).length, 3, timeZone);
    assert.equal(await found({ to: '2001-01-01', timeZone }), []);
    assert.equal(await found({ from: '9999-01-01', timeZone }), []);
  }
});

test('the doctor sees when the guard of the trail is missing or switched off', async () => {
  const [check] = checks;
  const { database } = house;
  const context = {
    database,
    project: { folder: '/', environment: {} as never, config: undefined, configError: undefined },
  };
  assert.ok(check);
  const run = check.run as (context: object) => Promise<CheckResult>;
  const status = async () => (await run.call(check, context)).status;
  assert.is(await status(), 'ok');
  await database.query(sql.unsafe`alter table rustio_audit disable trigger rustio_audit_append_only`);
  assert.is(await status(), 'failed');
  await database.query(sql.unsafe`drop trigger rustio_audit_append_only on rustio_audit`);
  assert.is(await status(), 'failed');
});
