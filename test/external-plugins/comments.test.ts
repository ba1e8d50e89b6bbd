// Comments on any record: see comments/.

import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, field, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import { formTokenOf } from '../support/client.ts';
import { suite } from '../support/suite.ts';
import { comments } from './comments/index.ts';
import { appWith } from './support.ts';

const test = suite('external: comments');
const Shelf = defineModel('shelf', {
  fields: { hall: field.text(), row: field.integer(), name: field.text() },
  key: ['hall', 'row'],
});
const Jar = defineModel('jar', {
  fields: { name: field.text(), lid: field.belongsTo(() => Lid, { nullable: true, onDelete: 'cascade' }) },
});
const Lid = defineModel('lid', { fields: { name: field.text() } });
const ALL = ['shelf', 'jar', 'lid'].flatMap((model) => ['view', 'change', 'delete'].map((verb) => `${model}.${verb}`));
let desk: TestApp;
test.before(async () => {
  const admins = [defineAdmin(Shelf, {}), defineAdmin(Jar, {}), defineAdmin(Lid, {})];
  desk = await appWith([comments], { models: [Shelf, Jar, Lid], plugins: { admin: { admins } } });
  await desk.app.database.query(sql.unsafe`insert into shelf (hall, "row", name) values ('A/B, c', 1, 'Top')`);
  await desk.app.database.query(sql.unsafe`insert into lid (name) values ('Tin')`);
  await desk.app.database.query(sql.unsafe`insert into jar (name, lid_id) values ('Jam', 1), ('Honey', null)`);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const JAR = '/admin/jars/1';
const stored = (model: string): Promise<readonly unknown[]> =>
  desk.app.database.anyFirst(sql.type(z.object({ body: z.string() }))`
    select body from comments_comment where model = ${model} order by id
  `);

test('every record shows the panel to users who can read comments, and its form to users who can add them', async () => {
  const writer = await desk.signInAs('staff', [...ALL, 'comments.view', 'comments.add']);
  const added = await writer.submit(JAR, { body: 'Is it <sweet>?' });
  assert.is(added.location, JAR);
  const page = await writer.get(JAR);
  assert.match(page.text, 'The comment was added.');
  assert.match(page.text, 'Is it &lt;sweet&gt;?');
  const reader = await desk.signInAs('staff', [...ALL, 'comments.view']);
  const read = await reader.get(JAR);
  assert.match(read.text, 'Is it &lt;sweet&gt;?');
  assert.not.match(read.text, '+comments');
  const stranger = await desk.signInAs('staff', ALL);
  assert.not.match((await stranger.get(JAR)).text, 'Is it');
});

test('records with composite keys of any content have separate comments', async () => {
  const writer = await desk.signInAs('staff', [...ALL, 'comments.view', 'comments.add']);
  const [, path = ''] = /href="(\/admin\/shelves\/[^"]+)"/.exec((await writer.get('/admin/shelves')).text) ?? [];
  await writer.submit(path, { body: 'dusty' }, `${path}/+comments`);
  assert.match((await writer.get(path)).text, 'dusty');
  assert.equal([...(await stored('shelf'))], ['dusty']);
});

test('the list shows the number of comments, with one query per page', async () => {
  const reader = await desk.signInAs('staff', [...ALL, 'comments.view']);
  const { text } = await reader.get('/admin/jars');
  assert.match(text, />Comments</);
  assert.match(text, /Jam<\/a><\/th>[\s\S]*?<td class="num">1<\/td>/);
});

test('what the form accepts is stored, with each line break as one character', async () => {
  const writer = await desk.signInAs('staff', [...ALL, 'comments.view', 'comments.add']);
  const text = `${'é'.repeat(1_000)}\r\n${'😀'.repeat(999)}`;
  const added = await writer.submit('/admin/lids/1', { body: text }, '/admin/lids/1/+comments');
  assert.is(added.location, '/admin/lids/1');
  assert.equal([...(await stored('lid'))], [text.replace('\r\n', '\n')]);
});

test('an empty or long comment, a missing record, and a user without permission are rejected', async () => {
  const writer = await desk.signInAs('staff', [...ALL, 'comments.view', 'comments.add']);
  const empty = await writer.submit(JAR, { body: '  ' }, `${JAR}/+comments`);
  assert.match((await writer.get(empty.location)).text, 'Write something first.');
  const long = await writer.submit(JAR, { body: 'x'.repeat(2_001) }, `${JAR}/+comments`);
  assert.match((await writer.get(long.location)).text, 'at most 2000 characters');
  const nul = await writer.submit(JAR, { body: 'a\0b' }, `${JAR}/+comments`);
  assert.match((await writer.get(nul.location)).text, 'a character that cannot be stored');
  const { text } = await writer.get(JAR);
  const token = formTokenOf(text);
  assert.is((await writer.post('/admin/jars/99/+comments', { body: 'x', '~token': token })).status, 404);
  const other = await desk.signInAs('staff', ['comments.add']);
  const theirs = formTokenOf((await other.get('/admin')).text);
  assert.is((await other.post(`${JAR}/+comments`, { body: 'x', '~token': theirs })).status, 403);
});

test('comments are deleted with their record, including by cascade', async () => {
  const writer = await desk.signInAs('staff', [...ALL, 'comments.view', 'comments.add']);
  await writer.submit(JAR, { body: 'soon gone' }, `${JAR}/+comments`);
  assert.ok((await stored('jar')).length > 0);
  const removed = await writer.submit('/admin/lids/1/+delete', {}, '/admin/lids/1/+delete');
  assert.is(removed.status, 303);
  assert.equal([...(await stored('jar'))], []);
});

test("its own model has the list that the plugin's admin declares, and the event is in the record's history", async () => {
  const administrator = await desk.signInAs('administrator');
  const list = await administrator.get('/admin/comments');
  assert.match(list.text, 'dusty');
  assert.match(list.text, 'Discussion');
  assert.is((await administrator.get('/admin/comments?f.author=1&q=dusty')).status, 200);
  assert.match((await administrator.get('/admin/audit?event=comment_added')).text, 'Comment added');
});
