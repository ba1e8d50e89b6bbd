// Over HTTP: the same form posted twice, and records changed or deleted while a form is open.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, type FormFields, formFieldsOf, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { linkTo, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: repeated submissions and conflicts');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.signInAs('staff', allPermissions);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function open(page: string): Promise<FormFields> {
  const { text } = await clerk.get(page);
  const form = parseForms(text).find(({ action }) => action === page);
  if (!form) throw new Error(`${page} has no form`);
  return form.fields;
}

async function thing(name: string): Promise<{ id: number; page: string; edit: string; remove: string }> {
  const [row] = await run(desk)`insert into thing (name, amount) values (${name}, 1) returning id`;
  const page = `/admin/things/${row?.id}`;
  return { id: Number(row?.id), page, edit: `${page}/+edit`, remove: `${page}/+delete` };
}

const many = async (name: string) => {
  const [row] = await run(desk)`select count(*)::integer as n from thing where name = ${name}`;
  return row?.n;
};

for (const then of ['list', 'stay']) {
  test(`a form submitted twice adds one record and gets the same response (then: ${then})`, async () => {
    const fields = { ...(await open('/admin/things/+new')), name: `Once ${then}`, '~then': then };
    const first = await clerk.post('/admin/things/+new', fields);
    const second = await clerk.post('/admin/things/+new', fields);
    assert.equal([first.status, second.status], [303, 303]);
    assert.is(second.location, first.location);
    assert.is(await many(`Once ${then}`), 1);
  });
}

test('a form submitted ten times concurrently adds one record, and all get the same response (T29)', async () => {
  const fields = { ...(await open('/admin/things/+new')), name: 'Impatient', '~then': 'stay' };
  const answers = await Promise.all(Array.from({ length: 10 }, () => clerk.post('/admin/things/+new', fields)));
  assert.equal(new Set(answers.map(({ status }) => status)), new Set([303]));
  assert.is(new Set(answers.map(({ location }) => location)).size, 1);
  assert.is(await many('Impatient'), 1);
});

test('a change submitted twice is one change in the audit trail', async () => {
  const { id, edit } = await thing('Changed once');
  const fields = { ...(await open(edit)), amount: '5' };
  const answers = await Promise.all([clerk.post(edit, fields), clerk.post(edit, fields)]);
  assert.equal(
    answers.map(({ status }) => status),
    [303, 303],
  );
  assert.equal(
    await run(
      desk,
    )`select count(*)::integer as n from rustio_audit where subject_model = 'thing' and subject_key = ${String(id)}`,
    [{ n: 1 }],
  );
});

test('a deletion submitted twice gets the same response twice', async () => {
  const { remove } = await thing('Deleted once');
  const fields = await open(remove);
  const answers = await Promise.all([clerk.post(remove, fields), clerk.post(remove, fields)]);
  assert.equal(
    answers.map(({ status, location }) => [status, location]),
    [
      [303, '/admin/things'],
      [303, '/admin/things'],
    ],
  );
});

test('a rejected form can be submitted again with the same id', async () => {
  const fields = { ...(await open('/admin/things/+new')), name: 'x' };
  assert.is((await clerk.post('/admin/things/+new', fields)).status, 422);
  assert.is((await clerk.post('/admin/things/+new', { ...fields, name: 'Mended' })).status, 303);
  assert.is(await many('Mended'), 1);
});

test('attack: the form id of another user reveals nothing about the response to it', async () => {
  const fields: FormFields = { ...(await open('/admin/things/+new')), name: 'Private', '~then': 'stay' };
  const { location } = await clerk.post('/admin/things/+new', fields);
  assert.match(location, '+edit');
  const other = await desk.signInAs('staff', allPermissions);
  const { text } = await other.get('/admin/things/+new');
  const own = formFieldsOf(text, '/admin/things/+new');
  const answer = await other.post('/admin/things/+new', {
    ...own,
    name: 'Copied id',
    '~form': String(fields['~form']),
  });
  assert.is.not(answer.location, location);
});

test('form ids of any format are harmless', async () => {
  for (const id of ['', 'x'.repeat(10_000), "'; drop table thing; --", '\0', '\ud800', '😀'.repeat(100)]) {
    const fields = {
      ...(await open('/admin/tags/+new')),
      name: `tag ${id.length} ${id.slice(0, 1).toWellFormed().replace('\0', '')}`,
    };
    const { status } = await clerk.post('/admin/tags/+new', { ...fields, '~form': id });
    assert.is(status, 303, JSON.stringify(id.slice(0, 10)));
  }
});

test('after a conflict, fields that both users changed show the saved value', async () => {
  const { id, edit } = await thing('Shared');
  const tagged = async (name: string) =>
    String((await run(desk)`insert into tag (name) values (${name}) returning id`)[0]?.id);
  const [theirs, own] = [await tagged('Their tag'), await tagged('Own tag')];
  const fields = await open(edit);
  await run(desk)`
    update thing set amount = 934, big = 1234567, price = 1234.5, state = 'done', code = 'both', notes = '<b>theirs</b>', shelf = 'theirs'
    where id = ${id}
  `;
  await run(desk)`insert into thing_tag (thing_id, tag_id) values (${id}, ${theirs})`;
  const changes = { amount: '7', big: '5', state: 'lost', code: 'both', notes: 'mine', tags: own, sure: 'true' };
  const { status, text } = await clerk.post(edit, { ...fields, ...changes });
  assert.is(status, 409);
  const saved = (name: string) =>
    textOf(new RegExp(`id="f-${name}-saved">([\\s\\S]*?)</p>`).exec(mainOf(text))?.[1] ?? '');
  assert.is(saved('amount'), 'Saved value: 934');
  assert.is(saved('big'), 'Saved value: 1,234,567', 'as on the page of the record');
  assert.is(saved('state'), 'Saved value: Finished');
  assert.is(saved('notes'), 'Saved value: <b>theirs</b>', 'escaped');
  assert.is(saved('tags'), 'Saved value: Their tag');
  assert.is(saved('code'), '', 'both have entered the same');
  assert.is(saved('price'), '', 'only someone else has changed it');
  assert.is(saved('sure'), '', 'only this user has changed it');
  assert.match(text, /<input[^>]*id="f-amount"[^>]* aria-describedby="[^"]*f-amount-saved/);
  const formFields = formFieldsOf(text, edit);
  assert.is((await clerk.post(edit, formFields)).status, 303, 'saving again applies the changes');
  assert.equal(await run(desk)`select amount, state, shelf from thing where id = ${id}`, [
    { amount: 7, state: 'lost', shelf: 'theirs' },
  ]);
});

