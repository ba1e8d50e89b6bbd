// Black box: a row that is missing while a form is filled in is added in a tab of its own.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { everything, openDesk, run } from './desk.ts';
import { linkTo, mainOf, mistakeAt, noticesOf, textOf, unescaped } from './page.ts';

const test = suite('admin: create in place');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.person('staff', everything);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta')`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const LINK = 'Add place… (opens in a new tab)';

/** What the page of an added row tells the tab that waits. */
function toldBy(page: string): unknown {
  const [, data] = /data-added="([^"]*)"/.exec(page) ?? [];
  return data === undefined ? undefined : JSON.parse(unescaped(data));
}

test('a relation has a link to the form of the other model, which opens in a tab of its own', async () => {
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

test('the new row is told to the form that waits, under the name of its tab', async () => {
  const page = '/admin/places/+new?~for=person.near.1-2';
  const form = await clerk.get(page);
  assert.is(
    formsOf(form.text).find(({ action }) => action === '/admin/places/+new')?.fields['~for'],
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
    'You may close this tab. In the form that you came from, choose “<New> "place"” under “Near”.',
  );
  // And there it can be chosen by its name.
  assert.is((await clerk.submit('/admin/people/+new', { name: 'Ada', near: '<New> "place"' })).status, 303);
});

test('a mistake keeps the form in mind that waits', async () => {
  const page = '/admin/places/+new?~for=person.near.7';
  const wrong = await clerk.submit(page, { code: 'ATL', name: 'Atlanta again' });
  assert.is(wrong.status, 422);
  assert.match(mistakeAt(wrong.text, 'code'), 'already taken');
  const held = formsOf(wrong.text).find(({ action }) => action === '/admin/places/+new')?.fields ?? {};
  const saved = await clerk.post('/admin/places/+new', { ...held, code: 'ATL2' });
  assert.is(saved.status, 303);
  assert.equal(toldBy((await clerk.get(saved.location)).text), {
    for: 'person.near.7',
    value: 'ATL2',
    label: 'Atlanta again',
  });
  // The same form a second time leads to the same page, and adds nothing.
  assert.is((await clerk.post('/admin/places/+new', { ...held, code: 'ATL2' })).location, saved.location);
});

test('who may not add to the other model has no link', async () => {
  const guest = await desk.person('staff', ['person.view', 'person.add', 'place.view']);
  assert.is(linkTo((await guest.get('/admin/people/+new')).text, LINK), '');
  assert.is((await guest.get('/admin/places/+new?~for=person.near')).status, 403);
});

test('what names no relation to this model is an ordinary form', async () => {
  for (const asked of [
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
      `/admin/places/+new?${new URLSearchParams({ '~for': asked, '~added': 'ATL' })}`,
    );
    assert.is(status, 200, asked);
    assert.not.match(text, 'data-added', asked);
    assert.not.match(text, 'name="~for"', asked);
    assert.match(mainOf(text), 'name="code"', asked);
  }
});

test('a key that is none is not found, and one that is not there tells nothing', async () => {
  assert.is((await clerk.get('/admin/people/+new?~for=person.friend&~added=x')).status, 404);
  const { status, text } = await clerk.get('/admin/places/+new?~for=person.near&~added=NONE');
  assert.is(status, 200);
  assert.is(toldBy(text), undefined);
});

test('the page tells only rows that its reader may choose', async () => {
  const adder = await desk.person('staff', ['place.add']);
  const { status, text } = await adder.get('/admin/places/+new?~for=person.near&~added=ATL');
  assert.is(status, 200);
  assert.is(toldBy(text), undefined);
  assert.not.match(text, 'Atlanta');
  assert.match(textOf(mainOf(text)), 'you may not choose it');
});

test('a form that is changed, not added, waits for nobody', async () => {
  const page = '/admin/places/ATL/+edit';
  const { location } = await clerk.submit(page, { name: 'Atlanta, GA', '~for': 'person.near' });
  assert.is(location, '/admin/places');
});

test('who may add and not view looks nothing up, and types a key or a name', async () => {
  const adder = await desk.person('staff', ['person.add', 'place.view']);
  const { text } = await adder.get('/admin/people/+new');
  assert.not.match(mainOf(text), 'data-combobox');
  const { status } = await adder.submit('/admin/people/+new', { name: 'Typed', near: 'Atlanta, GA' });
  assert.is(status, 303);
  const [row] = await run(desk)`select near_code as near from person where name = 'Typed'`;
  assert.is(row?.near, 'ATL');
});
