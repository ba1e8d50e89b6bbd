// Over HTTP: names of models in a language other than that of their declaration.
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
const reader = await desk.signInAs('administrator');

test('messages of plugins and the project name models in navigation, headings, buttons and the audit trail', async () => {
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

test('a model without messages has its declared name', async () => {
  const index = (await reader.get('/admin')).text;
  assert.is(linkTo(index, 'Oars'), '/admin/oars');
  assert.not.match(index, 'model.oar');
});