test('a concurrent change is not overwritten: 409 with the input', async () => {
  const { id, edit } = await thing('Contested');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 2 where id = ${id}`;
  const answer = await clerk.post(edit, { ...fields, name: 'Mine' });
  assert.is(answer.status, 409);
  const [notice = ''] = noticesOf(answer.text);
  assert.match(notice, 'this record was changed after you opened the form');
  assert.match(notice, 'Changed in the meantime: Amount.', 'what someone else has changed');
  assert.not.match(answer.text, 'Saved value', 'nothing that both have changed');
  assert.is(linkTo(answer.text, 'View the current version (new tab)'), edit);
  const formFields = formFieldsOf(answer.text, edit);
  assert.is(formFields.name, 'Mine');
  assert.is(formFields.amount, '2', 'fields that this user has not changed have their current values');
  assert.equal(await run(desk)`select name, amount from thing where id = ${id}`, [{ name: 'Contested', amount: 2 }]);

  const again = await clerk.post(edit, formFields);
  assert.is(again.status, 303, 'who saves again has seen it');
  assert.equal(await run(desk)`select name, amount from thing where id = ${id}`, [{ name: 'Mine', amount: 2 }]);
});

test('a second change while a conflict is shown is a conflict again', async () => {
  const { id, edit } = await thing('Twice contested');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 2 where id = ${id}`;
  const { text } = await clerk.post(edit, { ...fields, name: 'Mine' });
  await run(desk)`update thing set amount = 3 where id = ${id}`;
  const formFields = formFieldsOf(text, edit);
  assert.is((await clerk.post(edit, formFields)).status, 409);
});

test('a validation error does not hide a conflict', async () => {
  const { id, edit } = await thing('ValidationFailed');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 2 where id = ${id}`;
  const mistaken = await clerk.post(edit, { ...fields, name: 'x' });
  assert.is(mistaken.status, 422);
  const formFields = formFieldsOf(mistaken.text, edit);
  assert.is((await clerk.post(edit, { ...formFields, name: 'Right' })).status, 409);
});

test('a concurrent change of tags is also a conflict', async () => {
  const { id, edit } = await thing('Tagged meanwhile');
  const fields = await open(edit);
  const other = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into tag (name) values ('meanwhile') on conflict do nothing`;
  const [tag] = await run(desk)`select id from tag where name = 'meanwhile'`;
  assert.is((await other.submit(edit, { tags: String(tag?.id) })).status, 303);
  assert.is((await clerk.post(edit, { ...fields, name: 'Mine' })).status, 409);
  assert.equal(await run(desk)`select count(*)::integer as n from thing_tag where thing_id = ${id}`, [{ n: 1 }]);
});

test('if both users made the same change, there is no conflict', async () => {
  const { id, edit } = await thing('Agreed');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 7 where id = ${id}`;
  const { status, location } = await clerk.post(edit, { ...fields, amount: '7' });
  assert.is(status, 303);
  assert.match(noticesOf((await clerk.get(location)).text)[0] ?? '', 'No changes were made');
});

test('of ten different concurrent changes, one is stored and the others are conflicts', async () => {
  const { id, edit } = await thing('Crowded');
  const forms = await Promise.all(Array.from({ length: 10 }, () => open(edit)));
  const answers = await Promise.all(
    forms.map((fields, at) => clerk.post(edit, { ...fields, amount: String(10 + at) })),
  );
  assert.equal(answers.map(({ status }) => status).toSorted(), [303, ...Array.from({ length: 9 }, () => 409)]);
  const [row] = await run(desk)`select amount from thing where id = ${id}`;
  assert.is(answers[Number(row?.amount) - 10]?.status, 303);
});

test('a record deleted in the meantime returns 404 for saving and deleting', async () => {
  const { id, edit, remove } = await thing('Vanishing');
  const [change, removal] = [await open(edit), await open(remove)];
  await run(desk)`delete from thing where id = ${id}`;
  assert.is((await clerk.post(edit, { ...change, amount: '9' })).status, 404);
  assert.is((await clerk.post(edit, { ...change, name: 'x' })).status, 404, 'with an error in it, too');
  assert.is((await clerk.post(remove, removal)).status, 404);
});

test('if a record was changed after its delete page was opened, confirmation is requested again', async () => {
  const { id, remove } = await thing('Changed before the end');
  const fields = await open(remove);
  await run(desk)`update thing set amount = 99 where id = ${id}`;
  const rejected = await clerk.post(remove, fields);
  assert.is(rejected.status, 409);
  assert.match(textOf(mainOf(rejected.text)), 'this record was changed in the meantime');
  assert.is(await many('Changed before the end'), 1);
  const formFields = formFieldsOf(rejected.text, remove);
  assert.is((await clerk.post(remove, formFields)).status, 303);
  assert.is(await many('Changed before the end'), 0);
});
