// Black box: the same form twice, and records that change or vanish while somebody looks at them.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, type FormFields, formsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { everything, openDesk, run } from './desk.ts';
import { linkTo, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: once, and on the newest state');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', everything);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

async function open(page: string): Promise<FormFields> {
  const { text } = await clerk.get(page);
  const form = formsOf(text).find(({ action }) => action === page);
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
  test(`a form that is posted twice adds one record and gets the same answer (then: ${then})`, async () => {
    const fields = { ...(await open('/admin/things/+new')), name: `Once ${then}`, '~then': then };
    const first = await clerk.post('/admin/things/+new', fields);
    const second = await clerk.post('/admin/things/+new', fields);
    assert.equal([first.status, second.status], [303, 303]);
    assert.is(second.location, first.location);
    assert.is(await many(`Once ${then}`), 1);
  });
}

test('a form that is posted ten times at the same moment adds one record, and all get the same answer', async () => {
  const fields = { ...(await open('/admin/things/+new')), name: 'Impatient', '~then': 'stay' };
  const answers = await Promise.all(Array.from({ length: 10 }, () => clerk.post('/admin/things/+new', fields)));
  assert.equal(new Set(answers.map(({ status }) => status)), new Set([303]));
  assert.is(new Set(answers.map(({ location }) => location)).size, 1);
  assert.is(await many('Impatient'), 1);
});

