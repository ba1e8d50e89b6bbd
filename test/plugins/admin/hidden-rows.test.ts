// What a record refers to and its user cannot see stays, whatever a form says that it showed, and through every entry point.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { definePlugin } from '../../../core/plugin.ts';
import { type Actor, commandAuditContext, jobActor } from '../../../core/policy/actor.ts';
import { ALL_ROWS, defineRules } from '../../../core/policy/policy.ts';
import { LinkChanges } from '../../../core/write/links.ts';
import type { Values, Written } from '../../../core/write/types.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, Place, run, Tag, Thing, ThingTag } from './desk.ts';
import { noticesOf } from './page.ts';

const test = suite('admin: rows that are hidden from a user');

/** The clerk of the pages, and a job with the same rules for the calls of plugins. */
const isLimited = (actor: Actor): boolean =>
  actor.kind === 'user' ? actor.role === 'staff' : actor.name === 'limited';
const limited = { ...commandAuditContext(), actor: jobActor('limited', 'all') };
const OPEN = '1';
const SECRET = '3';
const LOCKED = '4';
const SEALED = '5';

const rules = [
  defineRules(Tag, { rows: (actor) => (isLimited(actor) ? sql.fragment`t.name <> 'secret'` : ALL_ROWS) }),
  defineRules(Place, { rows: (actor) => (isLimited(actor) ? sql.fragment`t.code <> 'HID'` : ALL_ROWS) }),
  defineRules(ThingTag, {
    rows(actor, action) {
      if (!isLimited(actor)) return ALL_ROWS;
      return action === 'delete' ? sql.fragment`t.tag_id <> 4` : sql.fragment`t.tag_id <> 5`;
    },
  }),
];

const clearing = definePlugin({
  name: 'clearing',
  api: 1,
  contributes: {
    'list.actions': [
      {
        name: 'clear-tags',
        label: 'Clear tags',
        models: [Thing],
        access: { permission: 'change' },
        async run(tx, context, { app, records }) {
          for (const { key } of records)
            await app.write.updateAny(tx, context, app.models.of(Thing), key, { tags: [] });
          return { outcome: 'done' };
        },
      },
    ],
  },
});

