// Permissions of models that were removed, and changes of permissions in several processes.
import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, field, sql } from '../../../index.ts';
import { PASSWORD, testApp, withApp } from '../../support/app.ts';
import { preparedTemplate } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';

const test = suite('auth: permissions of removed models');

const Strike = defineModel('strike', { fields: { name: field.text() } });
const config = { models: [Strike], plugins: { admin: { admins: [defineAdmin(Strike, {})] } } };

test('doctor names permissions of models that do not exist, and who has them (F16)', async () => {
  await withApp({}, async (app) => {
    assert.is((await app.check('permissions')).status, 'ok');
    const email = await app.account('staff', ['audit.view']);
    assert.is((await app.check('permissions')).status, 'ok');
    await app.app.database.query(
      sql.unsafe`insert into rustio_group_permission (group_id, permission) select id, 'ghost.delete' from rustio_group`,
    );
    await app.app.database.query(
      sql.unsafe`insert into rustio_user_permission (user_id, permission) select id, 'ghost.view' from rustio_user`,
    );
    const { status, message } = await app.check('permissions');
    assert.is(status, 'warning');
    assert.match(message, `ghost.delete to the group of ${email}`);
    assert.match(message, `ghost.view to the user ${email}`);
    assert.not.match(message, 'audit.view');
    await app.command('group revoke', { name: `of ${email}`, permission: 'ghost.delete' });
    await app.command('user revoke', { email, permission: 'ghost.view' });
    assert.is((await app.check('permissions')).status, 'ok');
  });
});

test('permissions of a removed model do not come back with a new model of the same name', async () => {
  await withApp(config, async (app) => {
    const { url } = app.app.database;
    const member = await app.signInAs('staff', ['strike.view']);
    const direct = await app.account('staff');
    await app.command('user grant', { email: direct, permission: 'strike.view' });
    const holder = app.client();
    await holder.signIn(direct, PASSWORD);
    for (const client of [member, holder]) assert.is((await client.get('/admin/strikes')).status, 200);
    await runSql(url, 'alter table strike rename to renamed; alter table renamed rename to strike');
    for (const client of [member, holder])
      assert.is((await client.get('/admin/strikes')).status, 200, 'renamed and back');

    // The same SQL as `migrate make` writes for a model that is removed, and later for a new one of that name.
    await runSql(url, 'drop table strike');
    await runSql(url, 'create table strike (id bigint generated always as identity primary key, name text not null)');
    for (const client of [member, holder]) assert.is((await client.get('/admin/strikes')).status, 403);
    assert.match((await app.command('group list')).join('\n'), 'strike.view (without effect: the model was removed)');
    const { status, message } = await app.check('permissions');
    assert.is(status, 'warning');
    assert.match(message, `strike.view to the user ${direct}`);

    // Granted again, it is for the new model.
    await app.command('user grant', { email: direct, permission: 'strike.view' });
    assert.is((await holder.get('/admin/strikes')).status, 200);
    assert.is((await member.get('/admin/strikes')).status, 403);
  });
});

test('permissions for a table that is managed elsewhere remain when other programs drop and create it again', async () => {
  const Report = defineModel('report', {
    fields: { id: field.integer(), name: field.text() },
    key: 'id',
    managed: false,
  });
  await withApp({ models: [Report], plugins: { admin: { admins: [defineAdmin(Report, {})] } } }, async (app) => {
    const { url } = app.app.database;
    const view = "create view report as select 1 as id, 'first'::text as name";
    await runSql(url, view);
    const member = await app.signInAs('staff', ['report.view']);
    const email = await app.account('staff');
    await app.command('user grant', { email, permission: 'report.view' });
    const holder = app.client();
    await holder.signIn(email, PASSWORD);
    for (const statement of [
      `drop view report; ${view}`,
      'drop view report; create table report (id int primary key, name text)',
    ]) {
      await runSql(url, statement);
      for (const client of [member, holder]) assert.is((await client.get('/admin/reports')).status, 200, statement);
    }
    assert.is((await app.check('permissions')).status, 'ok');
  });
});

test('a change of permissions takes effect in every process at the next request', async () => {
  const first = await testApp(config);
  const { url } = first.app.database;
  const template = await preparedTemplate('nothing', async () => {});
  const second = await testApp(config, { template, connectVia: async () => url });
  try {
    const email = await first.account('staff', ['strike.view']);
    const here = first.client();
    const there = second.client();
    await Promise.all([here.signIn(email, PASSWORD), there.signIn(email, PASSWORD)]);
    const statuses = async () => [
      (await here.get('/admin/strikes')).status,
      (await there.get('/admin/strikes')).status,
    ];
    const group = { name: `of ${email}` };
    assert.equal(await statuses(), [200, 200]);
    for (const [revoke, grant] of [
      ['group revoke', 'group grant'],
      ['group remove', 'group add'],
    ] as const) {
      await first.command(revoke, { ...group, email, permission: 'strike.view' });
      assert.equal(await statuses(), [403, 403], revoke);
      await second.command(grant, { ...group, email, permission: 'strike.view' });
      assert.equal(await statuses(), [200, 200], grant);
    }
    await second.command('group delete', group);
    assert.equal(await statuses(), [403, 403], 'the group was deleted');
    await first.command('user grant', { email, permission: 'strike.view' });
    assert.equal(await statuses(), [200, 200], 'granted directly');
    await second.command('user role', { email, role: 'user' });
    assert.equal(
      [(await here.get('/admin/strikes')).status, (await there.get('/admin/strikes')).status],
      [303, 303],
      'the sessions have ended',
    );
  } finally {
    await second.close();
    await first.close();
  }
});
