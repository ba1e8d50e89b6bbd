// Over HTTP: sections that a plugin adds to the forms of records, and widgets that never respond.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { definePlugin } from '../../../core/plugin.ts';
import { formSection } from '../../../plugins/admin/public.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, Place, run, Tag } from './desk.ts';
import { errorAt, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: extension points of forms');
const textRow = sql.type(z.object({ label: z.string() }));

/** Stores a label for each place, in a table of its own. */
const shelf = formSection({
  name: 'shelf',
  models: [Place],
  title: 'Shelf',
  view: 'extras/section',
  async load(ctx, app, _model, record) {
    const label =
      record &&
      (await app
        .readingFor(ctx.state.actor)
        .maybeOneFirst(textRow`select label from shelf where place = ${record.key}`));
    return { label: label ?? '' };
  },
  read(form) {
    const label = form.get('shelf.label') ?? '';
    return label === 'bad'
      ? { problems: [{ field: 'shelf.label', issue: { key: 'This label is bad.' } }] }
      : { value: label };
  },
  async save(tx, _context, { key, value, values }) {
    await tx.query(sql.unsafe`
      insert into shelf (place, label) values (${key}, ${value})
      on conflict (place) do update set label = excluded.label
    `);
    if (value === `not ${values.name}`)
      return { changed: true, problems: [{ field: 'shelf.label', issue: { key: 'It is taken.' } }] };
    return { changed: value !== '' };
  },
});

const extras = definePlugin({
  name: 'extras',
  api: 1,
  requires: ['admin'],
  templates: new URL('./extension-views/', import.meta.url),
  permissions: [{ name: 'extras.secret', description: 'See what is secret' }],
  contributes: {
    'form.sections': [
      shelf,
      {
        ...shelf,
        name: 'only-add',
        on: 'add',
        title: 'Only when adding',
        read: () => ({ value: '' }),
        save: async () => ({ changed: false }),
      },
      { ...shelf, name: 'secret', title: 'Secret', access: { permission: 'extras.secret' } },
      {
        ...shelf,
        name: 'broken',
        models: [Tag],
        title: 'Broken',
        load: async () => {
          throw new Error('this section is broken');
        },
      },
    ],
    'dashboard.widgets': [
      { name: 'never', access: { permission: 'place.view' }, load: () => new Promise(() => {}) },
      {
        name: 'quick',
        access: { permission: 'place.view' },
        load: async () => ({ kind: 'figure', value: '7', label: 'quick things' }),
      },
    ],
  },
});

let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ extend: [extras] });
  clerk = await desk.signInAs('staff', allPermissions);
  await desk.app.database.query(sql.unsafe`create table shelf (place text primary key, label text not null)`);
  await run(desk)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
});
test.after(() => desk.close());

const labelOf = async (place: string) => (await run(desk)`select label from shelf where place = ${place}`)[0]?.label;

test('sections are in the forms they are for, for users who can see them', async () => {
  const add = textOf(mainOf((await clerk.get('/admin/places/+new')).text));
  assert.match(add, 'Shelf Label');
  assert.match(add, 'Only when adding');
  const edit = textOf(mainOf((await clerk.get('/admin/places/A/+edit')).text));
  assert.match(edit, 'Shelf Label');
  assert.not.match(edit, 'Only when adding');
  assert.not.match(edit, 'Secret');
});

test('a section is saved with the record, and shown again', async () => {
  const added = await clerk.submit('/admin/places/+new', { code: 'C', name: 'Gamma', 'shelf.label': 'top' });
  assert.is(added.status, 303);
  assert.is(await labelOf('C'), 'top');
  const edit = await clerk.get('/admin/places/C/+edit');
  assert.match(edit.text, 'value="top"');
});

test('a change of the section alone counts as a change', async () => {
  const saved = await clerk.submit('/admin/places/A/+edit', { 'shelf.label': 'left' });
  assert.is(saved.status, 303);
  assert.match(noticesOf((await clerk.get(saved.location)).text).join(), 'was saved');
  assert.is(await labelOf('A'), 'left');
});

test('a problem found while reading keeps the input, and nothing is stored', async () => {
  const answer = await clerk.submit('/admin/places/B/+edit', { name: 'Better', 'shelf.label': 'bad' });
  assert.is(answer.status, 422);
  assert.is(errorAt(answer.text, 'shelf.label'), 'This label is bad.');
  assert.match(answer.text, 'href="#f-shelf.label"');
  assert.match(answer.text, 'value="bad"');
  assert.equal(await run(desk)`select name from place where code = 'B'`, [{ name: 'Beta' }]);
});

test('a problem found while saving also rolls back the record', async () => {
  const answer = await clerk.submit('/admin/places/B/+edit', { name: 'Better', 'shelf.label': 'not Better' });
  assert.is(answer.status, 422);
  assert.is(errorAt(answer.text, 'shelf.label'), 'It is taken.');
  assert.equal(await run(desk)`select name from place where code = 'B'`, [{ name: 'Beta' }]);
  assert.is(await labelOf('B'), undefined);
  const audited = await run(
    desk,
  )`select 1 as one from rustio_audit where subject_model = 'place' and subject_key = 'B'`;
  assert.is(audited.length, 0);
});

test('a form submitted twice saves its sections once', async () => {
  const path = '/admin/places/A/+edit';
  const form = parseForms((await clerk.get(path)).text).find(({ action }) => action === path);
  const fields = { ...form?.fields, name: 'Alpha 2', 'shelf.label': 'once' };
  const first = await clerk.post(path, fields);
  await run(desk)`update shelf set label = 'by hand' where place = 'A'`;
  const second = await clerk.post(path, fields);
  assert.is(second.location, first.location);
  assert.is(await labelOf('A'), 'by hand');
});

test('a section without its access is neither shown nor read, regardless of what is posted', async () => {
  const path = '/admin/places/B/+edit';
  const form = parseForms((await clerk.get(path)).text).find(({ action }) => action === path);
  const answer = await clerk.post(path, {
    ...form?.fields,
    name: 'Beta 2',
    '~section': ['secret'],
    'shelf.label': 'x',
  });
  assert.is(answer.status, 303);
  assert.is(await labelOf('B'), undefined);
});

test('a section that cannot be loaded does not break the form, and is not saved', async () => {
  const { text, status } = await clerk.get('/admin/tags/+new');
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), 'Broken This could not be loaded.');
  const added = await clerk.submit('/admin/tags/+new', { name: 'red' });
  assert.is(added.status, 303);
});

test('a widget that never responds does not break the dashboard', async () => {
  const before = desk.errors.length;
  const { text, status } = await clerk.get('/admin');
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), '7 quick things');
  assert.equal(
    desk.errors.slice(before).map(({ widget }) => widget),
    ['never'],
  );
});
