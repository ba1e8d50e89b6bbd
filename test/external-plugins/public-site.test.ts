// A public site with a webhook: see public-site/.
import { createHmac } from 'node:crypto';
import * as assert from 'uvu/assert';
import { defineAdmin, defineModel, field, sql, z } from '../../index.ts';
import type { TestApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { publicSite } from './public-site/index.ts';
import { appWith } from './support.ts';

const test = suite('external: public-site');
const Post = defineModel('post', {
  fields: {
    slug: field.slug({ from: 'title', max: 80 }),
    title: field.text(),
    text: field.text({ multiline: true, default: '' }),
    published: field.boolean({ default: false }),
  },
  key: 'slug',
});
let desk: TestApp;
test.before(async () => {
  desk = await appWith([publicSite(Post)], {
    models: [Post],
    plugins: { admin: { admins: [defineAdmin(Post, {})] }, 'public-site': { title: 'Acme news' } },
  });
  await desk.app.database.query(sql.unsafe`
    insert into post (slug, title, text, published) values ('hello', 'Hello <b>', 'World', true), ('draft', 'Draft', 'Secret', false)
  `);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

test('anonymous readers see published posts at / and /blog/:slug, in the frame of the site', async () => {
  const stranger = desk.client();
  const home = await stranger.get('/');
  assert.is(home.status, 200);
  assert.match(home.text, '<body class="site"><h1>Acme news</h1>');
  assert.match(home.text, '<a href="/blog/hello">Hello &lt;b&gt;</a>');
  assert.not.match(home.text, 'Draft');
  const post = await stranger.get('/blog/hello');
  assert.match(post.text, '<p>World</p>');
  assert.is((await stranger.get('/blog/draft')).status, 404);
  assert.is((await stranger.get('/blog/nothing')).status, 404);
  assert.match((await stranger.get('/robots.txt')).text, 'Disallow: /admin');
});

test('its pages have their own content security policy and caching, and the admin keeps its own', async () => {
  const { headers } = await desk.client().get('/');
  assert.match(headers.get('content-security-policy') ?? '', "default-src 'none'");
  assert.is(headers.get('cache-control'), 'public, max-age=60');
  assert.is(headers.get('x-content-type-options'), 'nosniff');
  const admin = await desk.client().get('/admin/login');
  assert.match(admin.headers.get('content-security-policy') ?? '', "default-src 'self'");
  assert.is(admin.headers.get('cache-control'), 'no-store');
});

async function hook(body: string, signature?: string): Promise<Response> {
  return fetch(`${desk.url}/hooks/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature !== undefined && { 'x-signature': signature }) },
    body,
  });
}
const sign = (body: string): string => createHmac('sha256', 'only-for-development').update(body).digest('hex');

test('the webhook needs no cookie, origin or form token, but a signature over the exact bytes', async () => {
  const body = '{ "slug": "draft" }';
  assert.is((await hook(body)).status, 401);
  assert.is((await hook(body, sign('{"slug":"draft"}'))).status, 401);
  const accepted = await hook(body, sign(body));
  assert.is(accepted.status, 202);
  assert.is((await desk.client().get('/blog/draft')).status, 200);
  assert.is((await hook('{"slug":"nothing"}', sign('{"slug":"nothing"}'))).status, 404);
});

test('a signed body of the wrong shape is rejected, and an impossible slug is not found', async () => {
  for (const body of ['', 'no json', 'null', '{}', '{"slug":1}']) assert.is((await hook(body, sign(body))).status, 422);
  for (const slug of ['a\\u0000', 'x'.repeat(5_000)])
    assert.is((await hook(`{"slug":"${slug}"}`, sign(`{"slug":"${slug}"}`))).status, 404);
  for (const slug of ['a%00', 'x'.repeat(5_000)]) assert.is((await desk.client().get(`/blog/${slug}`)).status, 404);
});

test('what the webhook does is in the audit trail, under the name of its job', async () => {
  const row = z.object({ actor_kind: z.string(), actor_label: z.string() });
  const rows = await desk.app.database.any(sql.type(row)`
    select actor_kind, actor_label from rustio_audit where subject_model = 'post' and subject_key = 'draft'
  `);
  assert.equal([...rows], [{ actor_kind: 'job', actor_label: 'publisher' }]);
});

test('a body over its limit is rejected before the handler runs', async () => {
  const body = JSON.stringify({ slug: 'x'.repeat(20_000) });
  assert.is((await hook(body, sign(body))).status, 413);
});