test('a change that is posted twice is one change in the trail', async () => {
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

test('a deletion that is posted twice gets the same answer twice', async () => {
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

test('a form that was refused may be sent again under the same id', async () => {
  const fields = { ...(await open('/admin/things/+new')), name: 'x' };
  assert.is((await clerk.post('/admin/things/+new', fields)).status, 422);
  assert.is((await clerk.post('/admin/things/+new', { ...fields, name: 'Mended' })).status, 303);
  assert.is(await many('Mended'), 1);
});

test('attack: the id of somebody else’s form tells nothing of where it led', async () => {
  const fields: FormFields = { ...(await open('/admin/things/+new')), name: 'Private', '~then': 'stay' };
  const { location } = await clerk.post('/admin/things/+new', fields);
  assert.match(location, '+edit');
  const other = await desk.person('staff', everything);
  const { text } = await other.get('/admin/things/+new');
  const own = formsOf(text).find(({ action }) => action === '/admin/things/+new')?.fields ?? {};
  const answer = await other.post('/admin/things/+new', {
    ...own,
    name: 'Copied id',
    '~form': String(fields['~form']),
  });
  assert.is.not(answer.location, location);
});

test('ids of forms of every shape do no harm', async () => {
  for (const id of ['', 'x'.repeat(10_000), "'; drop table thing; --", '\0', '\ud800', '😀'.repeat(100)]) {
    const fields = {
      ...(await open('/admin/tags/+new')),
      name: `tag ${id.length} ${id.slice(0, 1).toWellFormed().replace('\0', '')}`,
    };
    const { status } = await clerk.post('/admin/tags/+new', { ...fields, '~form': id });
    assert.is(status, 303, JSON.stringify(id.slice(0, 10)));
  }
});

test('a record that somebody changed meanwhile is not overwritten: 409 with what was typed', async () => {
  const { id, edit } = await thing('Contested');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 2 where id = ${id}`;
  const answer = await clerk.post(edit, { ...fields, name: 'Mine' });
  assert.is(answer.status, 409);
  const [notice = ''] = noticesOf(answer.text);
  assert.match(notice, 'somebody else changed this first');
  assert.match(notice, /Name, Amount|Amount, Name/, 'where the form and the record differ now');
  assert.is(linkTo(answer.text, 'See the record as it is now (new tab)'), edit);
  const held = formsOf(answer.text).find(({ action }) => action === edit)?.fields ?? {};
  assert.is(held.name, 'Mine');
  assert.equal(await run(desk)`select name, amount from thing where id = ${id}`, [{ name: 'Contested', amount: 2 }]);

  const again = await clerk.post(edit, held);
  assert.is(again.status, 303, 'who saves again has seen it');
  assert.equal(await run(desk)`select name, amount from thing where id = ${id}`, [{ name: 'Mine', amount: 1 }]);
});

test('a second change while somebody looks at a conflict is a conflict again', async () => {
  const { id, edit } = await thing('Twice contested');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 2 where id = ${id}`;
  const { text } = await clerk.post(edit, { ...fields, name: 'Mine' });
  await run(desk)`update thing set amount = 3 where id = ${id}`;
  const held = formsOf(text).find(({ action }) => action === edit)?.fields ?? {};
  assert.is((await clerk.post(edit, held)).status, 409);
});

test('a mistake in a form does not make it forget that the record changed meanwhile', async () => {
  const { id, edit } = await thing('Mistaken');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 2 where id = ${id}`;
  const mistaken = await clerk.post(edit, { ...fields, name: 'x' });
  assert.is(mistaken.status, 422);
  const held = formsOf(mistaken.text).find(({ action }) => action === edit)?.fields ?? {};
  assert.is((await clerk.post(edit, { ...held, name: 'Right' })).status, 409);
});

test('tags that changed meanwhile are a change of the record, too', async () => {
  const { id, edit } = await thing('Tagged meanwhile');
  const fields = await open(edit);
  const other = await desk.person('staff', everything);
  await run(desk)`insert into tag (name) values ('meanwhile') on conflict do nothing`;
  const [tag] = await run(desk)`select id from tag where name = 'meanwhile'`;
  assert.is((await other.submit(edit, { tags: String(tag?.id) })).status, 303);
  assert.is((await clerk.post(edit, { ...fields, name: 'Mine' })).status, 409);
  assert.equal(await run(desk)`select count(*)::integer as n from thing_tag where thing_id = ${id}`, [{ n: 1 }]);
});

test('when both changed it to the same there is no conflict', async () => {
  const { id, edit } = await thing('Agreed');
  const fields = await open(edit);
  await run(desk)`update thing set amount = 7 where id = ${id}`;
  const { status, location } = await clerk.post(edit, { ...fields, amount: '7' });
  assert.is(status, 303);
  assert.match(noticesOf((await clerk.get(location)).text)[0] ?? '', 'Nothing was changed');
});

test('of ten who save different values at the same moment one is stored, the others meet a conflict', async () => {
  const { id, edit } = await thing('Crowded');
  const forms = await Promise.all(Array.from({ length: 10 }, () => open(edit)));
  const answers = await Promise.all(
    forms.map((fields, at) => clerk.post(edit, { ...fields, amount: String(10 + at) })),
  );
  assert.equal(answers.map(({ status }) => status).toSorted(), [303, ...Array.from({ length: 9 }, () => 409)]);
  const [row] = await run(desk)`select amount from thing where id = ${id}`;
  assert.is(answers[Number(row?.amount) - 10]?.status, 303);
});

test('a record that was deleted meanwhile is missing: 404 for saving and deleting', async () => {
  const { id, edit, remove } = await thing('Vanishing');
  const [change, removal] = [await open(edit), await open(remove)];
  await run(desk)`delete from thing where id = ${id}`;
  assert.is((await clerk.post(edit, { ...change, amount: '9' })).status, 404);
  assert.is((await clerk.post(edit, { ...change, name: 'x' })).status, 404, 'with a mistake in it, too');
  assert.is((await clerk.post(remove, removal)).status, 404);
});

test('a record that was changed after its delete page was opened is asked about once more', async () => {
  const { id, remove } = await thing('Changed before the end');
  const fields = await open(remove);
  await run(desk)`update thing set amount = 99 where id = ${id}`;
  const refused = await clerk.post(remove, fields);
  assert.is(refused.status, 409);
  assert.match(textOf(mainOf(refused.text)), 'somebody changed this in the meantime');
  assert.is(await many('Changed before the end'), 1);
  const held = formsOf(refused.text).find(({ action }) => action === remove)?.fields ?? {};
  assert.is((await clerk.post(remove, held)).status, 303);
  assert.is(await many('Changed before the end'), 0);
});
