// Over HTTP: the search over all models, and the sources that plugins add to it.
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import type { SearchSource } from '../../../plugins/admin/public.ts';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { linksOf, linkTo, mainOf, textOf } from './page.ts';

const test = suite('admin: search');

const queried: string[] = [];
const source = (name: string, search: SearchSource['search'], more: Partial<SearchSource> = {}): SearchSource => ({
  name,
  label: `Source ${name}`,
  search,
  ...more,
});
const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  permissions: [{ name: 'extras.secret', description: 'See what is secret' }],
  contributes: {
    'search.sources': [
      source('documents', async (_ctx, _app, words, limit) => {
        queried.push(words);
        return Array.from({ length: limit + 3 }, (_, n) => ({
          label: `Document <${n}>`,
          url: `/admin/tags?q=${n}`,
          detail: `about ${words}`,
        }));
      }),
      source('secret', async () => [{ label: 'Secret document', url: '/admin' }], {
        access: { permission: 'extras.secret' },
      }),
      source('broken', async () => {
        throw new Error('this source is broken');
      }),
      source('never', () => new Promise(() => {})),
    ],
  },
});

let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ extend: [extras] });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into thing (name) select 'Thing ' || n from generate_series(1, 20) n`;
  await run(desk)`insert into place (code, name) values ('TH', 'Thingvellir')`;
  await run(desk)`insert into tag (name) values ('red')`;
});
test.after(() => desk.close());

test('every searchable model is searched, with links to the records and to all results', async () => {
  const { text, status } = await clerk.get('/admin/+search?q=thing');
  assert.is(status, 200);
  const page = textOf(mainOf(text));
  assert.match(page, 'Things All results');
  assert.is(linkTo(text, 'All results Things'), '/admin/things?q=thing');
  assert.is(linkTo(text, 'Thing 1'), '/admin/things/1');
  assert.is(linkTo(text, 'Thingvellir'), '/admin/places/TH');
  assert.is(linksOf(text).filter((url) => /^\/admin\/things\/\d+$/.test(url)).length, 5);
  assert.not.match(page, 'Tags');
});

test('sources of plugins are queried and limited; those that fail or never respond are named', async () => {
  const before = desk.errors.length;
  const { text } = await clerk.get('/admin/+search?q=%20two%20words%20');
  assert.is(queried.at(-1), 'two words');
  const page = textOf(mainOf(text));
  assert.match(page, 'Source documents Document <0> about two words');
  assert.is([...page.matchAll(/Document </g)].length, 5);
  assert.match(page, 'Could not search: Source broken, Source never.');
  assert.not.match(page, 'Secret document');
  const parts = desk.errors.slice(before).map(({ panel, search }) => panel ?? search);
  assert.equal(parts.toSorted(), ['broken', 'never']);
});

test('users find only records that they can see', async () => {
  const other = await desk.signInAs('staff', ['place.view', 'extras.secret']);
  const { text } = await other.get('/admin/+search?q=thing');
  assert.not.match(text, 'Thing 1');
  assert.is(linkTo(text, 'Thingvellir'), '/admin/places/TH');
  assert.match(text, 'Secret document');
});

test('an empty search finds nothing; anonymous users must sign in', async () => {
  const count = queried.length;
  for (const query of ['', '?q=', '?q=%20']) assert.is((await clerk.get(`/admin/+search${query}`)).status, 200, query);
  assert.is(queried.length, count);
  assert.is((await desk.client().get('/admin/+search?q=x')).status, 303);
});

test('the search field is in the navigation', async () => {
  const { text } = await clerk.get('/admin/things/1');
  assert.match(text, /<form class="rail-search" method="get"[^>]*action="\/admin\/\+search">/);
});
