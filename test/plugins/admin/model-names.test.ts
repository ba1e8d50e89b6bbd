// Over HTTP: names of models, fields and choices in a language other than that of their declaration.
import * as assert from 'uvu/assert';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { testApp } from '../../support/app.ts';
import { afterAllSuites, suite } from '../../support/suite.ts';
import { linkTo, mainOf, textOf, titleOf } from './page.ts';

const test = suite('admin: names of models');
const Boat = defineModel('boat', {
  fields: {
    name: field.text({ help: 'As painted on the bow.' }),
    kind: field.choice(['canoe', 'raft'], { labels: { canoe: 'A canoe' }, default: 'canoe' }),
    colours: field.array(field.choice(['red', 'blue'])),
  },
});
const Oar = defineModel('oar', { fields: { name: field.text() } });
const USERS = 'حسابات المستخدمين';

const names = definePlugin({
  name: 'names',
  api: 1,
  messages: {
    ar: {
      'model.boat.title': 'قارب',
      'model.boat.plural': 'القوارب',
      'field.boat.name': 'اسم القارب',
      'field.boat.name.help': 'كما هو مكتوب على المقدمة.',
      'field.boat.kind': 'نوعه',
      'choice.boat.kind.canoe': 'زورق',
      'choice.boat.colours.red': 'أحمر',
    },
  },
});

const desk = await testApp({
  models: [Boat, Oar],
  locale: 'ar',
  extend: [names],
  plugins: {
    admin: {
      admins: [
        defineAdmin(Boat, { list: ['name', 'kind', 'colours'], filters: ['kind', 'colours'] }),
        defineAdmin(Oar, {}),
      ],
    },
  },
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

test('labels of fields, their help and choices are translated in lists, filters, forms, records and the audit trail', async () => {
  const created = await reader.submit('/admin/boats/+new', { name: 'Ada', kind: 'canoe', colours: 'red' });
  assert.is(created.status, 303, created.text);
  await reader.submit('/admin/boats/1/+edit', { kind: 'raft' });
  const pages = [
    '/admin/boats',
    '/admin/boats?f.kind=canoe',
    '/admin/boats/+new',
    '/admin/boats/1',
    '/admin/boats/1/+history',
  ];
  for (const page of pages) {
    const text = textOf(mainOf((await reader.get(page)).text));
    assert.match(text, 'نوعه', page);
    assert.not.match(text, 'Kind', page);
    assert.not.match(text, 'canoe', page);
    if (page !== '/admin/boats/1') assert.match(text, 'زورق', page);
  }
  const form = textOf(mainOf((await reader.get('/admin/boats/+new')).text));
  for (const text of ['اسم القارب', 'كما هو مكتوب على المقدمة.', 'أحمر', 'Blue']) assert.match(form, text);
  assert.match(textOf(mainOf((await reader.get('/admin/boats/1')).text)), 'أحمر');
  // Without a translation, as declared.
  assert.match(textOf(mainOf((await reader.get('/admin/boats')).text)), 'Raft');
});

test('the fields of accounts and the permissions of plugins are translated', async () => {
  const users = textOf(mainOf((await reader.get('/admin/users')).text));
  for (const text of ['البريد الإلكتروني', 'مدير النظام', 'مقفل حتى']) assert.match(users, text);
  for (const text of ['Email', 'Administrator', 'Locked']) assert.not.match(users, text);
  await reader.submit('/admin/account-groups/+new', { name: 'Crew', description: '' });
  const group = textOf(mainOf((await reader.get('/admin/account-groups/1')).text));
  assert.match(group, 'عرض سجل التدقيق');
  assert.not.match(group, 'View the audit trail');
});
