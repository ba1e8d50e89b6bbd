// Black box: relation fields without scripts, and many-to-many.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, type FormFields, formsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { everything, openDesk, run } from './desk.ts';
import { factsOf, mistakeAt, noticesOf } from './page.ts';

const test = suite('admin: relations in forms');
const ADD = '/admin/people/+new';
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', everything);
  await run(desk)`
    insert into place (code, name) values ('ATL', 'Atlanta'), ('LAX', 'Los Angeles'), ('SFO', 'San Francisco'), ('SAN', 'San Diego'),
      ('50', 'Fifty'), ('x', '50'), ('%', 'Percent')
  `;
  await run(desk)`
    insert into person (name, near_code) values ('Ada', 'ATL'), ('Sam', 'ATL'), ('Sam', 'LAX'), ('ada', 'LAX'), ('Eve', 'ATL')
  `;
  await run(desk)`insert into tag (name) values ('old'), ('blue'), ('blueish')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function stored() {
  const [row] = await run(
    desk,
  )`select id, name, friend_id as friend, near_code as near from person order by id desc limit 1`;
  return row ?? {};
}

/** What the radios or boxes of a field offer. */
function offered(page: string, name: string): readonly string[] {
  const inputs = page.matchAll(
    new RegExp(`<input type="(?:radio|checkbox)" name="${name}" value="([^"]*)"( checked)?`, 'g'),
  );
  return [...inputs].map(([, value = '', checked]) => value + (checked ? ' ticked' : ''));
}

function heldBy(page: string, action: string): FormFields {
  return formsOf(page).find((form) => form.action === action)?.fields ?? {};
}

const typed: readonly (readonly [typed: string, key: string, why: string])[] = [
  ['LAX', 'LAX', 'the key'],
  ['Los Angeles', 'LAX', 'the label'],
  ['  los ANGELES ', 'LAX', 'the label, whatever the capitals and the spaces around it'],
  ['50', '50', 'a key before the label of another row'],
  ['%', '%', 'a wildcard is a sign like others'],
];
for (const [text, key, why] of typed) {
  test(`${why} is taken: "${text}"`, async () => {
    const { status } = await clerk.submit(ADD, { name: 'New', near: text });
    assert.is(status, 303);
    assert.is((await stored()).near, key);
  });
}

test('of several rows with the same label one is chosen', async () => {
  const asked = await clerk.submit(ADD, { name: 'Asks', near: 'ATL', friend: 'Sam' });
  assert.is(asked.status, 422);
  assert.match(mistakeAt(asked.text, 'friend'), 'Several rows fit “Sam”');
  assert.equal(offered(asked.text, 'friend'), ['2', '3']);
  const held = heldBy(asked.text, ADD);
  assert.is(held.near, 'ATL', 'what was clear stays chosen');
  const chosen = await clerk.post(ADD, { ...held, friend: ['3', ''] });
  assert.is(chosen.status, 303);
  const { friend, name } = await stored();
  assert.equal([name, String(friend)], ['Asks', '3']);
});

test('of rows that differ in capitals alone the exact one is taken', async () => {
  await clerk.submit(ADD, { name: 'Exact', near: 'ATL', friend: 'ada' });
  assert.is(String((await stored()).friend), '4');
});

test('a part of a label offers the rows that hold it, and takes none by itself', async () => {
  const asked = await clerk.submit(ADD, { name: 'Part', near: 'san' });
  assert.is(asked.status, 422);
  assert.match(mistakeAt(asked.text, 'near'), 'No place is called “san” exactly');
  assert.equal(offered(asked.text, 'near').toSorted(), ['SAN', 'SFO']);
  const one = await clerk.submit(ADD, { name: 'Part', near: 'angel' });
  assert.is(one.status, 422);
  assert.equal(offered(one.text, 'near'), ['LAX']);
});

test('instead of what is offered something else can be typed', async () => {
  const asked = await clerk.submit(ADD, { name: 'Else', near: 'ATL', friend: 'Sam' });
  const held = heldBy(asked.text, ADD);
  await clerk.post(ADD, { ...held, friend: 'Eve' });
  assert.is(String((await stored()).friend), '5');
});

test('what fits nothing is told with what was typed, and nothing is stored', async () => {
  const before = await stored();
  const { status, text } = await clerk.submit(ADD, { name: 'Nobody', near: 'Atlantis', friend: '99' });
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'near'), 'There is no place “Atlantis”');
  assert.match(mistakeAt(text, 'friend'), 'There is no person “99”');
  assert.equal([heldBy(text, ADD).near, heldBy(text, ADD).friend], ['Atlantis', '99']);
  assert.equal(await stored(), before);
});

