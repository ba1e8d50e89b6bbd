// Black box: tables that other programs change while the application runs.
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

const test = suite('admin: tables that change while it runs');
const described = { key: 'id', managed: false } as const;
const Maker = defineModel('maker', { fields: { id: field.integer(), name: field.text() }, ...described });
const Part = defineModel('part', {
  fields: {
    id: field.integer(),
    name: field.text(),
    maker: field.belongsTo(() => Maker, { column: 'maker', nullable: true }),
  },
  ...described,
});
const models = [Maker, Part];
const PAGES = ['parts', 'parts/1', 'parts/1/+edit', 'parts/1/+delete', 'parts/1/+history'];

/** A new application, which has read these tables. */
async function open(): Promise<{ app: TestApp; clerk: Client; url: string }> {
  const admins = [defineAdmin(Maker, {}), defineAdmin(Part, { list: ['name', 'maker'] })];
  const app = await testApp({ models, plugins: { admin: { admins } } });
  const { url } = app.app.database;
  await runSql(
    url,
    `create table maker (id int primary key, name text not null); insert into maker values (5, 'Bolt & Co');
    create table part (id int primary key, name text not null, maker int); insert into part values (1, 'bolt', 5);`,
  );
  const clerk = await app.signInAs('staff', permissionsFor(models));
  // Three times, so that statements are prepared.
  for (const page of [...PAGES, ...PAGES, ...PAGES]) assert.is((await clerk.get(`/admin/${page}`)).status, 200, page);
  return { app, clerk, url };
}

for (const [what, change] of [
  ['is replaced by a view', 'alter table part rename to part_base; create view part as select * from part_base'],
  ['gets another column', "alter table part add column note text default 'x'"],
  [
    'gets columns of wider types',
    'alter table part alter id type bigint, alter maker type bigint, alter name type varchar(90)',
  ],
  [
    'is replaced by a copy with its columns in another order',
    'alter table part rename to old; create table part as select maker, name, id from old; alter table part add primary key (id)',
  ],
  [
    'becomes partitioned',
    `alter table part rename to old; create table part (like old) partition by list (id);
    create table part_rest partition of part default; insert into part select * from old`,
  ],
] as const) {
  test(`a table that ${what} can be read and changed at once`, async () => {
    const { app, clerk, url } = await open();
    try {
      await runSql(url, change);
      for (const page of PAGES.slice(1)) assert.is((await clerk.get(`/admin/${page}`)).status, 200, page);
      assert.equal(rowsOf((await clerk.get('/admin/parts')).text)[0], ['bolt', 'Bolt & Co']);
      assert.is((await clerk.submit('/admin/parts/1/+edit', { name: 'nut' })).status, 303);
      assert.equal(await queryRows(url, 'select name, maker::int from part'), [{ name: 'nut', maker: 5 }]);
    } finally {
      await app.close();
    }
  });
}

for (const [what, change, back] of [
  ['is dropped', 'alter table maker rename to gone', 'alter table gone rename to maker'],
  ['loses a column', 'alter table maker rename name to title', 'alter table maker rename title to name'],
] as const) {
  test(`if the table that a relation references ${what}, records show its keys and can be changed`, async () => {
    const { app, clerk, url } = await open();
    try {
      await runSql(url, change);
      for (const page of PAGES) assert.is((await clerk.get(`/admin/${page}`)).status, 200, page);
      assert.equal(rowsOf((await clerk.get('/admin/parts')).text)[0], ['bolt', '5']);
      assert.is(factsOf((await clerk.get('/admin/parts/1')).text).Maker, '5');
      assert.is((await clerk.submit('/admin/parts/1/+edit', { name: 'nut' })).status, 303);
      await runSql(url, back);
      assert.equal(rowsOf((await clerk.get('/admin/parts')).text)[0], ['nut', 'Bolt & Co']);
    } finally {
      await app.close();
    }
  });
}
