// Over HTTP: panels, actions and tabs that a plugin adds to the pages of records.
import * as assert from 'uvu/assert';
import { notFound } from '../../../core/errors/http.ts';
import { definePlugin } from '../../../core/plugin.ts';
import {
  defineAdmin,
  fromWritten,
  type RecordAction,
  type RecordPanel,
  showRecordTab,
} from '../../../plugins/admin/public.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { allPermissions, openDesk, Place, run, Tag, Thing } from './desk.ts';
import { errorAt, linksOf, linkTo, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: extension points of a record');

const panel = (name: string, more: Partial<RecordPanel> = {}): RecordPanel => ({
  name,
  models: 'all',
  title: `Panel ${name}`,
  view: 'extras/panel',
  load: async (_ctx, _app, _model, { label }) => ({ label }),
  ...more,
});
const action = (name: string, more: Partial<RecordAction> = {}): RecordAction => ({
  name,
  models: [Thing],
  label: `Do ${name}`,
  access: { permission: 'change' },
  run: async () => ({ outcome: 'done' }),
  ...more,
});

let started = 0;
let together = 0;
const meeting = async (): Promise<{ label: string }> => {
  started += 1;
  // Waits for the other panel to start: loaded in sequence, the first would wait forever.
  await until(() => started % 2 === 0);
  together = Math.max(together, started);
  return { label: 'met' };
};

const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  templates: new URL('./extension-views/', import.meta.url),
  messages: {
    en: {
      'extras.add': 'Add a note',
      'extras.finish': 'Finish this {singular}?',
      'extras.why': 'A reason is required.',
    },
  },
  permissions: [{ name: 'extras.secret', description: 'See what is secret' }],
  routes: (routes) =>
    routes.get('/:model/:key/+own', { access: { permission: 'view' } }, async (ctx, app) => {
      const { model, actor, params } = ctx.state;
      const record = model && (await app.records.find(actor, model, params.key ?? ''));
      if (!record) throw notFound();
      showRecordTab(ctx, app, {
        model,
        record,
        tab: 'own',
        view: 'extras/tab',
        data: { label: `own ${record.label}` },
      });
    }),
  contributes: {
    'record.panels': [
      panel('notes', { models: [Thing] }),
      panel('side', { models: [Thing], place: 'aside' }),
      panel('secret', { access: { permission: 'extras.secret' } }),
      panel('nothing', { load: async () => undefined }),
      panel('broken', {
        models: [Tag],
        load: async () => {
          throw new Error('this panel is broken');
        },
      }),
      panel('broken-view', { models: [Tag], view: 'extras/broken' }),
      panel('never', { models: [Tag], load: () => new Promise(() => {}) }),
      panel('fine', { models: [Tag] }),
      panel('one', { models: (model) => model.name === 'place', load: meeting }),
      panel('two', { models: (model) => model.name === 'place', load: meeting }),
    ],
    'record.tabs': [
      {
        name: 'ours',
        models: [Thing],
        label: 'Ours',
        view: 'extras/tab',
        load: async (_c, _a, _m, { label }) => ({ label }),
      },
      { name: 'own', models: [Thing], label: 'Own', url: (app, model, key) => app.urls.record(model, key, '+own') },
      {
        name: 'closed',
        models: [Thing],
        label: 'Closed',
        access: { permission: 'extras.secret' },
        view: 'extras/tab',
        load: async () => ({}),
      },
    ],
    'record.actions': [
      action('finish', {
        applies: ({ row }) => row.state === 'open',
        confirm: { title: 'extras.finish', text: 'It cannot be opened again.', button: 'Finish it' },
        run: async (tx, context, { app, record }) =>
          fromWritten(await app.write.update(tx, context, Thing, record.key, { state: 'done' }, record.version)),
      }),
      action('explain', {
        form: { view: 'extras/reason' },
        run: async (tx, context, { app, record, form }) => {
          const reason = form.get('reason') ?? '';
          await app.write.update(tx, context, Thing, record.key, { notes: reason || 'written before it was rejected' });
          if (reason === '')
            return { outcome: 'rejected', problems: [{ field: 'reason', issue: { key: 'extras.why' } }] };
          return { outcome: 'done', path: '/tags', message: { key: 'Explained' } };
        },
      }),
      action('erase', {
        tone: 'bad',
        access: { permission: 'delete' },
        run: async (tx, context, { app, record }) =>
          fromWritten(await app.write.remove(tx, context, Thing, record.key, record.version)),
      }),
      action('secret', { access: { permission: ['view', 'extras.secret'] } }),
      action('fourth'),
    ],
  },
});

