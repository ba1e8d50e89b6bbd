import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { openBrowser } from '../../support/browser.ts';
import { suite } from '../../support/suite.ts';
import { everything, openDesk, run, Thing } from './desk.ts';

const test = suite('shots');
const act = (name: string, label: string, more = {}) => ({
  name,
  models: [Thing],
  label,
  access: { permission: 'change' },
  run: async () => ({ outcome: 'done' as const }),
  ...more,
});
const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  templates: new URL('./extension-views/', import.meta.url),
  contributes: {
    'record.panels': [
      {
        name: 'notes',
        models: 'all',
        title: 'Comments',
        view: 'extras/panel',
        load: async (_c, _a, _m, r) => ({ label: r.label }),
      },
      {
        name: 'side',
        models: 'all',
        title: 'Watchers',
        place: 'aside',
        view: 'extras/panel',
        load: async (_c, _a, _m, r) => ({ label: r.label }),
      },
      {
        name: 'bad',
        models: 'all',
        title: 'Weather',
        view: 'extras/panel',
        load: async () => {
          throw new Error('x');
        },
      },
    ],
    'record.tabs': [
      { name: 'invoices', models: 'all', label: 'Invoices', view: 'extras/tab', load: async () => ({ label: 'x' }) },
    ],
    'record.actions': [
      act('publish', 'Publish', { icon: 'upload', confirm: { text: 'It will be visible to everyone.' } }),
      act('archive', 'Archive'),
      act('merge', 'Merge with another…'),
      act('wipe', 'Wipe', { tone: 'bad', icon: 'trash' }),
    ],
    'list.actions': [{ ...act('archive', 'Archive', { confirm: { text: 'They will leave the list.' } }) }],
    'list.columns': [
      {
        name: 'tickets',
        models: [Thing],
        label: 'Tickets',
        sql: { type: 'bigint', expression: () => sql.fragment`t.id % 7`, sortable: true },
      },
      {
        name: 'badge',
        models: [Thing],
        label: 'Badge',
        load: async (_a, _b, _m, keys) => new Map(keys.map((k) => [k, { text: 'new', tone: 'info' as const }])),
      },
    ],
    'list.filters': [
      {
        name: 'tk',
        models: [Thing],
        label: 'Tickets',
        choices: () => [{ value: 'a', label: 'With tickets' }],
        where: () => sql.fragment`true`,
      },
    ],
  },
});
test('shots', async () => {
  const desk = await openDesk({ extend: [extras] });
  await run(desk)`insert into thing (name, amount) select 'Thing number ' || n, n from generate_series(1, 60) n`;
  const email = await desk.account('staff', everything);
  const browser = await openBrowser();
  for (const width of [1280, 390]) {
    const visitor = await browser.visit(desk, { width, height: 900 });
    await visitor.signIn(email);
    await visitor.open('/admin/things?f.*tk=a');
    await visitor.page.locator('[data-select=all]').click();
    await visitor.page.screenshot({ path: `/tmp/adminx-list-${width}.png` });
    await visitor.page.locator('#selection button').click();
    await visitor.page.waitForLoadState();
    await visitor.page.screenshot({ path: `/tmp/adminx-confirm-${width}.png` });
    await visitor.open('/admin/things/3');
    await visitor.page.locator('details.menu summary').click();
    await visitor.page.screenshot({ path: `/tmp/adminx-record-${width}.png`, fullPage: true });
    await visitor.open('/admin/+search?q=thing+5').catch(() => 0);
    await visitor.page.screenshot({ path: `/tmp/adminx-search-${width}.png` });
    console.log(width, visitor.complaints);
  }
  await desk.close();
  assert.ok(true);
});
