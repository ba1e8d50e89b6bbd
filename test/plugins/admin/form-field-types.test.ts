// Over HTTP: adding and changing records with every field type; the kept input, and the error at its field.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { errorAt, factsOf, linkTo, mainOf, noticesOf, textOf } from './page.ts';

const test = suite('admin: forms, for every field type');
const ADD = '/admin/things/+new';
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ timeZone: 'Europe/Berlin' });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta')`;
  await run(desk)`insert into tag (name) values ('old'), ('blue')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const complete = {
  name: '  Anvil  ',
  notes: 'two\r\nlines',
  code: 'A-1',
  amount: '1000',
  big: '9223372036854775807',
  price: '12345678.9',
  sure: 'false',
  day: '2026-02-28',
  time: '09:30',
  moment: '2026-07-01T12:00',
  wall: '2026-03-29T02:30',
  token: '1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B',
  data: '{"a": [1, "é"]}',
  state: 'done',
  place: 'ATL',
  tags: ['1', '2'],
  shelf: 'top',
  spot: '-3',
};

/** The newest thing as stored. */
async function newest() {
  const [row] = await run(desk)`
    select *, moment::text as moment_text, wall::text as wall_text, price::text as price_text, big::text as big_text,
      (select string_agg(tag_id::text, ',' order by tag_id) from thing_tag where thing_id = t.id) as tags
    from thing t order by id desc limit 1
  `;
  return row ?? {};
}

test('a record with every field type is stored as entered, and shown in the list', async () => {
  const { status, location } = await clerk.submit(ADD, complete);
  assert.is(status, 303);
  assert.is(location, '/admin/things');
  const row = await newest();
  assert.is(row.name, 'Anvil');
  assert.is(row.notes, 'two\nlines');
  assert.is(row.big_text, '9223372036854775807');
  assert.is(row.price_text, '12345678.90');
  assert.is(row.moment_text, '2026-07-01 10:00:00+00', 'noon in Berlin');
  assert.is(row.wall_text, '2026-03-29 02:30:00', 'a local date and time can be in a skipped hour');
  assert.is(row.token, '1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b');
  assert.equal(row.data, { a: [1, 'é'] });
  assert.is(row.active, true, 'the default was ticked');
  assert.is(row.sure, false);
  assert.is(row.tags, '1,2');
  assert.is(row.serial, 'made here');
  const { text } = await clerk.get(location);
  assert.equal(noticesOf(text), ['The thing “Anvil” was added.']);
  assert.equal(noticesOf((await clerk.get(location)).text), [], 'it is reported once');
});

test('the edit form contains exactly what is stored, and saving it unchanged changes nothing', async () => {
  await clerk.submit(ADD, { ...complete, name: 'Bell', code: 'B-1', spot: '1' });
  const { id, updated_at: before } = await newest();
  const edit = `/admin/things/${id}/+edit`;
  const fields = formFieldsOf((await clerk.get(edit)).text, edit);
  assert.equal(JSON.parse(String(fields.data)), { a: [1, 'é'] });
  const expected = { ...complete, name: 'Bell', code: 'B-1', spot: '1', notes: 'two\nlines', price: '12345678.90' };
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'data' || name === 'tags') continue;
    assert.is(fields[name], name === 'token' ? String(value).toLowerCase() : value, name);
  }
  assert.equal(
    [fields.tags].flat().filter((key) => key !== ''),
    ['2', '1'],
    'by their labels',
  );
  const { location } = await clerk.submit(edit, {});
  assert.equal(noticesOf((await clerk.get(location)).text), ['No changes were made to the thing “Bell”.']);
  assert.is(String((await newest()).updated_at), String(before));
});

test('every optional field can be emptied', async () => {
  await clerk.submit(ADD, { ...complete, name: 'Cog', code: 'C-1', spot: '2' });
  const { id } = await newest();
  const empty = Object.fromEntries(Object.keys(complete).map((name) => [name, '']));
  const { status } = await clerk.submit(`/admin/things/${id}/+edit`, { ...empty, name: 'Cog', state: 'open' });
  assert.is(status, 303);
  const row = await newest();
  for (const name of [
    'notes',
    'code',
    'amount',
    'big',
    'price',
    'sure',
    'day',
    'time',
    'moment',
    'wall',
    'token',
    'data',
    'place_code',
    'shelf',
    'spot',
  ])
    assert.is(row[name], null, name);
  assert.is(row.tags, null);
});

test('a box missing from the post is unticked only if the form contained it', async () => {
  await clerk.submit(ADD, { name: 'Dial', active: null });
  const { id, active } = await newest();
  assert.is(active, false);
  const edit = `/admin/things/${id}/+edit`;
  await clerk.submit(edit, { active: 'true' });
  assert.is((await newest()).active, true);
  await clerk.submit(edit, { active: null, 'active~': null });
  assert.is((await newest()).active, true, 'a form without the box leaves it alone');
  await clerk.submit(edit, { active: null });
  assert.is((await newest()).active, false);
});

const errors: readonly (readonly [field: string, typed: string, says: RegExp])[] = [
  ['name', '', /is required/],
  ['name', '   ', /is required/],
  ['name', 'x', /at least 2 characters \(currently 1\)/],
  ['name', 'x'.repeat(61), /at most 60 characters \(currently 61\)/],
  ['name', 'nul\0nul', /invalid character/],
  ['amount', '-1', /0 or more/],
  ['amount', '1001', /1000 or less/],
  ['amount', '1.5', /whole number/],
  ['amount', '٣', /whole number/],
  ['amount', '1e3', /whole number/],
  ['amount', '99999999999999999999', /or less|whole number/],
  ['big', '9223372036854775808', /or less/],
  ['price', '1,5', /with a decimal point/],
  ['price', '1.234', /at most 2 decimal places/],
  ['price', '123456789', /at most 8 digits before the decimal point/],
  ['price', '-0.01', /0 or more/],
  ['price', 'NaN', /number with a decimal point/],
  ['sure', 'perhaps', /yes or no/],
  ['day', '2026-02-29', /valid date/],
  ['day', 'infinity', /valid date/],
  ['time', '24:00', /between 00:00 and 23:59/],
  ['moment', '2026-07-01', /date and time/],
  ['moment', 'now', /date and time/],
  ['wall', '2026-13-01T00:00', /without a time zone/],
  ['token', '1b4e28ba', /UUID/],
  ['data', '{', /not valid JSON/],
  ['data', '[1]', /expected structure/],
  ['state', 'never', /Choose one/],
  ['state', '', /is required/],
  ['place', 'nowhere', /No place matches “nowhere”/],
  ['boss', '4711', /No thing matches “4711”/],
  ['tags', 'green', /No tag matches “green”/],
];

for (const [name, typed, says] of errors) {
  test(`${name} "${typed.slice(0, 24).replaceAll('\0', '␀')}" is rejected at its field and in the summary, and the input is kept`, async () => {
    const before = await run(desk)`select count(*) as n from thing`;
    const { status, text } = await clerk.submit(ADD, { name: 'Kept name', notes: 'Kept notes', [name]: typed });
    assert.is(status, 422);
    assert.match(errorAt(text, name), says);
    const [summary = '', ...more] = noticesOf(text);
    assert.equal(more, []);
    assert.match(summary, /^Not saved: fix 1 error/);
    assert.match(summary, says);
    assert.match(text, `<a href="#f-${name}">`);
    const fields = formFieldsOf(text, ADD);
    assert.is(fields.notes, 'Kept notes');
    if (name === 'name' && !typed.includes('\0')) assert.is(fields.name, typed);
    else if (name !== 'name') assert.is(fields.name, 'Kept name');
    // A select keeps only its options, and an unknown row cannot be ticked.
    if (!['state', 'sure', 'tags', 'name'].includes(name)) assert.is(fields[name], typed);
    assert.equal(await run(desk)`select count(*) as n from thing`, before);
  });
}

test('all errors are reported together, and the form can be corrected and submitted again', async () => {
  const { status, text } = await clerk.submit(ADD, { name: 'Elbow', amount: 'many', day: 'soon', price: '5' });
  assert.is(status, 422);
  assert.match(noticesOf(text)[0] ?? '', /^Not saved: fix 2 errors/);
  const fields = formFieldsOf(text, ADD);
  const again = await clerk.post(ADD, { ...fields, amount: '5', day: '' });
  assert.is(again.status, 303);
  const row = await newest();
  assert.equal([row.name, row.amount, row.price_text], ['Elbow', 5, '5.00']);
});

test('errors in an edit leave the record unchanged and show its form again', async () => {
  await clerk.submit(ADD, { name: 'Flute', amount: '5' });
  const { id } = await newest();
  const { status, text } = await clerk.submit(`/admin/things/${id}/+edit`, { name: 'F', amount: '7' });
  assert.is(status, 422);
  assert.is(formFieldsOf(text, `/admin/things/${id}/+edit`).amount, '7');
  assert.match(mainOf(text), `href="/admin/things/${id}"`);
  const row = await newest();
  assert.equal([row.name, row.amount], ['Flute', 5]);
});

test('a local time skipped by the clock change is reported', async () => {
  const { status, text } = await clerk.submit(ADD, { name: 'Gap', moment: '2026-03-29T02:30' });
  assert.is(status, 422);
  assert.match(errorAt(text, 'moment'), '2026-03-29 02:30 does not exist in Europe/Berlin');
  assert.match(text, /<input class="input" type="datetime-local" id="f-moment"/, 'as before the error');
});

test('for a local time that occurs twice, the user is asked for the offset, which is kept', async () => {
  const { status, text } = await clerk.submit(ADD, { name: 'Twice', moment: '2026-10-25T02:30' });
  assert.is(status, 422);
  assert.match(errorAt(text, 'moment'), '2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00');
  assert.match(text, /<input class="input" type="text" id="f-moment"/, 'the control of the browser could not take it');
  const again = await clerk.post(ADD, { ...formFieldsOf(text, ADD), moment: '2026-10-25T02:30+01:00' });
  assert.is(again.status, 303);
  const { id, moment_text: moment } = await newest();
  assert.is(moment, '2026-10-25 01:30:00+00');
  const edit = `/admin/things/${id}/+edit`;
  const { text: form } = await clerk.get(edit);
  assert.is(formFieldsOf(form, edit).moment, '2026-10-25T02:30+01:00');
  await clerk.submit(edit, { name: 'Twice over' });
  assert.is((await newest()).moment_text, '2026-10-25 01:30:00+00');
});

test('the buttons lead to the list, back to the form, or to another new form', async () => {
  const to = async (then: string) => (await clerk.submit(ADD, { name: `Then ${then}`, '~then': then })).location;
  assert.is(await to('list'), '/admin/things');
  assert.is(await to('new'), ADD);
  const stay = await to('stay');
  assert.is(stay, `/admin/things/${(await newest()).id}/+edit`);
  assert.is(await to('//elsewhere.example'), '/admin/things');
});

test('the buttons never lead to a page that the user cannot open', async () => {
  const adder = await desk.signInAs('staff', ['tag.add']);
  for (const then of ['list', 'stay']) {
    const { status, location } = await adder.submit('/admin/tags/+new', { name: `by adder, ${then}`, '~then': then });
    assert.is(status, 303);
    assert.is((await adder.get(location)).status, 200);
  }
  const form = await adder.get('/admin/tags/+new');
  assert.not.match(form.text, 'value="stay"');
  const changer = await desk.signInAs('staff', ['tag.view', 'tag.change']);
  const edit = await changer.get('/admin/tags/1/+edit');
  assert.not.match(edit.text, 'value="new"');
  assert.is((await changer.submit('/admin/tags/1/+edit', { '~then': 'new' })).location, '/admin/tags');
});

test('an empty form contains the defaults; fields computed on save can be left empty', async () => {
  await run(desk)`insert into thing (name) values ('Holder')`;
  const { id } = await newest();
  const { text } = await clerk.get('/admin/tickets/+new');
  const fields = formFieldsOf(text, '/admin/tickets/+new');
  assert.equal(JSON.parse(String(fields.extra)), { made: 'here' });
  assert.is(fields.id, '');
  assert.is(fields.due, '');
  assert.not.match(/<input[^>]*id="f-due"[^>]*>/.exec(text)?.[0] ?? 'nothing', 'required');
  const saved = await clerk.submit('/admin/tickets/+new', { title: 'By itself', thing: String(id) });
  assert.is(saved.status, 303);
  const [ticket] = await run(
    desk,
  )`select id::text as id, due > now() - interval '1 minute' as fresh, extra from ticket`;
  assert.match(String(ticket?.id), /^[\da-f-]{36}$/);
  assert.is(ticket?.fresh, true);
  assert.equal(ticket?.extra, { made: 'here' });
  const emptied = await clerk.submit(`/admin/tickets/${ticket?.id}/+edit`, { due: '' });
  assert.is(emptied.status, 422, 'a record that is there has no default any more');
});

test('a uuid can be entered manually', async () => {
  const id = '6fa459ea-ee8a-3ca4-894e-db77e160355e';
  await clerk.submit('/admin/tickets/+new', { id: id.toUpperCase(), title: 'Given', thing: '1' });
  const { status, text } = await clerk.get(`/admin/tickets/${id}`);
  assert.is(status, 200);
  assert.is(factsOf(text).Title, 'Given');
  assert.is((await clerk.get(`/admin/tickets/${id.toUpperCase()}`)).status, 200);
});

test('the query of a new form fills in fields, but only those of the form', async () => {
  const query = new URLSearchParams({ name: 'From a link', tags: '1', place: 'ATL', serial: 'forged', x: '1' });
  const { status, text } = await clerk.get(`${ADD}?${query}`);
  assert.is(status, 200);
  const fields = formFieldsOf(text, ADD);
  assert.equal([fields.name, fields.place], ['From a link', 'ATL']);
  assert.match(text, /data-label="Atlanta"/);
  assert.not.match(mainOf(text), 'forged');
});

test('a long label is truncated in the message', async () => {
  await clerk.submit('/admin/tags/+new', { name: 'Ω'.repeat(1_000) });
  const { text, status } = await clerk.get('/admin/tags');
  assert.is(status, 200);
  const [notice = ''] = noticesOf(text);
  assert.match(notice, /^The tag “Ω+…” was added\.$/);
});

test('help and limits are shown at the field', async () => {
  const { text } = await clerk.get(ADD);
  assert.match(text, '<p class="help" id="f-name-help">As it is called.</p>');
  assert.match(
    /<input[^>]*id="f-name"[^>]*>/.exec(text)?.[0] ?? '',
    'required aria-describedby="f-name-help" maxlength="60"',
  );
  assert.match(textOf(mainOf(text)), 'Name *');
  assert.is(linkTo(text, 'Cancel'), '/admin/things');
});

test('an unmanaged table accepts rows under its own column names', async () => {
  const saved = await clerk.submit('/admin/legacies/+new', { number: '7', words: 'Altes Rohr', worth: '1.5' });
  assert.is(saved.status, 303);
  assert.equal(await run(desk)`select lfd_nr, bezeichnung, wert::text as wert from alt.bestand`, [
    { lfd_nr: 7, bezeichnung: 'Altes Rohr', wert: '1.50' },
  ]);
  await clerk.submit('/admin/legacies/7/+edit', { words: 'Neues Rohr' });
  const { text } = await clerk.get('/admin/legacies/7');
  assert.is(factsOf(text).Words, 'Neues Rohr');
});
