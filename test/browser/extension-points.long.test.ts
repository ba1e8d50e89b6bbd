// Extension points in a browser: accessible in light and dark mode, with and without scripts, wide and narrow.
import * as assert from 'uvu/assert';
import { definePlugin } from '../../core/plugin.ts';
import { sql } from '../../core/public.ts';
import type { ListAction, RecordAction } from '../../plugins/admin/public.ts';
import { allPermissions, openDesk, run, Thing } from '../plugins/admin/desk.ts';
import { type VisitOptions, type Visitor, visitAs } from '../support/browser.ts';
import { suite } from '../support/suite.ts';
import { violations } from './violations.ts';

const test = suite('extension points in a browser');

const recordAction = (name: string, more: Partial<RecordAction> = {}): RecordAction => ({
  name,
  models: [Thing],
  label: `Action ${name}`,
  access: { permission: 'change' },
  run: async () => ({ outcome: 'done' }),
  ...more,
});
const archive: ListAction = {
  name: 'archive',
  models: [Thing],
  label: 'Archive',
  access: { permission: 'change' },
  confirm: { text: 'They will leave the list.' },
  async run(tx, context, { app, records }) {
    for (const { key } of records) await app.write.update(tx, context, Thing, key, { notes: 'archived' });
    return { outcome: 'done' };
  },
};
const label = async (_ctx: unknown, _app: unknown, _model: unknown, record: { label: string } | undefined) => ({
  label: record?.label ?? '',
});
const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  templates: new URL('../plugins/admin/extension-views/', import.meta.url),
  messages: { en: { 'extras.add': 'Add a note' } },
  contributes: {
    'record.panels': [
      { name: 'notes', models: 'all', title: 'Comments', view: 'extras/panel', load: label },
      { name: 'watchers', models: 'all', title: 'Watchers', place: 'aside', view: 'extras/panel', load: label },
      {
        name: 'weather',
        models: 'all',
        title: 'Weather',
        view: 'extras/panel',
        load: async () => {
          throw new Error('no weather today');
        },
      },
    ],
    'record.tabs': [{ name: 'invoices', models: 'all', label: 'Invoices', view: 'extras/tab', load: label }],
    'record.actions': [
      recordAction('publish', { icon: 'upload', form: { view: 'extras/reason' } }),
      recordAction('share'),
      recordAction('merge'),
      recordAction('wipe', { tone: 'bad', icon: 'trash' }),
    ],
    'list.actions': [archive],
    'list.columns': [
      {
        name: 'rest',
        models: [Thing],
        label: 'Rest',
        sql: { type: 'bigint', expression: () => sql.fragment`t.id % 7`, sortable: true },
      },
      {
        name: 'badge',
        models: [Thing],
        label: 'Badge',
        load: async (_app, _actor, _model, keys) => new Map(keys.map((key) => [key, { text: 'new', tone: 'info' }])),
      },
    ],
    'list.filters': [
      {
        name: 'rest',
        models: [Thing],
        label: 'Rest',
        choices: () => [{ value: 'none', label: 'Nothing' }],
        where: () => sql.fragment`t.id % 7 = 0`,
      },
    ],
    'form.sections': [
      {
        name: 'shelf',
        models: [Thing],
        title: 'Shelf',
        view: 'extras/section',
        load: label,
        read: () => ({ value: undefined }),
        save: async () => ({ changed: false }),
      },
    ],
    'search.sources': [
      {
        name: 'documents',
        label: 'Documents',
        search: async () => [{ label: 'A document', url: '/admin', detail: 'of 2026' }],
      },
    ],
  },
});

const desk = await openDesk({ extend: [extras] });
await run(desk)`insert into thing (name, amount) select 'Thing number ' || n, n from generate_series(1, 60) n`;
const email = await desk.account('staff', allPermissions);
test.after(() => desk.close());

const visit = (options: VisitOptions = {}): Promise<Visitor> => visitAs(desk, email, options);

const pages = [
  '/admin/things?f.*rest=none',
  '/admin/things/3',
  '/admin/things/3/+tab/invoices',
  '/admin/things/3/+action/publish',
  '/admin/things/3/+edit',
  '/admin/+search?q=thing',
];

for (const phone of [false, true]) {
  test(`every page is accessible in light and dark mode${phone ? ', on a phone' : ''}`, async () => {
    const { page, open, problems } = await visit({ phone });
    for (const path of pages) {
      assert.is(await open(path), 200, path);
      assert.equal(await violations(page), [], path);
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.equal(await violations(page, ['color-contrast']), [], path);
      await page.emulateMedia({ colorScheme: 'light' });
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
    }
    assert.equal(problems, []);
  });
}

for (const scripts of [true, false]) {
  test(`rows are selected and archived ${scripts ? 'with' : 'without'} scripts`, async () => {
    await run(desk)`update thing set notes = null`;
    const { page, open, problems } = await visit({ scripts });
    await open('/admin/things?f.*rest=none');
    await page.locator('[data-select=all]').click();
    await page.locator('input[name=key]:checked').first().waitFor();
    assert.is(await page.locator('input[name=key]:checked').count(), 8);
    await page.locator('input[name=key]').first().uncheck();
    await page.locator('#selection button').click();
    await page.getByText('7 records').waitFor();
    if (scripts) assert.equal(await violations(page), []);
    await page.locator('main form button').click();
    await page.getByText('“Archive” completed for 7 records.').waitFor();
    const archived = await run(desk)`select 1 as one from thing where notes = 'archived'`;
    assert.is(archived.length, 7);
    assert.equal(problems, []);
  });
}

test('the menu of further actions opens without scripts; with scripts, it closes on Escape', async () => {
  const plain = await visit({ scripts: false });
  await plain.open('/admin/things/3');
  await plain.page.locator('details.menu summary').click();
  await plain.page.getByRole('link', { name: 'Action wipe' }).click();
  await plain.page.waitForURL('**/+action/wipe');
  const { page, open } = await visit();
  await open('/admin/things/3');
  await page.locator('details.menu summary').click();
  assert.ok(await page.getByRole('link', { name: 'Action wipe' }).isVisible());
  assert.equal(await violations(page), []);
  await page.keyboard.press('Escape');
  assert.not.ok(await page.getByRole('link', { name: 'Action wipe' }).isVisible());
});
