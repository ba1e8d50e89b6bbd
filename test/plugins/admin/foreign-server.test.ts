// Black box: tables of a foreign server that is down, rejects the login, or has other tables than expected.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { queryRows, runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { factsOf, rowsOf } from './page.ts';

const test = suite('admin: tables of a foreign server');
const Far = defineModel('far', { fields: { id: field.integer(), name: field.text() }, key: 'id', managed: false });
const Near = defineModel('near', {
  fields: {
    id: field.integer(),
    name: field.text(),
    far: field.belongsTo(() => Far, { column: 'far', nullable: true }),
  },
  key: 'id',
  managed: false,
});
const models = [Far, Near];
let app: TestApp;
let clerk: Client;
let back = '';

test.before(async () => {
  app = await testApp(
    {
      models,
      plugins: {
        admin: {
          admins: [
            defineAdmin(Far, { list: ['id', 'name'], search: ['name'] }),
            defineAdmin(Near, { list: ['name', 'far'], filters: ['far'], search: ['name'] }),
          ],
        },
      },
    },
    { environment: { databasePool: 1 } },
  );
  const { url } = app.app.database;
  const { hostname, port, pathname, username, password } = new URL(url);
  const login = `user '${username}', password '${decodeURIComponent(password)}'`;
  await runSql(
    url,
    `create extension postgres_fdw;
    create server other foreign data wrapper postgres_fdw
      options (host '${hostname}', port '${port}', dbname '${pathname.slice(1)}');
    create user mapping for current_user server other options (${login});
    create table remote (id int primary key, name text); insert into remote values (7, 'far away');
    create foreign table far (id int, name text) server other options (table_name 'remote');
    create table near (id int primary key, name text not null, far int); insert into near values (1, 'here', 7);`,
  );
  back = `alter server other options (set port '${port}');
    alter user mapping for current_user server other options (${login.replaceAll(/(?=user '|password ')/g, 'set ')});
    alter foreign table far options (set table_name 'remote')`;
  await app.app.records.refreshEstimates();
  clerk = await app.signInAs('staff', permissionsFor(models));
});
test.after(() => app.close());

const failures = [
  ['cannot be reached', `alter server other options (set port '1')`],
  [
    'rejects the login',
    `alter user mapping for current_user server other options (set user 'nobody', set password 'x')`,
  ],
  ['does not have the table', `alter foreign table far options (set table_name 'gone')`],
] as const;

for (const [what, change] of failures) {
  test(`a foreign server that ${what} is reported, and the connections to the database stay open`, async () => {
    const { url } = app.app.database;
    const connections = `select array_agg(pid order by pid)::text as pids from pg_stat_activity
      where datname = current_database() and application_name like 'rustio%'`;
    assert.is((await clerk.get('/admin/fars')).status, 200);
    const before = await queryRows(url, connections);
    await runSql(url, change);
    for (const page of ['fars', 'fars/7', 'fars?q=far']) {
      const { status, text } = await clerk.get(`/admin/${page}`);
      assert.is(status, 500, page);
      assert.match(text, 'RIO-DATABASE-DATA');
    }
    assert.equal(await queryRows(url, connections), before);
    await runSql(url, back);
    assert.is((await clerk.get('/admin/fars/7')).status, 200);
  });
}

for (const [what, change] of failures) {
  test(`if a foreign server ${what}, records that refer to its rows show their keys and can be changed`, async () => {
    const { url } = app.app.database;
    assert.equal(rowsOf((await clerk.get('/admin/nears')).text)[0], ['here', 'far away']);
    await runSql(url, change);
    const errors = app.errors.length;
    for (const page of ['nears', 'nears?q=here', 'nears?f.far=7']) {
      const { status, text } = await clerk.get(`/admin/${page}`);
      assert.is(status, 200, page);
      assert.equal(rowsOf(text)[0], ['here', '7'], page);
    }
    assert.is(factsOf((await clerk.get('/admin/nears/1')).text).Far, '7');
    assert.ok(app.errors.length > errors, 'the reason is logged');
    for (const page of ['', '/+edit', '/+delete', '/+history'])
      assert.is((await clerk.get(`/admin/nears/1${page}`)).status, 200, page);
    for (const name of ['changed', 'here'])
      assert.is((await clerk.submit('/admin/nears/1/+edit', { name })).status, 303, name);
    assert.equal(await queryRows(url, 'select name, far from near'), [{ name: 'here', far: 7 }]);
    await runSql(url, back);
    assert.equal(rowsOf((await clerk.get('/admin/nears')).text)[0], ['here', 'far away']);
  });
}
