// Black box: what models are called in another language than the one that they were declared in.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { testApp } from '../../support/app.ts';
import { afterAllSuites, suite } from '../../support/suite.ts';
import { linkTo, mainOf, textOf, titleOf } from './page.ts';

const test = suite('admin: names of models');
const Boat = defineModel('boat', { fields: { name: field.text() } });
const Oar = defineModel('oar', { fields: { name: field.text() } });
const USERS = 'حسابات المستخدمين';

const names = definePlugin({
  name: 'names',
  api: 1,
  messages: { ar: { 'model.boat.title': 'قارب', 'model.boat.plural': 'القوارب' } },
});

const desk = await testApp({
  models: [Boat, Oar],
  locale: 'ar',
  extend: [names],
  plugins: { admin: { admins: [defineAdmin(Boat, {}), defineAdmin(Oar, {})] } },
});
afterAllSuites(() => desk.close());
const reader = await desk.person('administrator');

test('words of plugins, those of the project among them, name models in navigation, headings, buttons and the audit', async () => {
  const index = (await reader.get('/admin')).text;
  assert.is(linkTo(index, USERS), '/admin/users');
  assert.is(linkTo(index, 'القوارب'), '/admin/boats');
  const navigation = textOf(index.slice(index.indexOf('<nav'), index.indexOf('<main')));
  assert.match(navigation, USERS);
  assert.match(navigation, 'القوارب');
  const list = (await reader.get('/admin/users')).text;
  assert.match(titleOf(list), USERS);
  assert.match(textOf(mainOf((await reader.get('/admin/boats/+new')).text)), 'قارب');
  assert.match(textOf(mainOf((await reader.get('/admin/audit')).text)), 'حساب مستخدم');
});

test('a model without such words is called as it was declared', async () => {
  const index = (await reader.get('/admin')).text;
  assert.is(linkTo(index, 'Oars'), '/admin/oars');
  assert.not.match(index, 'model.oar');
});
