// Over HTTP: relation fields without scripts, and many-to-many.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { errorAt, factsOf, noticesOf } from './page.ts';

const test = suite('admin: relations in forms');
const ADD = '/admin/people/+new';
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.signInAs('staff', allPermissions);
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

/** The options of the radio buttons or boxes of a field. */
function offered(page: string, name: string): readonly string[] {
  const inputs = page.matchAll(
    new RegExp(`<input type="(?:radio|checkbox)" name="${name}" value="([^"]*)"( checked)?`, 'g'),
  );
  return [...inputs].map(([, value = '', checked]) => value + (checked ? ' ticked' : ''));
}

const typed: readonly (readonly [typed: string, key: string, why: string])[] = [
  ['LAX', 'LAX', 'the key'],
  ['Los Angeles', 'LAX', 'the label'],
  ['  los ANGELES ', 'LAX', 'the label, whatever the capitals and the spaces around it'],
  ['50', '50', 'a key before the label of another row'],
  ['%', '%', 'a wildcard is an ordinary character'],
];
for (const [text, key, why] of typed) {
  test(`${why} is accepted: "${text}"`, async () => {
    const { status } = await clerk.submit(ADD, { name: 'New', near: text });
    assert.is(status, 303);
    assert.is((await stored()).near, key);
  });
}

test('one of several rows with the same label can be chosen', async () => {
  const response = await clerk.submit(ADD, { name: 'Asks', near: 'ATL', friend: 'Sam' });
  assert.is(response.status, 422);
  assert.match(errorAt(response.text, 'friend'), 'Several matches for “Sam”');
  assert.equal(offered(response.text, 'friend'), ['2', '3']);
  const fields = formFieldsOf(response.text, ADD);
  assert.is(fields.near, 'ATL', 'what was clear stays chosen');
  const chosen = await clerk.post(ADD, { ...fields, friend: ['3', ''] });
  assert.is(chosen.status, 303);
  const { friend, name } = await stored();
  assert.equal([name, String(friend)], ['Asks', '3']);
});

test('if rows differ only in case, the exact match is selected', async () => {
  await clerk.submit(ADD, { name: 'Exact', near: 'ATL', friend: 'ada' });
  assert.is(String((await stored()).friend), '4');
});

test('part of a label suggests the rows that contain it, without selecting one', async () => {
  const response = await clerk.submit(ADD, { name: 'Part', near: 'san' });
  assert.is(response.status, 422);
  assert.match(errorAt(response.text, 'near'), 'No place matches “san” exactly');
  assert.equal(offered(response.text, 'near').toSorted(), ['SAN', 'SFO']);
  const one = await clerk.submit(ADD, { name: 'Part', near: 'angel' });
  assert.is(one.status, 422);
  assert.equal(offered(one.text, 'near'), ['LAX']);
});

test('other text can be typed instead of the suggestions', async () => {
  const response = await clerk.submit(ADD, { name: 'Else', near: 'ATL', friend: 'Sam' });
  const fields = formFieldsOf(response.text, ADD);
  await clerk.post(ADD, { ...fields, friend: 'Eve' });
  assert.is(String((await stored()).friend), '5');
});

test('text without a match is reported with the input, and nothing is stored', async () => {
  const before = await stored();
  const { status, text } = await clerk.submit(ADD, { name: 'Nobody', near: 'Atlantis', friend: '99' });
  assert.is(status, 422);
  assert.match(errorAt(text, 'near'), 'No place matches “Atlantis”');
  assert.match(errorAt(text, 'friend'), 'No person matches “99”');
  assert.equal([formFieldsOf(text, ADD).near, formFieldsOf(text, ADD).friend], ['Atlantis', '99']);
  assert.equal(await stored(), before);
});

test('a required relation is reported if it is empty or missing from the form', async () => {
  for (const near of ['', ' ', null]) {
    const { status, text } = await clerk.submit(ADD, { name: 'Missing', near });
    assert.is(status, 422);
    assert.match(errorAt(text, 'near'), 'This field is required');
  }
});

test('an optional relation is cleared by an empty field, and unchanged if the form lacks it', async () => {
  await clerk.submit(ADD, { name: 'Friendly', near: 'ATL', friend: '1' });
  const edit = `/admin/people/${(await stored()).id}/+edit`;
  await clerk.submit(edit, { friend: null });
  assert.is(String((await stored()).friend), '1');
  await clerk.submit(edit, { friend: '' });
  assert.is((await stored()).friend, null);
});

test('a row can reference itself', async () => {
  await clerk.submit(ADD, { name: 'Selfish', near: 'ATL' });
  const { id } = await stored();
  await clerk.submit(`/admin/people/${id}/+edit`, { friend: String(id) });
  const { text } = await clerk.get(`/admin/people/${id}`);
  assert.is(factsOf(text).Friend, 'Selfish');
});

test('tags are set, added by typing, removed individually, and cleared', async () => {
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

test('ambiguous tags are offered unticked, and resolved ones remain ticked', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Unclear', tags: ['1', 'lue'] });
  assert.is(status, 422);
  assert.match(errorAt(text, 'tags'), '“lue”');
  assert.equal(offered(text, 'tags').toSorted(), ['1 ticked', '2', '3']);
});

test('unchanged tags are not a change', async () => {
  await run(desk)`insert into thing (name) values ('Steady')`;
  await run(desk)`insert into thing_tag (thing_id, tag_id) select max(id), 1 from thing`;
  const [{ id } = {}] = await run(desk)`select max(id) as id from thing`;
  const { location } = await clerk.submit(`/admin/things/${id}/+edit`, {});
  assert.equal(noticesOf((await clerk.get(location)).text), ['No changes were made to the thing “Steady”.']);
});

test('attack: thousands of words in a relation field are not looked up one by one', async () => {
  const many = Array.from({ length: 4_000 }, (_, at) => `word ${at}`);
  const { records: rows } = desk.app;
  const { resolve } = rows;
  let lookups = 0;
  rows.resolve = (...question) => {
    lookups += 1;
    return resolve(...question);
  };
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Many', tags: many });
  rows.resolve = resolve;
  assert.is(status, 422);
  assert.match(noticesOf(text)[0] ?? '', 'No tag matches');
  assert.is(lookups, 20);
});

test('attack: a key of a model that the user cannot view is rejected, and its label is not revealed', async () => {
  const narrow = await desk.signInAs('staff', ['person.view', 'person.add', 'person.change']);
  const { status, text } = await narrow.submit(ADD, { name: 'Prying', near: 'LAX' });
  assert.is(status, 422);
  assert.not.match(text, 'Los Angeles');
  const form = await narrow.get('/admin/people/1/+edit');
  assert.not.match(form.text, 'Atlanta');
  const changed = await narrow.submit('/admin/people/1/+edit', { name: 'Ada L.', near: 'LAX' });
  assert.is(changed.status, 303, 'the fields that the user may set are saved');
  const [row] = await run(desk)`select name, near_code as near from person where id = 1`;
  assert.equal(row, { name: 'Ada L.', near: 'ATL' });
});
