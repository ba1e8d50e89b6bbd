// Black box: what the database does not allow is told at the field, also when it became true after the form was opened.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { everything, openDesk, run } from './desk.ts';
import { mistakeAt, noticesOf } from './page.ts';

const test = suite('admin: what the database refuses');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', everything);
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

/** Opens the form, lets somebody else do something, then posts. */
async function meanwhile(page: string, work: () => Promise<unknown>, fields: Record<string, string>) {
  const { text } = await clerk.get(page);
  const held = formsOf(text).find(({ action }) => action === page)?.fields ?? {};
  await work();
  return clerk.post(page, { ...held, ...fields });
}

test('a value that another record has', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Copy', code: 'A-1' });
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'code'), 'already taken');
  const changed = await clerk.submit('/admin/things/2/+edit', { code: 'A-1' });
  assert.is(changed.status, 422);
  assert.match(mistakeAt(changed.text, 'code'), 'already taken');
});

test('values that another record has together are told at each of their fields', async () => {
  const { status, text } = await clerk.submit('/admin/things/+new', { name: 'Copy', shelf: 'top', spot: '1' });
  assert.is(status, 422);
  for (const name of ['shelf', 'spot']) assert.match(mistakeAt(text, name), 'the same values together: Shelf, Spot');
});

test('a key that is taken, single and composite', async () => {
  const place = await clerk.submit('/admin/places/+new', { code: 'ATL', name: 'Again' });
  assert.is(place.status, 422);
  assert.match(mistakeAt(place.text, 'code'), 'already taken');
  assert.is((await clerk.submit('/admin/legs/+new', { origin: 'ATL', destination: 'LAX' })).status, 303);
  const leg = await clerk.submit('/admin/legs/+new', { origin: 'ATL', destination: 'LAX' });
  assert.is(leg.status, 422);
  for (const name of ['origin', 'destination']) assert.match(mistakeAt(leg.text, name), 'the same values together');
});

test('race: the value was taken after the form was opened', async () => {
  const take = () => run(desk)`insert into thing (name, code) values ('Faster', 'C-1')`;
  const { status, text } = await meanwhile('/admin/things/+new', take, { name: 'Slower', code: 'C-1' });
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'code'), 'already taken');
});

test('race: two forms at the same moment want the same value; one gets it, the other is told', async () => {
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => clerk.submit('/admin/tags/+new', { name: 'wanted' })),
  );
  assert.equal(answers.map(({ status }) => status).toSorted(), [303, 422, 422]);
  const refused = answers.filter(({ status }) => status === 422);
  for (const { text } of refused) assert.match(mistakeAt(text, 'name'), 'already taken');
  assert.equal(await run(desk)`select count(*)::integer as n from tag where name = 'wanted'`, [{ n: 1 }]);
});

test('race: the row that was chosen has been deleted meanwhile', async () => {
  await run(desk)`insert into place (code, name) values ('GON', 'Gone')`;
  const drop = () => run(desk)`delete from place where code = 'GON'`;
  const { status, text } = await meanwhile('/admin/things/+new', drop, { name: 'Orphan', place: 'GON' });
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'place'), 'There is no place “GON”');
});

test('a check that only the database knows, and columns with names of their own', async () => {
  const odd = await clerk.submit('/admin/legacies/+new', { number: '2', words: 'Unglück', worth: '13' });
  assert.is(odd.status, 422);
  assert.match(noticesOf(odd.text)[0] ?? '', 'A rule of the database does not allow this');
  assert.not.match(odd.text, 'wert_ist_gerade', 'names of the inside say nothing to him');
  const taken = await clerk.submit('/admin/legacies/+new', { number: '3', words: 'Rohr' });
  assert.is(taken.status, 422);
  assert.match(mistakeAt(taken.text, 'words'), 'already taken');
});

test('a check and a NOT NULL that came after the model was written', async () => {
  await run(desk)`alter table person add constraint no_bob check (name <> 'Bob')`;
  const bob = await clerk.submit('/admin/people/+new', { name: 'Bob', near: 'ATL' });
  assert.is(bob.status, 422);
  assert.match(noticesOf(bob.text)[0] ?? '', 'A rule of the database does not allow this');
  await run(desk)`update thing set notes = '' where notes is null`;
  await run(desk)`alter table thing alter column notes set not null`;
  const empty = await clerk.submit('/admin/things/+new', { name: 'Silent', notes: '' });
  assert.is(empty.status, 422);
  assert.match(mistakeAt(empty.text, 'notes'), 'Please fill this in');
  await run(desk)`alter table thing alter column notes drop not null`;
});

test('a text that is too long for the index of its column', async () => {
  const noise = Array.from({ length: 6_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))).join(
    '',
  );
  const { status, text } = await clerk.submit('/admin/tags/+new', { name: noise });
  assert.is(status, 422);
  assert.match(mistakeAt(text, 'name'), 'too long');
});

test('a refused change leaves nothing behind: no row, no link, no entry in the trail', async () => {
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

test('after a refusal the same form can be mended and sent', async () => {
  const refused = await clerk.submit('/admin/things/+new', { name: 'Second try', code: 'A-1' });
  const held = formsOf(refused.text).find(({ action }) => action === '/admin/things/+new')?.fields ?? {};
  const { status } = await clerk.post('/admin/things/+new', { ...held, code: 'A-2' });
  assert.is(status, 303);
  assert.equal(await run(desk)`select count(*)::integer as n from thing where code = 'A-2'`, [{ n: 1 }]);
});
