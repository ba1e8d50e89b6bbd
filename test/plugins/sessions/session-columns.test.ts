// A failing column of a plugin locks everyone out, so the error must name it.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin } from '../../../core/plugin.ts';
import { checks } from '../../../plugins/sessions/checks.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

declare module 'rustio-admin/sessions' {
  interface SessionColumns {
    shoeSize?: number;
    initial?: string;
  }
}

const shoes = definePlugin({
  name: 'shoes',
  api: 1,
  requires: ['sessions'],
  contributes: {
    'session.columns': (app) => [
      { name: 'initial', expression: sql.fragment`left(u.email, 1)`, schema: z.string() },
      { name: 'shoeSize', expression: sql.fragment`(select size from shoe where user_id = u.id)`, schema: z.number() },
      ...(app.plugins.length === 0 ? [] : []),
    ],
  },
  routes(routes) {
    routes.get('/shoes', { access: { signedIn: true } }, (ctx) => {
      ctx.body = JSON.stringify(ctx.state.session?.columns);
    });
  },
});

const test = suite('sessions: columns of plugins');
let desk: TestApp;
test.before(async () => {
  desk = await testApp({ models: [], extend: [shoes] });
});
test.after(() => desk.close());

const doctor = async () => {
  const check = checks.find(({ name }) => name === 'session-columns');
  if (check?.needs !== 'database') throw new Error('the check is gone');
  const project = { folder: '', environment: desk.app.environment, config: desk.app.config, configError: undefined };
  return check.run({ app: desk.app, database: desk.app.database, project });
};
const lastError = () => JSON.stringify(desk.errors.at(-1));

test('a column whose table is missing is named with its plugin in the log and by doctor', async () => {
  const client = await desk.signInAs('staff');
  assert.is((await client.get('/admin/shoes')).status, 500);
  assert.match(lastError(), 'RIO-SESSION-COLUMN');
  assert.match(lastError(), /shoeSize.*shoes/);
  assert.match(lastError(), 'does not exist');
  const result = await doctor();
  assert.is(result.status, 'failed');
  assert.match(result.message, /"shoeSize" of the plugin shoes.*does not exist/);
  assert.not.match(result.message, 'initial');
});

test('anonymous requests are not affected', async () => {
  assert.is((await desk.client().get('/admin/login')).status, 200);
});

test('a column whose value does not match its schema is named as well', async () => {
  await desk.app.database.query(sql.unsafe`create table shoe (user_id bigint, size text)`);
  const client = await desk.signInAs('staff');
  await desk.app.database.query(sql.unsafe`insert into shoe select id, 'large' from rustio_user`);
  assert.is((await client.get('/admin/shoes')).status, 500);
  assert.match(lastError(), /RIO-SESSION-COLUMN/);
  assert.match(lastError(), /shoeSize/);
});

test('working columns have their values, and doctor reports success', async () => {
  await desk.app.database.query(sql.unsafe`drop table shoe`);
  await desk.app.database.query(sql.unsafe`create table shoe (user_id bigint, size integer)`);
  const client = await desk.signInAs('staff');
  await desk.app.database.query(sql.unsafe`insert into shoe select id, 42 from rustio_user`);
  const { initial, shoeSize } = JSON.parse((await client.get('/admin/shoes')).text);
  assert.equal({ initial, shoeSize }, { initial: 's', shoeSize: 42 });
  assert.is((await doctor()).status, 'ok');
});
