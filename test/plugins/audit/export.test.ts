// Exports of the audit trail: what they contain, who gets them, and their own entry.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { sql, z } from '../../../index.ts';
import { exportEntries } from '../../../plugins/audit/export-entries.ts';
import { findAccountByEmail } from '../../../plugins/auth/account.ts';
import { changeRole } from '../../../plugins/auth/change-account.ts';
import { findUserActor } from '../../../plugins/auth/user-actor.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';
import { linkTo } from '../admin/page.ts';
import { by } from '../auth/rules-database.ts';

const Boat = defineModel('boat', {
  fields: { name: field.text({ max: 100 }), value: field.json(z.unknown(), { nullable: true }) },
});
const Crew = defineModel('crew', { fields: { name: field.text({ max: 100 }) } });
const Note = defineModel('note', { label: ['title'], fields: { title: field.text({ max: 100, multiline: true }) } });

const test = suite('audit: export');
const cli = commandAuditContext();
const EXPORT = '/admin/audit/+export';
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [Boat, Crew, Note] });
});
test.after(() => desk.close());

const add = (name: string, value: unknown = null) =>
  desk.app.database.transaction((tx) => desk.app.write.create(tx, cli, Boat, { name, value }));

test('the JSON export contains the filtered entries with every digit, newest first', async () => {
  await add('Maria', JSON.rawJSON('12345678901234567890.10'));
  await add('=HYPERLINK("http://evil.example")');
  const reader = await desk.signInAs('administrator');
  const list = await reader.get('/admin/audit?model=boat&event=create');
  const page = linkTo(list.text, 'Export');
  assert.is(page, `${EXPORT}?model=boat&event=create`);
  const response = await reader.submit(page, { format: 'json' }, page);
  assert.is(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', 'application/json');
  assert.match(
    response.headers.get('content-disposition') ?? '',
    /^attachment; filename="audit-\d{4}-\d\d-\d\d\.json"$/,
  );
  const entries: readonly Record<string, unknown>[] = JSON.parse(response.text);
  assert.equal(
    entries.map(({ event, model, record, before }) => [event, model, record, before]),
    [
      ['create', 'boat', '=HYPERLINK("http://evil.example")', null],
      ['create', 'boat', 'Maria', null],
    ],
  );
  assert.match(response.text, '12345678901234567890.10');
  assert.match(String(entries[0]?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
});

test('attack: a cell of the CSV export is never a formula', async () => {
  await add('@SUM(1)');
  const reader = await desk.signInAs('administrator');
  const { status, text, headers } = await reader.submit(
    `${EXPORT}?model=boat`,
    { format: 'csv' },
    `${EXPORT}?model=boat`,
  );
  assert.is(status, 200);
  assert.match(headers.get('content-type') ?? '', 'text/csv');
  const [head, ...lines] = text.replace(/^\uFEFF/, '').split('\r\n');
  assert.is(head, 'id,time,event,actor,actorName,model,key,record,before,after,data,ip,request,credential,count');
  assert.ok(
    lines.some((line) => line.includes(",'@SUM(1),")),
    'the cell has an apostrophe',
  );
  assert.not.ok(lines.some((line) => /,"?[=+@]/.test(line)));
});

test('attack: a line break in a cell of the CSV export does not begin another row', async () => {
  await desk.app.database.transaction((tx) => desk.app.write.create(tx, cli, Note, { title: 'harmless\n=1+1' }));
  const reader = await desk.signInAs('administrator');
  const query = '?model=note';
  const { text } = await reader.submit(EXPORT + query, { format: 'csv' }, EXPORT + query);
  assert.ok(text.includes(',"harmless\n=1+1",'), text);
});

test('an export is an entry of the audit trail, written before the file', async () => {
  const reader = await desk.signInAs('administrator');
  const query = '?model=crew&address=192.0.2.99';
  const { text } = await reader.submit(EXPORT + query, { format: 'json' }, EXPORT + query);
  assert.equal(JSON.parse(text), []);
  const { data } = await desk.app.database.one(
    sql.type(z.object({ data: z.unknown() }))`
      select data from rustio_audit where event = 'audit_exported' order by id desc limit 1
    `,
  );
  assert.equal(data, { format: 'json', filters: 'model=crew&address=192.0.2.99' });
});

test('all entries are exported once, over several statements', async () => {
  await desk.app.database.query(sql.unsafe`
    insert into rustio_audit (event, actor_kind, actor_label, correlation_id)
    select 'login_failed', 'anonymous', '', 'many-entries-of-this-test' from generate_series(1, 2500)
  `);
  const reader = await desk.signInAs('administrator');
  const query = '?correlation=many-entries-of-this-test';
  const { text } = await reader.submit(EXPORT + query, { format: 'json' }, EXPORT + query);
  const ids: readonly string[] = JSON.parse(text).map(({ id }: { readonly id: string }) => id);
  assert.is(ids.length, 2_500);
  assert.is(new Set(ids).size, 2_500);
});

test('attack: an export contains nothing of records that the user cannot see', async () => {
  await add('Secret of the shipyard', { note: 'hidden value' });
  const auditor = await desk.signInAs('staff', ['audit.view', 'audit.export', 'crew.view']);
  for (const format of ['csv', 'json']) {
    const { status, text } = await auditor.submit(EXPORT, { format }, EXPORT);
    assert.is(status, 200);
    assert.match(text, 'boat');
    assert.not.match(text, 'Secret of the shipyard');
    assert.not.match(text, 'hidden value');
  }
});

test('only users with both permissions see the link and get an export', async () => {
  for (const permissions of [['audit.view'], ['audit.export'], []]) {
    const reader = await desk.signInAs('staff', permissions);
    assert.is((await reader.get(EXPORT)).status, 403, permissions.join());
    assert.is((await reader.post(EXPORT, { format: 'csv' })).status, 403, permissions.join());
    assert.is(linkTo((await reader.get('/admin/audit')).text, 'Export'), '', permissions.join());
  }
  assert.is((await (await desk.signInAs('staff', ['audit.view', 'audit.export'])).get(EXPORT)).status, 200);
});

test('an export requires a recent password', async () => {
  const reader = await desk.signInAs('administrator');
  await desk.app.database.query(
    sql.unsafe`update rustio_session set authenticated_at = now() - interval '16 minutes' where ended_at is null`,
  );
  assert.match((await reader.get(EXPORT)).location, '/admin/reauth');
});

test('attack: a filter that cannot be read exports nothing, instead of everything', async () => {
  const reader = await desk.signInAs('administrator');
  const token = (await reader.get(EXPORT)).text.match(/name="~token" value="([^"]+)"/)?.[1] ?? '';
  for (const query of ['?event=nothing', '?key=1', '?from=tomorrow', '?address=x', '?f.model=boat']) {
    assert.is((await reader.get(EXPORT + query)).status, 400, query);
    assert.is((await reader.post(EXPORT + query, { format: 'json', '~token': token })).status, 400, query);
  }
  assert.is((await reader.post(EXPORT, { format: 'xml', '~token': token })).status, 400);
});

test('attack: an export ends when its user loses the permission', async () => {
  await desk.app.database.query(sql.unsafe`
    insert into rustio_audit (event, actor_kind, actor_label, correlation_id)
    select 'login_failed', 'anonymous', '', 'an-export-of-a-demoted-user' from generate_series(1, 1500)
  `);
  const account = await findAccountByEmail(desk.app.database, await desk.account('administrator'));
  const user = account && (await findUserActor(desk.app.database, account.id));
  if (!user) throw new Error('the account does not exist');
  await desk.account('administrator'); // one must remain
  const wanted = { format: 'json', filter: { correlationId: 'an-export-of-a-demoted-user' }, filters: '' } as const;
  const parts = await exportEntries(desk.app, by(user), wanted);
  assert.is(JSON.parse(`${(await parts.next()).value}]`).length, 1_000);
  await desk.app.database.transaction((tx) => changeRole(tx, cli, desk.app.events, user.id, 'staff'));
  await parts.next().then(
    () => assert.unreachable(),
    (error: unknown) => assert.match(String(error), /permission/),
  );
});

test('no response was undeclared, and no error was logged', () => {
  assert.equal(desk.errors, []);
});
