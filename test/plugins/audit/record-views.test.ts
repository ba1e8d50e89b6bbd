// Models that record who has opened their records.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { sql, z } from '../../../index.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const Patient = defineModel('patient', { fields: { name: field.text({ max: 100 }) }, recordsViews: true });
const Room = defineModel('room', { fields: { name: field.text({ max: 100 }) } });

const test = suite('audit: views of records');
const cli = commandAuditContext();
let desk: TestApp;
test.before(async () => {
  const admins = [defineAdmin(Patient, { search: ['name'] }), defineAdmin(Room, {})];
  desk = await testApp({ models: [Patient, Room], plugins: { admin: { admins } } });
  await desk.app.database.transaction(async (tx) => {
    for (const name of ['Ana', 'Ben']) await desk.app.write.create(tx, cli, Patient, { name });
    await desk.app.write.create(tx, cli, Room, { name: 'Ward 1' });
  });
});
test.after(() => desk.close());

const viewRow = sql.type(z.object({ label: z.string(), views: z.number() }));
/** The number of views by record. A minute may end between two of them. */
const views = () =>
  desk.app.database.any(viewRow`
    select a.subject_label as label, sum(c.count)::integer as views
    from rustio_audit a
    join rustio_audit_count c on c.entry_id = a.id
    where a.event = 'record_viewed' and a.actor_kind = 'user'
    group by a.subject_label
    order by 1
  `);

test('who opens a record, its form or its history is recorded once per minute', async () => {
  const reader = await desk.signInAs('staff', ['patient.view', 'patient.change', 'room.view']);
  for (const path of ['1', '1/+edit', '1/+history', '2', '3', ''])
    await reader.get(`/admin/patients${path && `/${path}`}`);
  await reader.get('/admin/rooms/1');
  assert.equal(await views(), [
    { label: 'Ana', views: 3 },
    { label: 'Ben', views: 1 },
  ]);
});

test('requests that see nothing and lists record no view', async () => {
  const before = await views();
  const stranger = await desk.signInAs('staff', ['room.view']);
  assert.is((await stranger.get('/admin/patients/1')).status, 403);
  assert.is((await desk.client().get('/admin/patients/1')).status, 303);
  const reader = await desk.signInAs('staff', ['patient.view']);
  assert.is((await reader.get('/admin/patients?q=Ana')).status, 200);
  assert.is((await reader.get('/admin/patients/99')).status, 404);
  assert.equal(await views(), before);
});

test('no error was logged', () => {
  assert.equal(desk.errors, []);
});
