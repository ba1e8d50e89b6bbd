// Events that can be repeated at will: one entry for all of a minute, with their number; refusals among them.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { type AuditContext, anonymous, jobActor } from '../../../core/policy/actor.ts';
import { auditContext } from '../../../core/request/context.ts';
import { checks } from '../../../plugins/audit/checks.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { failureOf } from '../../support/failure.ts';
import { runCheck } from '../../support/run-tool.ts';
import { suite } from '../../support/suite.ts';
import { textOf } from '../admin/page.ts';

const test = suite('audit: counted events');
const Paper = defineModel('paper', { fields: { name: field.text() } });
const row = z.object({
  event: z.string(),
  minute: z.string(),
  subject: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  count: z.number(),
});

/** A page that lets any signed-in user try to change any paper, and answers with the outcome. */
const trying = definePlugin({
  name: 'trying',
  api: 1,
  routes(routes) {
    routes.post('/+try', { access: { signedIn: true }, csrf: 'origin', responses: [200] }, async (ctx, app) => {
      const failing = app.database.transaction(async (tx) => {
        await app.write.update(tx, auditContext(ctx), Paper, '1', { name: 'Mine' });
        throw new Error('rolled back');
      });
      await failing.catch(() => undefined);
      ctx.body = 'tried';
    });
  },
});

