// Over HTTP: a row that is missing while a form is filled in is added in a new tab.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { errorAt, linkTo, mainOf, noticesOf, textOf, unescaped } from './page.ts';

const test = suite('admin: creating related rows in place');
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

const LINK = 'Add place… (opens in a new tab)';

/** What the page of an added row sends to the waiting tab. */
function toldBy(page: string): unknown {
  const [, data] = /data-added="([^"]*)"/.exec(page) ?? [];
  return data === undefined ? undefined : JSON.parse(unescaped(data));
}

test('a relation has a link to the form of the other model, which opens in a new tab', async () => {
  const { text } = await clerk.get('/admin/people/+new');
  assert.is(linkTo(text, LINK), '/admin/places/+new?%7Efor=person.near');
  assert.match(mainOf(text), /target="_blank" rel="noopener" data-add="person.near"/);
  // A many-to-many, too, and a relation to the model itself.
  assert.is(
    linkTo((await clerk.get('/admin/things/+new')).text, 'Add tag… (opens in a new tab)'),
    '/admin/tags/+new?%7Efor=thing.tags',
  );
  assert.is(linkTo(text, 'Add person… (opens in a new tab)'), '/admin/people/+new?%7Efor=person.friend');
});

test('the waiting form is notified of the new row by the id of its tab', async () => {
  const page = '/admin/places/+new?~for=person.near.1-2';
  const form = await clerk.get(page);
  assert.is(
    parseForms(form.text).find(({ action }) => action === '/admin/places/+new')?.fields['~for'],
    'person.near.1-2',
  );
  assert.not.match(mainOf(form.text), 'Save and add another');
  const saved = await clerk.submit(page, { code: 'a/b, c', name: '<New> "place"', '~then': 'new' });
  assert.is(saved.status, 303);
  const { status, text } = await clerk.get(saved.location);
  assert.is(status, 200);
  assert.equal(toldBy(text), { for: 'person.near.1-2', value: 'a/b, c', label: '<New> "place"' });
  assert.match(noticesOf(text).join(), 'was added');
  assert.match(
    textOf(mainOf(text)),
    'You can close this tab. In the original form, choose “<New> "place"” under “Near”.',
  );
  // There it can be selected by its name.
  assert.is((await clerk.submit('/admin/people/+new', { name: 'Ada', near: '<New> "place"' })).status, 303);
});

test('a validation error keeps the link to the waiting form', async () => {
  const page = '/admin/places/+new?~for=person.near.7';
  const wrong = await clerk.submit(page, { code: 'ATL', name: 'Atlanta again' });
  assert.is(wrong.status, 422);
  assert.match(errorAt(wrong.text, 'code'), 'Another record already has this value');
  const fields = formFieldsOf(wrong.text, '/admin/places/+new');
  const saved = await clerk.post('/admin/places/+new', { ...fields, code: 'ATL2' });
  assert.is(saved.status, 303);
  assert.equal(toldBy((await clerk.get(saved.location)).text), {
    for: 'person.near.7',
    value: 'ATL2',
    label: 'Atlanta again',
  });
  // The same form posted again leads to the same page, and adds nothing.
  assert.is((await clerk.post('/admin/places/+new', { ...fields, code: 'ATL2' })).location, saved.location);
});

test('users who cannot add to the other model have no link', async () => {
  const guest = await desk.signInAs('staff', ['person.view', 'person.add', 'place.view']);
  assert.is(linkTo((await guest.get('/admin/people/+new')).text, LINK), '');
  assert.is((await guest.get('/admin/places/+new?~for=person.near')).status, 403);
});

test('a value that is not a relation to this model opens an ordinary form', async () => {
  for (const requester of [
    'person.friend',
    'person.name',
    'person',
    'nobody.near',
    'constructor.name',
    '__proto__.near',
    'person.near.<b>',
    'person.near.',
    `person.near.${'x'.repeat(41)}`,
    '',
  ]) {
    const { status, text } = await clerk.get(
      `/admin/places/+new?${new URLSearchParams({ '~for': requester, '~added': 'ATL' })}`,
    );
    assert.is(status, 200, requester);
    assert.not.match(text, 'data-added', requester);
    assert.not.match(text, 'name="~for"', requester);
    assert.match(mainOf(text), 'name="code"', requester);
  }
});

test('an invalid key is not found, and a missing one reveals nothing', async () => {
  assert.is((await clerk.get('/admin/people/+new?~for=person.friend&~added=x')).status, 404);
  const { status, text } = await clerk.get('/admin/places/+new?~for=person.near&~added=NONE');
  assert.is(status, 200);
  assert.is(toldBy(text), undefined);
});

test('the page reveals only rows that the user can select', async () => {
  const adder = await desk.signInAs('staff', ['place.add']);
  const { status, text } = await adder.get('/admin/places/+new?~for=person.near&~added=ATL');
  assert.is(status, 200);
  assert.is(toldBy(text), undefined);
  assert.not.match(text, 'Atlanta');
  assert.match(textOf(mainOf(text)), 'you do not have permission to select it');
});

test('a form that edits a record is never linked to a waiting form', async () => {
  const page = '/admin/places/ATL/+edit';
  const { location } = await clerk.submit(page, { name: 'Atlanta, GA', '~for': 'person.near' });
  assert.is(location, '/admin/places');
});

test('users who can add but not view have no lookup, and type a key or a name', async () => {
  const adder = await desk.signInAs('staff', ['person.add', 'place.view']);
  const { text } = await adder.get('/admin/people/+new');
  assert.not.match(mainOf(text), 'data-combobox');
  const { status } = await adder.submit('/admin/people/+new', { name: 'Typed', near: 'Atlanta, GA' });
  assert.is(status, 303);
  const [row] = await run(desk)`select near_code as near from person where name = 'Typed'`;
  assert.is(row?.near, 'ATL');
});