let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ extend: [extras] });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into thing (name) select 'Thing ' || n from generate_series(1, 20) n`;
  await run(desk)`insert into tag (name) values ('red')`;
  await run(desk)`insert into place (code, name) values ('A', 'Alpha')`;
});
test.after(() => desk.close());

async function stateOf(key: number): Promise<string> {
  const [row] = await run(desk)`select state, notes from thing where id = ${key}`;
  return `${row?.state} ${row?.notes}`;
}

test('panels of a model are shown on its records in their positions, with the helpers of a page', async () => {
  const { text } = await clerk.get('/admin/things/1');
  const [main = '', aside = ''] = mainOf(text).split('<aside>');
  assert.match(textOf(main), 'Panel notes Notes on Thing 1 Add a note');
  assert.match(textOf(aside), 'Panel side Notes on Thing 1');
  const form = parseForms(text).find(({ action: to }) => to === '/admin/notes');
  assert.ok(String(form?.fields['~token']).length > 20);
  assert.not.match((await clerk.get('/admin/tags/1')).text, 'Panel notes');
});

test('a panel without data or without access is omitted', async () => {
  const { text } = await clerk.get('/admin/things/1');
  assert.not.match(text, 'Panel nothing');
  assert.not.match(text, 'Panel secret');
  const other = await desk.signInAs('staff', ['thing.view', 'extras.secret']);
  assert.match((await other.get('/admin/things/1')).text, 'Panel secret');
});

test('a panel that throws, has a failing view or never responds does not break the page', async () => {
  const before = desk.errors.length;
  const { status, text } = await clerk.get('/admin/tags/1');
  assert.is(status, 200);
  const page = textOf(mainOf(text));
  for (const name of ['broken', 'broken-view', 'never']) assert.match(page, `Panel ${name} This could not be loaded.`);
  assert.match(page, 'Panel fine Notes on red');
  const parts = desk.errors.slice(before).map(({ panel, search }) => panel ?? search);
  assert.equal(parts.toSorted(), ['broken', 'broken-view', 'never']);
});

test('the panels of a page load in parallel', async () => {
  await clerk.get('/admin/places/A');
  assert.is(together, 2);
});

test('actions are in the header of the record: those that apply and that the user can run', async () => {
  const { text } = await clerk.get('/admin/things/1');
  assert.is(linkTo(text, 'Do finish'), '/admin/things/1/+action/finish');
  assert.is(linkTo(text, 'Do secret'), '');
  await run(desk)`update thing set state = 'lost' where id = 2`;
  assert.is(linkTo((await clerk.get('/admin/things/2')).text, 'Do finish'), '');
  const viewer = await desk.signInAs('staff', ['thing.view']);
  assert.equal(
    linksOf((await viewer.get('/admin/things/1')).text).filter((url) => url.includes('+action')),
    [],
  );
});

test('more than three actions are collapsed into a menu', async () => {
  const { text } = await clerk.get('/admin/things/1');
  const [, menu = ''] = /<details class="menu"[^>]*>([\s\S]*?)<\/details>/.exec(text) ?? [];
  assert.match(textOf(menu), 'More actions Do erase Do fourth');
  assert.not.match(textOf(menu), 'Do finish');
  assert.not.match((await clerk.get('/admin/things/2')).text, 'class="menu"');
});

test('the page of an action describes it, and its form makes the change once, with an audit entry', async () => {
  const path = '/admin/things/3/+action/finish';
  const page = textOf(mainOf((await clerk.get(path)).text));
  for (const words of ['Finish this thing?', 'Thing 3', 'It cannot be opened again.', 'Finish it'])
    assert.match(page, words);
  const { text } = await clerk.get(path);
  const form = parseForms(text).find(({ action: to }) => to === path);
  const first = await clerk.post(path, form?.fields ?? {});
  assert.is(first.status, 303);
  assert.is(first.location, '/admin/things/3');
  assert.is(await stateOf(3), 'done null');
  const again = await clerk.post(path, form?.fields ?? {});
  assert.is(again.location, '/admin/things/3');
  assert.match(noticesOf((await clerk.get('/admin/things/3')).text).join(), '“Do finish” completed.');
  const entries = await run(desk)`select 1 as one from rustio_audit where event = 'update' and subject_key = '3'`;
  assert.is(entries.length, 1);
});

test('an action that no longer applies, does not exist, or is for another model is not found', async () => {
  for (const path of [
    '/things/2/+action/finish',
    '/things/1/+action/nowhere',
    '/tags/1/+action/finish',
    '/things/99/+action/finish',
  ])
    assert.is((await clerk.get(`/admin${path}`)).status, 404, path);
});

test('an action without permission is rejected for GET and POST', async () => {
  const viewer = await desk.signInAs('staff', ['thing.view']);
  const path = '/admin/things/4/+action/finish';
  assert.is((await viewer.get(path)).status, 403);
  const form = parseForms((await clerk.get(path)).text).find(({ action: to }) => to === path);
  const token =
    parseForms((await viewer.get('/admin/things/4')).text).find(({ fields }) => fields['~token'])?.fields['~token'] ??
    '';
  assert.is((await viewer.post(path, { ...form?.fields, '~token': token })).status, 403);
  assert.is((await viewer.post(path, { ...form?.fields, '~token': '' })).status, 403);
  assert.is(await stateOf(4), 'open null');
});

test('if the record has changed, it is shown again and the action does not run', async () => {
  const path = '/admin/things/5/+action/finish';
  const form = parseForms((await clerk.get(path)).text).find(({ action: to }) => to === path);
  await run(desk)`update thing set amount = 5 where id = 5`;
  const answer = await clerk.post(path, form?.fields ?? {});
  assert.is(answer.status, 409);
  assert.match(noticesOf(answer.text).join(), 'this record was changed in the meantime');
  assert.is(await stateOf(5), 'open null');
  const next = parseForms(answer.text).find(({ action: to }) => to === path);
  assert.is((await clerk.post(path, next?.fields ?? {})).status, 303);
  assert.is(await stateOf(5), 'done null');
});

test('a problem of a field that is not in the form of an action is shown above the form', async () => {
  const path = '/admin/things/7/+action/explain';
  const form = parseForms((await clerk.get(path)).text).find(({ action: to }) => to === path);
  const { reason: _, ...fields } = form?.fields ?? {};
  const { status, text } = await clerk.post(path, fields);
  assert.is(status, 422);
  assert.match(textOf(mainOf(text)), 'A reason is required.');
  assert.match(mainOf(text), 'role="alert"');
});

test('a rejected action keeps the input, names the field, and rolls back', async () => {
  const path = '/admin/things/6/+action/explain';
  const rejected = await clerk.submit(path, { reason: '' });
  assert.is(rejected.status, 422);
  assert.is(errorAt(rejected.text, 'reason'), 'A reason is required.');
  assert.is(await stateOf(6), 'open null');
  const done = await clerk.submit(path, { reason: 'because' });
  assert.is(done.location, '/admin/tags');
  assert.is(await stateOf(6), 'open because');
});

test('an action that deletes the record leads to the list', async () => {
  const answer = await clerk.submit('/admin/things/7/+action/erase', {});
  assert.is(answer.status, 303);
  assert.is(answer.location, '/admin/things');
  assert.is((await clerk.get('/admin/things/7')).status, 404);
});

test('tabs are links below the header, on the record and on their own pages', async () => {
  const { text } = await clerk.get('/admin/things/1');
  assert.is(linkTo(text, 'Ours'), '/admin/things/1/+tab/ours');
  assert.is(linkTo(text, 'Own'), '/admin/things/1/+own');
  assert.is(linkTo(text, 'History'), '/admin/things/1/+history');
  assert.is(linkTo(text, 'Closed'), '');
  for (const [path, words] of [
    ['/admin/things/1/+tab/ours', 'Tab of Thing 1'],
    ['/admin/things/1/+own', 'Tab of own Thing 1'],
  ] as const) {
    const tab = (await clerk.get(path)).text;
    assert.match(textOf(mainOf(tab)), words);
    assert.is(linkTo(tab, 'Record'), '/admin/things/1');
    assert.is(linkTo(tab, 'Do finish'), '/admin/things/1/+action/finish');
    assert.match(tab, new RegExp(`href="${path.replace('+', '\\+')}" aria-current="page"`));
  }
});

test('the page of a tab without access, without a record or with an unknown name is rejected', async () => {
  assert.is((await clerk.get('/admin/things/1/+tab/closed')).status, 403);
  assert.is((await clerk.get('/admin/things/99/+tab/ours')).status, 404);
  assert.is((await clerk.get('/admin/things/1/+tab/nowhere')).status, 404);
  assert.is((await clerk.get('/admin/tags/1/+tab/ours')).status, 404);
});

test('items with wrong names or models prevent startup', async () => {
  const wrong = definePlugin({
    name: 'wrong',
    api: 1,
    requires: ['admin'],
    contributes: {
      'record.actions': [action('Not A Name')],
      'list.columns': [{ name: 'empty', models: [Place], label: 'Empty' }],
    },
    admins: [defineAdmin(Tag, { list: ['name'] }), defineAdmin(Place, { list: ['code'] })],
  });
  const second = definePlugin({ name: 'second', api: 1, requires: ['admin'], admins: [defineAdmin(Tag, {})] });
  try {
    const opened = await openDesk({ extend: [wrong, second], plugins: { admin: { admins: [] } } });
    await opened.close();
    assert.unreachable('it booted');
  } catch (error) {
    const details = error instanceof Error && 'details' in error ? String(error.details) : String(error);
    assert.match(details, 'record.actions: Not A Name: Its name must be lowercase words with hyphens');
    assert.match(details, 'list.columns: empty: A column must have either `sql` or `load`, not both.');
    assert.match(details, 'admin of tag by the plugin second: The model already has an admin from the plugin wrong.');
  }
});
