// Over HTTP: what the database rejects is reported at the field, even if the conflict arose after the form was opened.

import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf } from '../../support/client.ts';
import { incompressibleText } from '../../support/incompressible-text.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { errorAt } from './page.ts';

const test = suite('admin: forms that the database rejects');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta'), ('LAX', 'Los Angeles')`;
  await run(
    desk,
  )`insert into thing (name, code, shelf, spot) values ('Anvil', 'A-1', 'top', 1), ('Bell', 'B-1', 'top', 2)`;
  await run(desk)`insert into alt.bestand values (1, 'Rohr', 5)`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** Opens the form, runs a change of another user, then posts. */
async function meanwhile(page: string, work: () => Promise<unknown>, changes: Record<string, string>) {
  const { text } = await clerk.get(page);
  const fields = formFieldsOf(text, page);
  await work();
  return clerk.post(page, { ...fields, ...changes });
}

test('the summary lists errors in the order of the form', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', {
    name: 'x',
    amount: 'many',
    boss: 'nobody at all',
    place: 'nowhere',
    day: 'tomorrow',
    tags: 'no such tag',
  });
  assert.is(status, 422);
  const [, summary = ''] = /<div class="notice tone-bad"[\s\S]*?<ul>([\s\S]*?)<\/ul>/.exec(text) ?? [];
  const listed = [...summary.matchAll(/href="#f-(\w+)"/g)].map(([, name]) => name);
  assert.equal(listed, ['name', 'tags', 'amount', 'day', 'boss', 'place']);
});

test('a duplicate value is reported at its field', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Copy', code: 'A-1' });
  assert.is(status, 422);
  assert.match(errorAt(text, 'code'), 'Another record already has this value');
  const changed = await clerk.submit('/admin/things/2/+edit', { code: 'A-1' });
  assert.is(changed.status, 422);
  assert.match(errorAt(changed.text, 'code'), 'Another record already has this value');
});

test('duplicate values of several fields are reported at each field', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Copy', shelf: 'top', spot: '1' });
  assert.is(status, 422);
  for (const name of ['shelf', 'spot']) assert.match(errorAt(text, name), 'this combination of values: Shelf, Spot');
});

test('a duplicate key is reported at each of its fields', async () => {
  const place = await clerk.submit('/admin/places/+new', { code: 'ATL', name: 'Again' });
  assert.is(place.status, 422);
  assert.match(errorAt(place.text, 'code'), 'Another record already has this value');
  assert.is((await clerk.submit('/admin/legs/+new', { origin: 'ATL', destination: 'LAX' })).status, 303);
  const leg = await clerk.submit('/admin/legs/+new', { origin: 'ATL', destination: 'LAX' });
  assert.is(leg.status, 422);
  for (const name of ['origin', 'destination']) assert.match(errorAt(leg.text, name), 'this combination of values');
});

test('race: a value that another user stored after the form was opened is reported as a duplicate', async () => {
  const take = () => run(desk)`insert into thing (name, code) values ('Faster', 'C-1')`;
  const { status, text } = await meanwhile('/admin/things/+new', take, { name: 'Slower', code: 'C-1' });
  assert.is(status, 422);
  assert.match(errorAt(text, 'code'), 'Another record already has this value');
});

test('race: two forms submit the same value concurrently; one is stored, the other is rejected', async () => {
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => clerk.submit('/admin/tags/+new', { name: 'wanted' })),
  );
  assert.equal(answers.map(({ status }) => status).toSorted(), [303, 422, 422]);
  const rejected = answers.filter(({ status }) => status === 422);
  for (const { text } of rejected) assert.match(errorAt(text, 'name'), 'Another record already has this value');
  assert.equal(await run(desk)`select count(*)::integer as n from tag where name = 'wanted'`, [{ n: 1 }]);
});

test('race: a selected row that was deleted after the form was opened is reported at its field', async () => {
  await run(desk)`insert into place (code, name) values ('GON', 'Gone')`;
  const drop = () => run(desk)`delete from place where code = 'GON'`;
  const { status, text } = await meanwhile('/admin/things/+new', drop, { name: 'Orphan', place: 'GON' });
  assert.is(status, 422);
  assert.match(errorAt(text, 'place'), 'No place matches “GON”');
});

test('a CHECK that exists only in the database is reported at its field, even if its column has a custom name', async () => {
  const odd = await clerk.submit('/admin/legacies/+new', { number: '2', words: 'Unglück', worth: '13' });
  assert.is(odd.status, 422);
  assert.match(errorAt(odd.text, 'worth'), 'The database does not allow this value (rule “wert_ist_gerade”).');
  const taken = await clerk.submit('/admin/legacies/+new', { number: '3', words: 'Rohr' });
  assert.is(taken.status, 422);
  assert.match(errorAt(taken.text, 'words'), 'Another record already has this value');
});

test('a CHECK or NOT NULL added after the model was declared is reported at its field', async () => {
  await run(desk)`alter table person add constraint no_bob check (name <> 'Bob')`;
  const bob = await clerk.submit('/admin/people/+new', { name: 'Bob', near: 'ATL' });
  assert.is(bob.status, 422);
  assert.match(errorAt(bob.text, 'name'), '(rule “no_bob”)');
  await run(desk)`update thing set notes = '' where notes is null`;
  await run(desk)`alter table thing alter column notes set not null`;
  const empty = await clerk.submit('/admin/things/+new', { name: 'Silent', notes: '' });
  assert.is(empty.status, 422);
  assert.match(errorAt(empty.text, 'notes'), 'This field is required');
  await run(desk)`alter table thing alter column notes drop not null`;
});

test('text too long for the index on its column is reported with a length that fits', async () => {
  const { status, text } = await clerk.submit('/admin/tags/+new', { name: incompressibleText(6_000) });
  assert.is(status, 422);
  assert.match(errorAt(text, 'name'), 'Shorten it to about 600 characters');
});

test('a rejected change leaves nothing behind: no row, no link, no audit entry', async () => {
  const counts = () =>
    run(
      desk,
    )`select (select count(*) from thing) as things, (select count(*) from thing_tag) as links, (select count(*) from rustio_audit) as entries`;
  await run(desk)`insert into tag (name) values ('tick')`;
  const before = await counts();
  const [{ id } = {}] = await run(desk)`select id from tag where name = 'tick'`;
  const { status } = await clerk.submit('/admin/things/+new', { name: 'Copy', code: 'A-1', tags: String(id) });
  assert.is(status, 422);
  assert.equal(await counts(), before);
});

test('a rejected form can be corrected and submitted again', async () => {
  const rejected = await clerk.submit('/admin/things/+new', { name: 'Second try', code: 'A-1' });
  const fields = formFieldsOf(rejected.text, '/admin/things/+new');
  const { status } = await clerk.post('/admin/things/+new', { ...fields, code: 'A-2' });
  assert.is(status, 303);
  assert.equal(await run(desk)`select count(*)::integer as n from thing where code = 'A-2'`, [{ n: 1 }]);
});
