// Over HTTP: rows with the same label can be told apart wherever several rows are listed.
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { suite } from '../../support/suite.ts';
import { mainOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: rows with the same label');
let app: TestApp;
let clerk: Client;

const described = { key: 'id', managed: false } as const;
const Tag = defineModel('tag', {
  fields: { id: field.integer(), name: field.text() },
  ...described,
  label: 'name',
});
const Post = defineModel('post', {
  fields: {
    id: field.integer(),
    title: field.text(),
    main: field.belongsTo(() => Tag, { nullable: true, column: 'main' }),
    state: field.choice(['a', 'b', 'c'], { nullable: true, labels: { a: 'Same', b: 'Same' } }),
    tags: field.manyToMany(() => Tag, { through: () => PostTag }),
  },
  ...described,
  label: 'title',
});
const PostTag = defineModel('postTag', {
  fields: { post: field.belongsTo(() => Post, { column: 'post' }), tag: field.belongsTo(() => Tag, { column: 'tag' }) },
  key: ['post', 'tag'],
  label: ['post', 'tag'],
  managed: false,
});

test.before(async () => {
  const admins = [
    defineAdmin(Tag, { list: ['id', 'name'], search: ['name'] }),
    defineAdmin(Post, { list: ['title', 'main', 'state', 'tags'], filters: ['main', 'state', 'tags'] }),
  ];
  app = await testApp({ models: [Tag, Post, PostTag], plugins: { admin: { admins } } });
  await withPlainConnection(app.app.database.url, (client) =>
    client.query(`
      create table tag (id int primary key, name text not null);
      insert into tag values (1, 'Twin'), (2, 'Twin'), (3, ' '), (4, 'Other'), (5, 'twin');
      create table post (id int primary key, title text not null, main int, state text);
      insert into post values (1, 'One', 1, 'a');
      create table post_tag (post int, tag int, primary key (post, tag));
      insert into post_tag values (1, 1), (1, 2), (1, 3), (1, 4);
    `),
  );
  clerk = await app.signInAs('staff', permissionsFor([Tag, Post, PostTag]));
});
test.after(async () => {
  assert.equal(app.errors, []);
  await app.close();
});

const page = async (path: string) => (await clerk.get(path)).text;

test('the boxes of a form, the links of a record and the cells of a list have the keys', async () => {
  assert.match(textOf(mainOf(await page('/admin/posts/1/+edit'))), '3 Other Twin (1) Twin (2)');
  assert.match(textOf(mainOf(await page('/admin/posts/1'))), '3 Other Twin (1) Twin (2)');
  assert.is(rowsOf(await page('/admin/posts'))[0]?.[3], '3 Other Twin (1) Twin (2)');
});

test('the boxes and the chips of a filter have the keys; a single one does not need it', async () => {
  const both = textOf(mainOf(await page('/admin/posts?f.tags=1&f.tags=2&f.main=1&f.state=a')));
  assert.match(both, 'Tags Not set Twin (1) Twin (2)');
  for (const chip of ['Tags: Twin (1)', 'Tags: Twin (2)', 'State: Same (a)']) assert.match(both, `Remove ${chip}`);
  assert.match(both, /Remove Main: Twin (?!\()/);
});

test('the rows to choose from, after a label that several rows have, show their keys', async () => {
  const one = await clerk.submit('/admin/posts/1/+edit', { main: 'Twin' });
  assert.is(one.status, 422);
  assert.match(textOf(mainOf(one.text)), 'Main Twin (1) Twin (2) Several matches for “Twin”. Choose one.');
  await withPlainConnection(app.app.database.url, (client) => client.query('delete from post_tag where tag = 2'));
  const many = await clerk.submit('/admin/posts/1/+edit', { tags: ['1', '4', 'Twin'] });
  assert.is(many.status, 422);
  assert.match(textOf(mainOf(many.text)), /Other Twin \(1\) Twin \(2\)/);
  await withPlainConnection(app.app.database.url, (client) => client.query('insert into post_tag values (1, 2)'));
});

test('a change from one to the other is visible in the history and the audit trail', async () => {
  assert.is((await clerk.submit('/admin/posts/1/+edit', { main: '2' })).status, 303);
  assert.equal(rowsOf(await page('/admin/posts/1/+history')), [['Main', 'Twin (1)', 'Twin (2)']]);
  const administrator = await app.signInAs('administrator');
  assert.match(textOf(mainOf((await administrator.get('/admin/audit')).text)), 'before Twin (1) after Twin (2)');
});

test('the results of a search have the keys', async () => {
  assert.match(textOf(mainOf(await page('/admin/+search?q=twin'))), 'Twin (1) Twin (2) twin');
});
