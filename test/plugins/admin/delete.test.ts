// Over HTTP: deletion, the dependants of a record, and what blocks it.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { linkTo, mainOf, noticesOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: deletion');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function thing(name: string): Promise<{ id: number; page: string; remove: string }> {
  const [row] = await run(desk)`insert into thing (name) values (${name}) returning id`;
  return { id: Number(row?.id), page: `/admin/things/${row?.id}`, remove: `/admin/things/${row?.id}/+delete` };
}

const isThere = async (id: number) => (await run(desk)`select 1 as one from thing where id = ${id}`).length === 1;

const trailOf = (id: number) =>
  run(desk)`
    select event, subject_model as model from rustio_audit
    where correlation_id in (select correlation_id from rustio_audit where subject_model = 'thing' and subject_key = ${String(id)} and event = 'delete')
    order by id
  `;

test('a record without dependants is deleted after confirmation, and the list reports it', async () => {
  const { id, page, remove } = await thing('Lonely');
  const detail = await clerk.get(page);
  assert.is(linkTo(detail.text, 'Delete'), remove);
  const confirmation = await clerk.get(remove);
  assert.is(confirmation.status, 200);
  const pageText = textOf(mainOf(confirmation.text));
  assert.match(pageText, 'Delete this thing?');
  assert.match(pageText, '“Lonely” will be deleted');
  assert.match(pageText, 'No other records are affected');
  assert.ok(await isThere(id), 'looking deletes nothing');
  const { status, location } = await clerk.submit(remove, {});
  assert.equal([status, location], [303, '/admin/things']);
  assert.equal(noticesOf((await clerk.get(location)).text), ['The thing “Lonely” was deleted.']);
  assert.not.ok(await isThere(id));
  assert.is((await clerk.get(page)).status, 404);
});

test('deleted and unlinked dependants are counted, and each change is in the audit trail', async () => {
  const { id, remove } = await thing('Parent');
  await run(desk)`insert into ticket (title, thing_id) select 'ticket ' || n, ${id} from generate_series(1, 3) n`;
  await run(desk)`insert into thing (name, boss_id) select 'child ' || n, ${id} from generate_series(1, 2) n`;
  const confirmation = await clerk.get(remove);
  const lines = rowsOf(confirmation.text);
  assert.ok(
    lines.some((line) => line.join(' ') === 'Tickets 3 Also deleted'),
    JSON.stringify(lines),
  );
  assert.ok(
    lines.some((line) => line.join(' ') === 'Things 2 Unlinked'),
    JSON.stringify(lines),
  );
  assert.match(textOf(mainOf(confirmation.text)), 'Delete 4 records');
  assert.is(linkTo(confirmation.text, 'Tickets'), `/admin/tickets?f.thing=${id}`);
  assert.is((await clerk.submit(remove, {})).status, 303);
  assert.equal(await run(desk)`select count(*)::integer as n from ticket where thing_id = ${id}`, [{ n: 0 }]);
  assert.equal(await run(desk)`select distinct boss_id from thing where name like 'child %'`, [{ boss_id: null }]);
  const events = (await trailOf(id)).map(({ event, model }) => `${event} ${model}`).toSorted();
  assert.equal(events, [
    'delete thing',
    'delete ticket',
    'delete ticket',
    'delete ticket',
    'update thing',
    'update thing',
  ]);
});

test('tags of a record are deleted with it, each link row with its own event', async () => {
  const { id, remove } = await thing('Tagged');
  await run(desk)`insert into tag (name) values ('one')`;
  await run(desk)`insert into thing_tag (thing_id, tag_id) select ${id}, id from tag`;
  assert.is((await clerk.submit(remove, {})).status, 303);
  assert.equal(
    (await trailOf(id)).map(({ event, model }) => `${event} ${model}`),
    ['delete thingTag', 'delete thing'],
  );
});

test('a record with too many dependants is not deleted, and the page gives the limit', async () => {
  const { id, remove } = await thing('Crowded');
  await run(desk)`insert into ticket (title, thing_id) select 'ticket ' || n, ${id} from generate_series(1, 1000) n`;
  const rejected = await clerk.submit(remove, {});
  assert.is(rejected.status, 409);
  assert.match(noticesOf(rejected.text).join(), 'more than 1,000 related records would be deleted or unlinked with it');
  assert.ok(await isThere(id));
  await run(desk)`delete from ticket where title = 'ticket 1' and thing_id = ${id}`;
  assert.is((await clerk.submit(remove, {})).status, 303);
});

test('restricting rows block the deletion: the page names them, and offers no button', async () => {
  const { id, remove } = await thing('Needed');
  await run(desk)`insert into contract (number, holder_id) values ('C-1', ${id}), ('C-2', ${id})`;
  const confirmation = await clerk.get(remove);
  assert.is(confirmation.status, 200);
  assert.match(textOf(mainOf(confirmation.text)), 'This thing cannot be deleted');
  assert.match(rowsOf(confirmation.text)[0]?.join(' ') ?? '', /^Contracts 2 .*blocks deletion/i);
  assert.is(linkTo(confirmation.text, 'Contracts'), `/admin/contracts?f.holder=${id}`);
  assert.not.ok(parseForms(mainOf(confirmation.text)).some(({ action }) => action === remove));
});

test('race: the record is referenced before the form is submitted', async () => {
  const { id, remove } = await thing('Soon needed');
  const { text } = await clerk.get(remove);
  const fields = formFieldsOf(text, remove);
  await run(desk)`insert into contract (number, holder_id) values ('C-3', ${id})`;
  const rejected = await clerk.post(remove, fields);
  assert.is(rejected.status, 409);
  assert.match(textOf(mainOf(rejected.text)), 'Not deleted: contracts refer to this record');
  assert.match(rowsOf(rejected.text)[0]?.join(' ') ?? '', /^Contracts 1 .*blocks deletion/i);
  assert.ok(await isThere(id));
});