test('a relation that must be there is missed when it is empty or not in the form at all', async () => {
  for (const near of ['', ' ', null]) {
    const { status, text } = await clerk.submit(ADD, { name: 'Missing', near });
    assert.is(status, 422);
    assert.match(mistakeAt(text, 'near'), 'Please fill this in');
  }
});

test('a relation that may be empty is cleared by an empty field, and left alone by a form without it', async () => {
  await clerk.submit(ADD, { name: 'Friendly', near: 'ATL', friend: '1' });
  const edit = `/admin/people/${(await stored()).id}/+edit`;
  await clerk.submit(edit, { friend: null });
  assert.is(String((await stored()).friend), '1');
  await clerk.submit(edit, { friend: '' });
  assert.is((await stored()).friend, null);
});

test('a row may point to itself', async () => {
  await clerk.submit(ADD, { name: 'Selfish', near: 'ATL' });
  const { id } = await stored();
  await clerk.submit(`/admin/people/${id}/+edit`, { friend: String(id) });
  const { text } = await clerk.get(`/admin/people/${id}`);
  assert.is(factsOf(text).Friend, 'Selfish');
});

test('tags are set, added to by typing, taken away one by one, and cleared', async () => {
  const tagsOf = async () => {
    const rows = await run(desk)`
      select tag.name from thing_tag join tag on tag.id = tag_id where thing_id = (select max(id) from thing) order by tag.id
    `;
    return rows.map(({ name }) => String(name));
  };
  await clerk.submit('/admin/things/+new', { name: 'Tagged', tags: ['1', ''] });
  assert.equal(await tagsOf(), ['old']);
  const [{ id } = {}] = await run(desk)`select max(id) as id from thing`;
  const edit = `/admin/things/${id}/+edit`;
  const form = await clerk.get(edit);
  assert.equal(offered(form.text, 'tags'), ['1 ticked']);
  await clerk.submit(edit, { tags: ['1', 'Blue'] });
  assert.equal(await tagsOf(), ['old', 'blue'], 'a typed label beside what is ticked');
  await clerk.submit(edit, { tags: ['2'] });
  assert.equal(await tagsOf(), ['blue']);
  await clerk.submit(edit, { tags: ['2', '2', '2'] });
  assert.equal(await tagsOf(), ['blue'], 'the same one several times is one');
  await clerk.submit(edit, { tags: null, 'tags~': null });
  assert.equal(await tagsOf(), ['blue'], 'a form without the field leaves them alone');
  await clerk.submit(edit, { tags: null });
  assert.equal(await tagsOf(), []);
});

test('tags that are not clear are offered unticked, and those that are stay ticked', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Unclear', tags: ['1', 'lue'] });
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'tags'), '“lue”');
  assert.equal(offered(text, 'tags').toSorted(), ['1 ticked', '2', '3']);
});

test('tags that did not change are no change', async () => {
  await run(desk)`insert into thing (name) values ('Steady')`;
  await run(desk)`insert into thing_tag (thing_id, tag_id) select max(id), 1 from thing`;
  const [{ id } = {}] = await run(desk)`select max(id) as id from thing`;
  const { location } = await clerk.submit(`/admin/things/${id}/+edit`, {});
  assert.equal(noticesOf((await clerk.get(location)).text), ['Nothing was changed in the thing “Steady”.']);
});

test('attack: thousands of words in a relation field are not looked up one by one', async () => {
  const many = Array.from({ length: 4_000 }, (_, at) => `word ${at}`);
  const { records: rows } = desk.app;
  const { resolve } = rows;
  let asked = 0;
  rows.resolve = (...question) => {
    asked += 1;
    return resolve(...question);
  };
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Many', tags: many });
  rows.resolve = resolve;
  assert.is(status, 422);
  assert.match(noticesOf(text)[0] ?? '', 'There is no tag');
  assert.is(asked, 20);
});

test('attack: a key of a model that one may not view is not taken from a request, and its label is not told', async () => {
  const narrow = await desk.person('staff', ['person.view', 'person.add', 'person.change']);
  const { status, text } = await narrow.submit(ADD, { name: 'Prying', near: 'LAX' });
  assert.is(status, 422);
  assert.not.match(text, 'Los Angeles');
  const form = await narrow.get('/admin/people/1/+edit');
  assert.not.match(form.text, 'Atlanta');
  const changed = await narrow.submit('/admin/people/1/+edit', { name: 'Ada L.', near: 'LAX' });
  assert.is(changed.status, 303, 'the fields that he may set are saved all the same');
  const [row] = await run(desk)`select name, near_code as near from person where id = 1`;
  assert.equal(row, { name: 'Ada L.', near: 'ATL' });
});
