// Over HTTP: the dashboard.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { definePlugin } from '../../../core/plugin.ts';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import type { Widget, WidgetView } from '../../../plugins/admin/widgets.ts';
import { PASSWORD, type TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { permissionsFor } from '../../support/permissions.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { linksOf, linkTo, mainOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: dashboard');

const figure = (name: string, permission: string, load: Widget['load']): Widget => ({
  name,
  access: { permission },
  load,
});
const widgets: readonly Widget[] = [
  figure('things', 'thing.view', async () => ({
    kind: 'figure',
    value: '4,711',
    label: 'things to do',
    url: '/admin/things',
  })),
  figure('closed', 'contract.view', async () => ({ kind: 'figure', value: '12', label: 'secret contracts' })),
  figure('broken', 'thing.view', async () => {
    throw new Error('this widget is broken');
  }),
  figure('slow', 'thing.view', (_ctx, app) =>
    app.database.transaction(async (tx) => {
      await tx.savepoint(async () => {
        throw new Error('this one, too, inside a transaction');
      });
      return { kind: 'figure', value: '', label: '' };
    }),
  ),
  figure('table', 'thing.view', async () => ({
    kind: 'table',
    title: 'Waiting <b>rows</b>',
    columns: [{ label: 'Name' }, { label: 'Amount', align: 'end' }],
    rows: [
      [
        { text: '<i>Anvil</i>', url: '/admin/things/1' },
        { text: '5', tone: 'warn' },
      ],
    ],
    empty: 'Nothing waits.',
  })),
  figure('empty', 'thing.view', async () => ({
    kind: 'table',
    title: 'Quiet',
    columns: [],
    rows: [],
    empty: 'Nothing waits here.',
  })),
];
const dashboard = definePlugin({
  name: 'dashboard',
  api: 1,
  requires: ['admin'],
  contributes: { 'dashboard.widgets': widgets },
});

let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ extend: [dashboard] });
  clerk = await desk.signInAs('staff', allPermissions);
});
test.after(() => desk.close());

test('the dashboard shows what needs attention; a failing widget is logged, and the rest is shown', async () => {
  const narrow = await desk.signInAs('staff', ['thing.view']);
  const { status, text } = await narrow.get('/admin');
  assert.is(status, 200);
  const said = textOf(mainOf(text));
  assert.match(said, '4,711 things to do');
  assert.match(said, 'Waiting <b>rows</b>');
  assert.match(said, '<i>Anvil</i>', 'escaped');
  assert.match(said, 'Nothing waits here.');
  assert.not.match(said, 'broken');
  assert.is(said.match(/This part of the page could not be loaded/g)?.length, 2, 'each in its place');
  assert.equal(rowsOf(text), [['<i>Anvil</i>', '5']]);
  assert.equal(desk.errors.map(({ widget }) => widget).toSorted(), ['broken', 'slow']);
});

test('widgets are shown to users with their access', async () => {
  const narrow = await desk.signInAs('staff', ['thing.view']);
  assert.not.match((await narrow.get('/admin')).text, 'secret contracts');
  assert.match((await clerk.get('/admin')).text, 'secret contracts');
});

test('it lists the models that the user can view, by group, with a link to add if permitted', async () => {
  const { text } = await clerk.get('/admin');
  for (const [label, url] of [
    ['Things', '/admin/things'],
    ['Places', '/admin/places'],
    ['People', '/admin/people'],
  ] as const)
    assert.is(linkTo(text, label), url);
  assert.ok(linksOf(text).includes('/admin/things/+new'));
  assert.not.ok(linksOf(text).includes('/admin/summaries/+new'), 'read-only');
  assert.not.ok(linksOf(text).includes('/admin/thing-tags'), 'without pages');
  assert.match(textOf(mainOf(text)), /Where Places .*Legs/);

  const narrow = await desk.signInAs('staff', ['place.view']);
  const seen = await narrow.get('/admin');
  assert.equal(
    linksOf(seen.text).filter((url) => url.startsWith('/admin/')),
    ['/admin/places'],
  );
  assert.not.match(seen.text, '/admin/things', 'nor in the navigation');
});

for (const role of ['staff', 'user'] as const) {
  test(`a user with the role ${role} and no access sees whom to contact, and finds their own sessions`, async () => {
    const email = await desk.account(role);
    const client = desk.client();
    const signedIn = await client.submit('/admin/login', { email, password: PASSWORD }, '/admin/login');
    const { status, text } = await client.get(signedIn.location);
    assert.is(status, 200);
    assert.match(textOf(mainOf(text)), 'Ask an administrator');
    assert.not.match(textOf(mainOf(text)), 'Recent changes');
    assert.match(text, 'href="/admin/account"');
    assert.match((await client.get('/admin/account')).text, 'href="/admin/account/sessions"');
    assert.is((await client.get('/admin/account/sessions')).status, 200);
  });
}

test('users who have access only to the audit trail find it', async () => {
  const auditor = await desk.signInAs('staff', ['audit.view']);
  assert.is(linkTo((await auditor.get('/admin')).text, 'Audit trail'), '/admin/audit');
});