test('users who cannot see the blocking rows learn only that they exist', async () => {
  const { id, remove } = await thing('Secretly needed');
  await run(desk)`insert into contract (number, holder_id) values ('C-4', ${id})`;
  const narrow = await desk.signInAs('staff', ['thing.view', 'thing.delete']);
  const confirmation = await narrow.get(remove);
  assert.not.match(textOf(mainOf(confirmation.text)), /contract/i);
  const rejected = await narrow.submit(remove, {});
  assert.is(rejected.status, 409);
  assert.match(textOf(mainOf(rejected.text)), 'records that you do not have permission to view');
  assert.not.match(textOf(mainOf(rejected.text)), /contract/i);
  assert.ok(await isThere(id));
});

test('attack: a cascade does not delete rows that the user is not allowed to delete', async () => {
  const { id, remove } = await thing('Shield');
  await run(desk)`insert into ticket (title, thing_id) values ('kept', ${id})`;
  const narrow = await desk.signInAs('staff', ['thing.view', 'thing.delete', 'ticket.view']);
  const rejected = await narrow.submit(remove, {});
  assert.is(rejected.status, 409);
  assert.match(textOf(mainOf(rejected.text)), 'tickets refer to this record');
  assert.ok(await isThere(id));
  assert.equal(await run(desk)`select count(*)::integer as n from ticket where thing_id = ${id}`, [{ n: 1 }]);
});

test('a reference from a table without a model blocks the deletion', async () => {
  const { id, remove } = await thing('Held by a stranger');
  await run(desk)`create table outside (thing bigint references thing (id))`;
  await run(desk)`insert into outside values (${id})`;
  const rejected = await clerk.submit(remove, {});
  assert.is(rejected.status, 409);
  assert.match(textOf(mainOf(rejected.text)), 'Not deleted');
  assert.not.match(rejected.text, 'outside');
  await run(desk)`drop table outside`;
});

test('a record that references itself, and two that reference each other, can be deleted', async () => {
  const { id, remove } = await thing('Own boss');
  await run(desk)`update thing set boss_id = id where id = ${id}`;
  assert.is((await clerk.submit(remove, {})).status, 303);
  const [one, two] = [await thing('One'), await thing('Two')];
  await run(
    desk,
  )`update thing set boss_id = case id when ${one.id} then ${two.id}::bigint else ${one.id}::bigint end where id in (${one.id}, ${two.id})`;
  assert.is((await clerk.submit(one.remove, {})).status, 303);
  assert.is((await clerk.submit(two.remove, {})).status, 303);
});

test('race: two users delete the same record at the same time; one succeeds, the other gets a 404', async () => {
  const { remove } = await thing('Contested');
  const other = await desk.signInAs('staff', allPermissions);
  const forms = await Promise.all([clerk, other].map(async (who) => ({ who, page: (await who.get(remove)).text })));
  const answers = await Promise.all(forms.map(({ who, page }) => who.post(remove, formFieldsOf(page, remove))));
  assert.equal(answers.map(({ status }) => status).toSorted(), [303, 404]);
});

test('race: deleting many records that reference each other at the same time terminates', async () => {
  const { id } = await thing('Chief');
  const crowd = await Promise.all(Array.from({ length: 6 }, (_, at) => thing(`member ${at}`)));
  await run(desk)`update thing set boss_id = ${id} where name like 'member %'`;
  await run(desk)`insert into ticket (title, thing_id) select 'of ' || name, id from thing where name like 'member %'`;
  const pages = [`/admin/things/${id}/+delete`, ...crowd.map(({ remove }) => remove)];
  const forms = await Promise.all(pages.map(async (page) => ({ page, text: (await clerk.get(page)).text })));
  const answers = await Promise.all(forms.map(({ page, text }) => clerk.post(page, formFieldsOf(text, page))));
  for (const { status } of answers) assert.ok(status === 303 || status === 409, String(status));
  assert.ok(answers.some(({ status }) => status === 303));
});

test('race: deleting two records that reference each other at the same time does not end in a deadlock', async () => {
  const pairs = await Promise.all(
    Array.from({ length: 8 }, async (_, at) => [await thing(`left ${at}`), await thing(`right ${at}`)] as const),
  );
  for (const [left, right] of pairs) {
    await run(desk)`
      update thing set boss_id = case id when ${left.id} then ${right.id}::bigint else ${left.id}::bigint end
      where id in (${left.id}, ${right.id})
    `;
  }
  const forms = await Promise.all(
    pairs.flat().map(async ({ remove }) => ({ remove, text: (await clerk.get(remove)).text })),
  );
  const answers = await Promise.all(forms.map(({ remove, text }) => clerk.post(remove, formFieldsOf(text, remove))));
  for (const { status } of answers) assert.ok(status === 303 || status === 409, String(status));
});

test('a record with a composite key can be deleted', async () => {
  await run(desk)`insert into place (code, name) values ('LAX', 'Los Angeles')`;
  await run(desk)`insert into leg (origin_code, destination_code) values ('ATL', 'LAX')`;
  const { status, text } = await clerk.get('/admin/legs/ATL,LAX/+delete');
  assert.is(status, 200);
  assert.match(textOf(mainOf(text)), 'No other records are affected');
  assert.is((await clerk.submit('/admin/legs/ATL,LAX/+delete', {})).status, 303);
  assert.equal(await run(desk)`select * from leg`, []);
});
