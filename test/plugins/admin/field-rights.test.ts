// Over HTTP: a field that a user cannot see, whatever its type, is on no page of the admin and in no form.

import * as assert from 'uvu/assert';
import { z } from 'zod';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import type { Insert } from '../../../core/model/model.ts';
import { commandAuditContext } from '../../../core/policy/actor.ts';
import { defineRules } from '../../../core/policy/policy.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import {
  addUploads,
  Jewel,
  Pointer,
  plainRow,
  Setting,
  Subject,
  secretRow,
  secrets,
} from '../../core/query/every-field-type.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { type Client, formFieldsOf, parseForms } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { suite } from '../../support/suite.ts';
import { run } from './desk.ts';
import { headersOf, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: field permissions, for every field type');
const names = Object.keys(secrets);
const filtered = [
  ...(['integer', 'bigint', 'decimal', 'boolean', 'date', 'time', 'timestamp', 'localDateTime', 'choice'] as const),
  ...(['array', 'money', 'belongsTo', 'manyToMany'] as const),
];
const searched = ['text', 'choice', 'uuid', 'email', 'phone', 'url', 'slug', 'markdown', 'belongsTo.name'] as const;
const admins = [
  defineAdmin(Subject, {
    list: ['name', ...listed(), 'boolean'],
    filters: filtered,
    search: searched,
    order: ['name'],
  }),
  defineAdmin(Pointer, { list: ['name', 'subject'] }),
  defineAdmin(Jewel, {}),
];
const asInsert = z.custom<Insert<typeof Subject>>(() => true);
const PAGES = [
  '/admin/subjects',
  '/admin/subjects/1',
  '/admin/subjects/1/+edit',
  '/admin/subjects/1/+history',
  '/admin/subjects/1/+delete',
  '/admin/subjects/+new',
  '/admin/pointers',
  '/admin/pointers/1',
  '/admin/pointers/1/+edit',
  '/admin/pointers/+options/subject?q=1',
  '/admin/jewels/1',
];
let desk: TestApp;
let clerk: Client;
let hidden = '';

/** Every field except those that identify the row, and the boolean, which leaves no trace. */
function listed() {
  type Listed = Exclude<keyof typeof Subject.fields & string, 'name' | 'boolean'>;
  return names.filter((name): name is Listed => name !== 'boolean' && name in Subject.fields);
}

test.before(async () => {
  desk = await testApp({
    models: [Jewel, Subject, Setting, Pointer],
    plugins: { admin: { admins } },
    rules: [defineRules(Subject, { fields: Object.fromEntries(names.map((name) => [name, () => name !== hidden])) })],
  });
  await run(desk)`insert into jewel (name) values ('jade'), ('beryl'), ('plain')`;
  const context = commandAuditContext();
  const uploaded = { applicationName: 'tests' };
  await withPlainConnection(desk.app.database.url, (client) => addUploads(client, context.actor), uploaded);
  await desk.app.database.transaction(async (tx) => {
    for (const row of [secretRow, plainRow]) await desk.app.write.create(tx, context, Subject, asInsert.parse(row));
    await desk.app.write.create(tx, context, Pointer, { name: 'points', subject: 1 });
    // A second audit entry, with values before and after.
    await desk.app.write.update(tx, context, Subject, '1', { name: 'First of all' });
  });
  clerk = await desk.signInAs('staff', permissionsFor([Subject, Pointer, Jewel]));
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** The texts of all pages. */
async function pagesRead(): Promise<string> {
  let read = '';
  for (const page of PAGES) {
    const { status, text } = await clerk.get(page);
    assert.is(status, 200, page);
    // A form token is random, and may contain a short word.
    read += text.replaceAll(/(name="~token" value=")[^"]*/g, '$1').toLowerCase();
  }
  return read;
}

/** As pages write them: amounts and numbers with separators, dates without seconds. */
function tracesOf(name: string): readonly string[] {
  const written: Readonly<Record<string, readonly string[]>> = {
    integer: ['770,011', '770011'],
    bigint: ['880,022,000,033', '880022000033'],
    decimal: ['445,566.77', '445566.77'],
    money: ['654,321.10', '654321.10'],
    timestamp: ['2004-04-14'],
    localDateTime: ['2005-05-15'],
    bytes: ['5f78c33274e43fa9'],
  };
  return written[name] ?? secrets[name]?.traces ?? [];
}

test('users who can see everything see every value', async () => {
  hidden = '';
  const read = await pagesRead();
  for (const name of names)
    for (const trace of tracesOf(name).slice(0, 1)) assert.ok(read.includes(trace), `${name}: ${trace}`);
});

for (const name of names) {
  test(`${name}: on no page, in no form, not for sorting, filtering or searching, and not writable`, async () => {
    hidden = name;
    const read = await pagesRead();
    // Jewels are not secret, only that the subject has them.
    const own = name === 'belongsTo' || name === 'manyToMany' ? (await clerk.get('/admin/subjects/1')).text : read;
    for (const trace of tracesOf(name)) assert.not.ok(mainOf(own).toLowerCase().includes(trace), `${name}: ${trace}`);
    if (own === read) for (const trace of tracesOf(name)) assert.not.ok(read.includes(trace), `${name}: ${trace}`);

    const { text } = await clerk.get('/admin/subjects');
    const label = desk.app.models.of(Subject).fields.get(name)?.label ?? name;
    assert.not.ok(headersOf(text).includes(label), 'a column');
    for (const page of ['/admin/subjects/1/+edit', '/admin/subjects/+new', '/admin/subjects/1']) {
      assert.not.match((await clerk.get(page)).text, new RegExp(`(?:name="${name}~?"|<dt>${label}</dt>)`), page);
    }
    const typed = encodeURIComponent(secrets[name]?.input ?? '');
    assert.is((await clerk.get(`/admin/subjects?sort=${name}`)).status, 400);
    assert.is((await clerk.get(`/admin/subjects?f.${name}=${typed}`)).status, 400);
    const sought = await clerk.get(`/admin/subjects?q=${name === 'belongsTo' ? 'jade' : typed}`);
    assert.not.match(textOf(mainOf(sought.text)), 'First of all', 'found by it');

    const form = parseForms((await clerk.get('/admin/subjects/1/+edit')).text).find(({ fields }) => '~form' in fields);
    await clerk.post('/admin/subjects/1/+edit', { ...form?.fields, [name]: '2', [`${name}~`]: '' });
    hidden = '';
    const kept = await pagesRead();
    for (const trace of tracesOf(name).slice(0, 1)) assert.ok(kept.includes(trace), `${name} is as it was`);
  });
}

test('a conflict with a hidden field names neither it nor the fields that the user has changed', async () => {
  hidden = 'integer';
  const edit = '/admin/subjects/2/+edit';
  const fields = formFieldsOf((await clerk.get(edit)).text, edit);
  await run(desk)`update subject set "integer" = 4711 where id = 2`;
  const { status, text } = await clerk.post(edit, { ...fields, name: 'A new name' });
  hidden = '';
  assert.is(status, 409);
  const notice = noticesOf(text).join();
  assert.match(notice, 'Save again to apply your changes.');
  assert.not.match(notice, /Changed in the meantime|Name|Integer|4711/);
});