test('recent changes are those of models that the user can view', async () => {
  await clerk.submit('/admin/tags/+new', { name: 'recently' });
  await clerk.submit('/admin/places/+new', { code: 'ATL', name: 'Atlanta' });
  await clerk.submit('/admin/places/ATL/+delete', {});
  const { text } = await clerk.get('/admin');
  assert.match(textOf(mainOf(text)), 'Added tag recently');
  assert.match(textOf(mainOf(text)), 'Deleted place Atlanta');
  assert.is.not(linkTo(text, 'Added tag recently'), '');
  assert.is(linkTo(text, 'Deleted place Atlanta'), '', 'what is gone has no page');
  const narrow = await desk.signInAs('staff', ['place.view']);
  const seen = textOf(mainOf((await narrow.get('/admin')).text));
  assert.not.match(seen, 'recently');
  assert.match(seen, 'Deleted place Atlanta');
  assert.is(linkTo((await narrow.get('/admin')).text, 'Audit trail'), '');
  const auditor = await desk.signInAs('staff', ['place.view', 'audit.view']);
  assert.is(linkTo((await auditor.get('/admin')).text, 'Audit trail'), '/admin/audit');
});

test('it is shown normally if nothing was ever changed', async () => {
  const [row] = await run(desk)`select count(*)::integer as n from contract`;
  assert.is(row?.n, 0);
  const narrow = await desk.signInAs('staff', ['contract.view']);
  assert.match(textOf(mainOf((await narrow.get('/admin')).text)), 'No changes yet');
});

test('a model of a plugin has pages under System, unless the plugin hides it', async () => {
  const fields = { name: field.text({ max: 40 }) };
  const [Shelf, Drawer] = [defineModel('shelf', { fields }), defineModel('drawer', { fields })];
  const storage = definePlugin({
    name: 'storage',
    api: 1,
    requires: ['admin'],
    models: [Shelf, Drawer],
    admins: [defineAdmin(Shelf, { hidden: true })],
  });
  const opened = await openDesk({ extend: [storage] });
  try {
    await run(opened)`insert into shelf (name) values ('oak')`;
    const client = await opened.signInAs('staff', permissionsFor([Shelf, Drawer]));
    const { text } = await client.get('/admin');
    assert.is(linkTo(text, 'Drawers'), '/admin/drawers');
    assert.not.match(text, 'shelves');
    for (const path of ['', '/+new', '/1', '/1/+edit', '/1/+delete'])
      assert.is((await client.get(`/admin/shelves${path}`)).status, 404, path);
  } finally {
    await opened.close();
  }
});

test('the link to add a record uses the singular of the model', async () => {
  assert.is(linkTo((await clerk.get('/admin')).text, 'Add thing'), '/admin/things/+new');
});

/** Opens a desk with these widgets, and a panel, between two that work. */
async function withWidgets(failing: readonly Widget[], work: (opened: TestApp, client: Client) => Promise<void>) {
  const table = (title: string): Widget =>
    figure(title.toLowerCase(), 'thing.view', async () => ({
      kind: 'table',
      title,
      columns: [],
      rows: [],
      empty: '–',
    }));
  const failingPanel = {
    name: 'failing-panel',
    access: { permission: 'thing.view' },
    view: 'audit/recent',
    load: async () => ({ changes: null }),
  };
  const plugin = definePlugin({
    name: 'failing',
    api: 1,
    requires: ['admin'],
    contributes: {
      'dashboard.widgets': [table('First'), ...failing, table('Last')],
      'dashboard.panels': [failingPanel],
    },
  });
  const opened = await openDesk({ extend: [plugin] });
  try {
    await work(opened, await opened.signInAs('staff', ['thing.view', 'audit.view']));
  } finally {
    await opened.close();
  }
}

test('a widget that hangs, runs long queries, throws or returns an invalid value is replaced by a message', async () => {
  const nonsense: readonly unknown[] = [undefined, null, 4711, { kind: 'chart' }, { kind: 'table', title: 'No rows' }];
  const failing = [
    figure('hanging', 'thing.view', () => new Promise(() => {})),
    figure('slow', 'thing.view', async (_ctx, app) => {
      await app.database.query(sql.unsafe`select pg_sleep(8)`);
      return { kind: 'figure', value: '1', label: 'too late' };
    }),
    figure('throwing', 'thing.view', () => {
      throw new Error('at once');
    }),
    ...nonsense.map((value, at) =>
      figure(`nonsense-${at}`, 'thing.view', async () => z.custom<WidgetView>().parse(value)),
    ),
  ];
  await withWidgets(failing, async (opened, client) => {
    const { status, text } = await client.get('/admin');
    assert.is(status, 200);
    const said = textOf(mainOf(text));
    const message = 'This part of the page could not be loaded\\. Reload the page to try again\\.';
    const inTheirPlaces = new RegExp(`First – (${message} ){${failing.length}}Last – All records .*${message}`);
    assert.match(said, inTheirPlaces);
    assert.not.match(said, 'too late');
    const logged = opened.errors.map(({ widget, panel }) => String(widget ?? panel)).toSorted();
    assert.equal(logged, ['failing-panel', ...failing.map(({ name }) => name)].toSorted());
  });
});

test('a widget that is always slow is not restarted repeatedly and does not use up all connections', async () => {
  let started = 0;
  const slow = figure('slow', 'thing.view', async () => {
    started += 1;
    return new Promise(() => {});
  });
  await withWidgets([slow], async (_opened, client) => {
    for (let view = 0; view < 5; view += 1) assert.is((await client.get('/admin')).status, 200);
    assert.is(started, 3);
  });
});