let desk: TestApp;
let clerk: Client;
test.before(async () => {
  desk = await openDesk({ rules, extend: [clearing] });
  clerk = await desk.signInAs('staff', allPermissions);
});
test.before.each(async () => {
  await run(desk)`truncate thing, tag, thing_tag, place restart identity cascade`;
  await run(desk)`insert into tag (name) values ('open'), ('other'), ('secret'), ('locked'), ('sealed')`;
  await run(desk)`insert into place (code, name) values ('HID', 'Hidden'), ('VIS', 'Visible')`;
  await run(desk)`insert into thing (name, place_code) values ('Anvil', 'HID'), ('Bolt', 'VIS')`;
  await run(desk)`insert into thing_tag (thing_id, tag_id) select 1, id from tag`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const links = async (): Promise<unknown[]> =>
  (await run(desk)`select tag_id::text as tag from thing_tag where thing_id = 1 order by tag_id`).map(({ tag }) => tag);
const place = async (): Promise<unknown> => (await run(desk)`select place_code from thing where id = 1`)[0]?.place_code;
const thing = () => desk.app.models.of(Thing);
const change = (values: Values): Promise<Written> =>
  desk.app.database.transaction((tx) => desk.app.write.updateAny(tx, limited, thing(), '1', values));

/** Posts the form with these tags, saying that it showed those. */
async function postTags(shown: readonly string[] | undefined, tags: readonly string[]): Promise<number> {
  const { text } = await clerk.get('/admin/things/1/+edit');
  const form = parseForms(text).find(({ fields }) => '~version' in fields);
  const { '~token': token = '', '~version': version = '', '~form': id = '' } = form?.fields ?? {};
  const showing = shown === undefined ? {} : { '~shown': JSON.stringify([['tags', shown]]) };
  const fields = { '~token': token, '~version': version, '~form': id, ...showing, tags, 'tags~': '1' };
  return (await clerk.post('/admin/things/1/+edit', fields)).status;
}

test('a form lists neither hidden link rows nor link rows that lead to hidden rows', async () => {
  const { text } = await clerk.get('/admin/things/1/+edit');
  const form = parseForms(text).find(({ fields }) => '~shown' in fields);
  const shown = new Map(JSON.parse(String(form?.fields['~shown'])));
  assert.equal(shown.get('tags'), ['4', '1', '2']);
});

test('a filter does not match through link rows that the user cannot see', async () => {
  for (const [tag, isFound] of [
    [OPEN, true],
    [SECRET, false],
    [SEALED, false],
  ] as const) {
    const { text } = await clerk.get(`/admin/things?f.tags=${tag}`);
    assert.is(/Anvil/.test(text), isFound, tag);
  }
  await run(desk)`delete from thing_tag where tag_id not in (3, 5)`;
  assert.match((await clerk.get('/admin/things?f.tags=')).text, 'Anvil');
});

test('a form that claims to have shown hidden link rows removes only visible ones', async () => {
  assert.is(await postTags([OPEN, '2', SECRET, LOCKED, SEALED], [OPEN, LOCKED]), 303);
  assert.equal(await links(), [OPEN, SECRET, LOCKED, SEALED]);
  const removed = await run(desk)`
    select subject_key from rustio_audit where event = 'delete' and subject_model = 'thingTag'
  `;
  assert.is(removed.length, 1);
});

test('a post without the shown values removes no hidden link rows', async () => {
  assert.is(await postTags(undefined, [OPEN, LOCKED]), 303);
  assert.equal(await links(), [OPEN, SECRET, LOCKED, SEALED]);
});

test('a form that removes only hidden link rows changes nothing', async () => {
  const before = await run(desk)`select md5(thing::text), xmin::text from thing`;
  assert.is(await postTags([SECRET, SEALED], []), 303);
  assert.equal(await run(desk)`select md5(thing::text), xmin::text from thing`, before);
  assert.equal(await links(), [OPEN, '2', SECRET, LOCKED, SEALED]);
});

test('a plugin that sets all link rows, or names hidden ones, keeps link rows that its actor cannot see', async () => {
  for (const tags of [[1, 4], new LinkChanges([], [2, 3, 5]), [1, 3, 4, 5]]) {
    assert.is((await change({ tags })).outcome, 'done');
    assert.equal(await links(), [OPEN, SECRET, LOCKED, SEALED]);
  }
});

test('if a row rule does not allow the actor to delete a link row, it is kept and the change is rejected', async () => {
  assert.is((await change({ tags: [1, 2] })).outcome, 'forbidden');
  assert.is(await postTags([OPEN, '2', LOCKED], [OPEN, '2']), 422);
  assert.equal(await links(), [OPEN, '2', SECRET, LOCKED, SEALED]);
});

test('a link row that the rules for new rows exclude is not added, and the change is forbidden', async () => {
  await run(desk)`delete from thing_tag where tag_id = 5`;
  assert.is((await change({ tags: new LinkChanges([5], []) })).outcome, 'forbidden');
  assert.equal(await links(), [OPEN, '2', SECRET, LOCKED]);
});

test('an action of a plugin removes no hidden link rows', async () => {
  await run(desk)`delete from thing_tag where tag_id = 4`;
  const [form] = parseForms((await clerk.get('/admin/things/1/+edit')).text).filter(
    ({ fields }) => '~version' in fields,
  );
  const { '~token': token = '', '~form': id = '' } = form?.fields ?? {};
  const { status } = await clerk.post('/admin/things/+actions/clear-tags', { '~token': token, '~form': id, key: '1' });
  assert.is(status, 303);
  assert.equal(await links(), [SECRET, SEALED]);
});

test('actors without row rules can remove every link row', async () => {
  const written = await desk.app.database.transaction((tx) =>
    desk.app.write.updateAny(tx, commandAuditContext(), thing(), '1', { tags: [] }),
  );
  assert.is(written.outcome, 'done');
  assert.equal(await links(), []);
});

test('a record that references a hidden row can be saved and keeps the reference', async () => {
  assert.is((await clerk.submit('/admin/things/1/+edit', { name: 'Anvil 2' })).status, 303);
  assert.is(await place(), 'HID');
});

test('a relation to a hidden row is neither replaced nor cleared', async () => {
  for (const sent of ['VIS', '']) {
    const { status, text } = await clerk.submit('/admin/things/1/+edit', { place: sent });
    assert.is(status, 422, sent);
    assert.match(noticesOf(text).join() + text, 'You do not have permission to see the record that is selected here');
  }
  for (const value of ['VIS', null]) assert.is((await change({ place: value })).outcome, 'invalid');
  assert.is(await place(), 'HID');
  await run(desk)`update thing set place_code = 'VIS'`;
  assert.is((await clerk.submit('/admin/things/1/+edit', { place: '' })).status, 303);
  assert.is(await place(), null);
});