let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [Paper], extend: [trying] });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** The entries of an event since the last call, oldest first, each with its count. */
let seen = '0';
async function entriesOf(event: string): Promise<readonly z.infer<typeof row>[]> {
  const rows = await desk.app.database.any(sql.type(row.extend({ id: z.string() }))`
    select
      id, event, date_trunc('minute', at)::text as minute, subject_model || ' ' || subject_key as subject,
      coalesce(data, '{}') as data, coalesce((select count from rustio_audit_count where entry_id = id), 0) as count
    from rustio_audit where event = ${event} and id > ${seen}::bigint order by id
  `);
  seen = await desk.app.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select coalesce(max(id), 0)::text as id from rustio_audit
  `);
  return rows;
}

const sum = (rows: readonly { readonly count: number }[]) => rows.reduce((total, { count }) => total + count, 0);
const minutes = (rows: readonly { readonly minute: string }[]) => new Set(rows.map(({ minute }) => minute)).size;

/** Records failed sign-ins as the sign-in page does, all at once. */
async function fail(
  ips: readonly string[],
  target: (index: number) => string = () => 'password unknown ',
): Promise<void> {
  const { database, events } = desk.app;
  await Promise.all(
    ips.map((ip, index) =>
      database.transaction((tx) => {
        const context: AuditContext = {
          actor: anonymous,
          correlationId: `attempt-${index}-of-a-test`,
          ip,
          credential: null,
        };
        const counted = target(index);
        const key = counted.split(' ')[2] ?? '';
        const subject = key === '' ? null : { model: 'user', key, label: key };
        return events.record(tx, context, 'login_failed', {
          subject,
          data: { reason: 'x', method: 'y' },
          aggregationKey: counted,
        });
      }),
    ),
  );
}

test('failed sign-ins of one origin are one entry per minute, and the page and the history show their number', async () => {
  const email = await desk.account('staff');
  const stranger = desk.client();
  for (let i = 0; i < 6; i += 1) assert.is((await stranger.signIn(`nobody-${i}@example.org`, 'wrong')).status, 401);
  for (let i = 0; i < 4; i += 1) assert.is((await stranger.signIn(email, 'wrong')).status, 401);
  const rows = await entriesOf('login_failed');
  assert.ok(rows.length <= 2 * minutes(rows), JSON.stringify(rows));
  const [unknown, known] = [
    rows.filter(({ subject }) => subject === null),
    rows.filter(({ subject }) => subject !== null),
  ];
  assert.equal([sum(unknown), sum(known)], [6, 4]);
  const reader = await desk.signInAs('administrator');
  const page = textOf((await reader.get('/admin/audit?event=login_failed')).text);
  for (const { count } of rows.filter((each) => each.count > 1)) assert.match(page, `Occurrences: ${count}, last at`);
  const [, key = ''] = known[0]?.subject?.split(' ') ?? [];
  const history = textOf((await reader.get(`/admin/users/${key}/+history`)).text);
  for (const { count } of known)
    assert.match(history, count === 1 ? 'Sign-in failed' : `Sign-in failed (${count} times)`);
});

test('many simultaneous failed sign-ins are one entry, and none is lost', async () => {
  await fail(Array.from({ length: 60 }, () => '198.51.100.7'));
  const rows = await entriesOf('login_failed');
  assert.is(sum(rows), 60);
  assert.is(rows.length, minutes(rows));
});

test('an origin is an IPv4 address or an IPv6 /64 network', async () => {
  const ips = ['203.0.113.1', '203.0.113.2', '2001:db8:1:1::1', '2001:db8:1:1:ffff::2', '2001:db8:1:2::1'];
  for (const ip of ips) await fail([ip]);
  const rows = await entriesOf('login_failed');
  assert.is(sum(rows), 5);
  assert.ok(rows.length >= 4 && rows.length <= 3 + minutes(rows), JSON.stringify(rows));
});

test('an anonymous user who tries many accounts fills neither the audit trail nor its counts', async () => {
  await fail(
    Array.from({ length: 40 }, () => '192.0.2.77'),
    (index) => `password wrong_password ${1_000 + index}`,
  );
  const rows = await entriesOf('login_failed');
  // Several accounts may be tried at the same moment, before each other's rows are there.
  assert.ok(rows.length <= 25 * minutes(rows), String(rows.length));
  const shared = rows.filter(({ subject }) => subject === null);
  assert.ok(shared.length > 0);
  for (const { data } of shared) assert.equal(data, { several: true });
  assert.is(sum(rows), 40);
});

test('counts can only grow, even in a session with the role replica', async () => {
  await fail(['192.0.2.78']);
  const { database } = desk.app;
  for (const attempt of [
    sql.unsafe`update rustio_audit_count set count = 1`,
    sql.unsafe`update rustio_audit_count set count = count + 2`,
    sql.unsafe`update rustio_audit_count set count = count + 1, minute = minute - interval '1 hour'`,
    sql.unsafe`update rustio_audit_count set entry_id = -1`,
    sql.unsafe`insert into rustio_audit_count (minute, source, target) values (now() - interval '31 minutes', 'a', 'b')`,
    sql.unsafe`delete from rustio_audit_count`,
    sql.unsafe`truncate rustio_audit_count`,
    sql.unsafe`insert into rustio_audit_count (minute, source, target, count) values (now(), 'a', 'b', 7)`,
  ]) {
    assert.match(String(await failureOf(database.query(attempt))), /only grow|append-only/, attempt.sql);
    const replica = database.transaction(async (tx) => {
      await tx.query(sql.unsafe`set local session_replication_role = replica`);
      await tx.query(attempt);
    });
    assert.match(String(await failureOf(replica)), /only grow|append-only/, attempt.sql);
  }
});

test('doctor reports a changed table of counts', async () => {
  const [check] = checks;
  const { database } = desk.app;
  const run = async () => (await runCheck(check, desk.app)).status;
  assert.is(await run(), 'ok');
  await database.query(sql.unsafe`alter table rustio_audit_count disable trigger rustio_audit_count_grows`);
  assert.is(await run(), 'failed');
  await database.query(sql.unsafe`alter table rustio_audit_count enable always trigger rustio_audit_count_grows`);
  assert.is(await run(), 'ok');
});

test('denied requests of a user are counted in one entry per page and minute; anonymous requests are not recorded', async () => {
  await entriesOf('access_denied');
  const clerk = await desk.signInAs('staff', ['paper.view']);
  for (let i = 0; i < 3; i += 1) assert.is((await clerk.get('/admin/audit?x=secret')).status, 403);
  assert.is((await clerk.get('/admin/papers/+new')).status, 403);
  assert.is((await clerk.post('/admin/papers/+new', { name: 'x' })).status, 403);
  await desk.client().get('/admin/audit');
  assert.is(
    (await desk.client().post('/admin/login', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }))
      .status,
    403,
  );
  const rows = await entriesOf('access_denied');
  assert.equal(
    Object.entries(Object.groupBy(rows, ({ data }) => String(data.request))).map(([request, of]) => [
      request,
      sum(of ?? []),
    ]),
    [
      ['GET /admin/audit', 3],
      ['GET /admin/papers/+new', 1],
      ['POST /admin/papers/+new', 1],
    ],
  );
  const reader = await desk.signInAs('administrator');
  assert.match((await reader.get('/admin/audit?event=access_denied')).text, 'Access denied');
});

test('a denied change is recorded although its transaction is rolled back', async () => {
  await entriesOf('change_denied');
  await desk.app.database.query(sql.unsafe`insert into paper (name) values ('Deed')`);
  const clerk = await desk.signInAs('staff', ['paper.view']);
  for (let i = 0; i < 2; i += 1) assert.is((await clerk.post('/admin/+try', {})).text, 'tried');
  const { database, write } = desk.app;
  const job: AuditContext = {
    actor: jobActor('import', ['paper.view']),
    correlationId: 'a-job-of-a-test-0001',
    ip: null,
    credential: null,
  };
  await database.transaction((tx) => write.create(tx, job, Paper, { name: 'New' }));
  await database.transaction((tx) => write.remove(tx, job, Paper, '1'));
  const stranger = { ...job, actor: anonymous };
  assert.is((await database.transaction((tx) => write.remove(tx, stranger, Paper, '1'))).outcome, 'forbidden');
  const rows = await entriesOf('change_denied');
  const byAction = Object.groupBy(rows, ({ data, subject }) => `${data.action} ${data.model}: ${subject}`);
  assert.equal(
    Object.entries(byAction).map(([what, of]) => [what, sum(of ?? [])]),
    [
      ['change paper: paper 1', 2],
      ['add paper: null', 1],
      ['delete paper: paper 1', 1],
    ],
  );
});
