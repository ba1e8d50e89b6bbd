// Over HTTP: permissions, in what pages offer and in responses to hand-made requests.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf, parseForms } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, models, openDesk, run } from './desk.ts';
import { errorAt, factsOf, headersOf, linksOf, linkTo, mainOf, noticesOf, rowsOf, textOf } from './page.ts';

const test = suite('admin: permissions');
let desk: TestApp;
let clerk: Client;
let viewer: Client;

test.before(async () => {
  desk = await openDesk();
  clerk = await desk.signInAs('staff', allPermissions);
  viewer = await desk.signInAs('staff', ['thing.view']);
  await run(desk)`insert into place (code, name) values ('ATL', 'Atlanta-Label'), ('LAX', 'Los Angeles-Label')`;
  await run(desk)`insert into tag (name) values ('Secret-Tag')`;
  await run(
    desk,
  )`insert into thing (name, place_code, amount, boss_id, notes) values ('Anvil', 'ATL', 5, null, 'as it is'), ('Bell', 'LAX', 6, 1, null)`;
  await run(desk)`insert into thing_tag values (1, 1)`;
  await run(desk)`insert into ticket (title, thing_id) values ('Secret-Ticket', 1)`;
  await run(desk)`insert into alt.bestand values (1, 'Rohr', 5)`;
  // So that the audit trail has relations, too.
  await clerk.submit('/admin/things/1/+edit', { place: 'LAX', tags: [] });
  await clerk.submit('/admin/things/1/+edit', { place: 'ATL', tags: ['1'] });
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const RECORD = '/admin/things/1';

test('anonymous users are redirected to the sign-in page', async () => {
  const stranger = desk.client();
  for (const path of [
    '/admin',
    '/admin/things',
    RECORD,
    `${RECORD}/+edit`,
    '/admin/things/+new',
    `${RECORD}/+history`,
    '/admin/audit',
  ]) {
    const { status, location, text } = await stranger.get(path);
    assert.is(status, 303, path);
    assert.match(location, '/admin/login');
    assert.not.match(text, 'Anvil');
  }
  const posted = await stranger.post(`${RECORD}/+edit`, { name: 'Stolen' });
  assert.is(posted.status, 303);
  assert.equal(await run(desk)`select name from thing where id = 1`, [{ name: 'Anvil' }]);
});

test('an account below staff sees nothing, regardless of its permissions', async () => {
  const user = await desk.signInAs('user', allPermissions);
  assert.not.match((await user.get('/admin')).text, 'href="/admin/things');
  for (const path of ['/admin/things', RECORD]) assert.is((await user.get(path)).status, 403, path);
});

test('users who can only view see lists and records, without links to what they cannot do', async () => {
  const list = await viewer.get('/admin/things');
  assert.is(list.status, 200);
  assert.is(rowsOf(list.text).length, 2);
  const detail = await viewer.get(RECORD);
  assert.is(detail.status, 200);
  assert.is(factsOf(detail.text).Name, 'Anvil');
  assert.is((await viewer.get(`${RECORD}/+history`)).status, 200);
  for (const { text } of [list, detail]) {
    const links = linksOf(text);
    assert.not.ok(
      links.some((link) => /\+(new|edit|delete)/.test(link)),
      links.join(' '),
    );
  }
  assert.is.not(linkTo(detail.text, 'History'), '');
});

test('users who can only view have no links to changes, and requests to change are rejected', async () => {
  for (const path of ['/admin/things/+new', `${RECORD}/+edit`, `${RECORD}/+delete`]) {
    assert.is((await viewer.get(path)).status, 403, path);
    const token = parseForms((await viewer.get('/admin/things')).text)[0]?.fields['~token'] ?? '';
    const { status, text } = await viewer.post(path, { '~token': token, name: 'Forged' });
    assert.is(status, 403, path);
    assert.match(text, 'RIO-HTTP-FORBIDDEN');
  }
  assert.equal(await run(desk)`select count(*)::integer as n from thing where name = 'Forged'`, [{ n: 0 }]);
});

test('each permission opens only its own pages', async () => {
  const pages = {
    add: ['/admin/things/+new'],
    change: [`${RECORD}/+edit`],
    delete: [`${RECORD}/+delete`],
  };
  for (const [right, own] of Object.entries(pages)) {
    const person = await desk.signInAs('staff', ['thing.view', `thing.${right}`]);
    const { text } = await person.get(RECORD);
    assert.is(linkTo(text, 'Edit') !== '', right === 'change');
    assert.is(linkTo(text, 'Delete') !== '', right === 'delete');
    for (const [other, paths] of Object.entries(pages)) {
      for (const path of paths)
        assert.is((await person.get(path)).status, other === right ? 200 : 403, `${right}: ${path}`);
    }
    assert.equal(own.length, 1);
  }
});

test('users who cannot view the target of a relation see only its key', async () => {
  const paths = ['/admin/things', RECORD, `${RECORD}/+history`, '/admin/things?f.place=ATL', '/admin/things?q=Anvil'];
  for (const path of paths) {
    const { status, text } = await viewer.get(path);
    assert.is(status, 200, path);
    for (const secret of [
      'Atlanta-Label',
      'Los Angeles-Label',
      'Secret-Tag',
      'Secret-Ticket',
      '/admin/places',
      '/admin/tags',
      '/admin/tickets',
    ])
      assert.not.match(text, secret, `${path}: ${secret}`);
  }
  const history = await viewer.get(`${RECORD}/+history`);
  assert.match(textOf(mainOf(history.text)), /Place LAX ATL/);
  const { text } = await viewer.get(RECORD);
  assert.is(factsOf(text).Place, 'ATL');
  assert.not.match(textOf(mainOf(text)), 'Tickets', 'not even how many there are');
});

test('a relation to the model itself shows labels, since the user can view it', async () => {
  const { text } = await viewer.get('/admin/things/2');
  assert.is(factsOf(text).Boss, 'Anvil');
});

test('models that the user cannot view are 403, those without pages and unknown ones 404', async () => {
  assert.is((await viewer.get('/admin/places')).status, 403);
  assert.is((await viewer.get('/admin/places/ATL')).status, 403);
  assert.is((await viewer.get('/admin/places/NO')).status, 403, 'the response does not reveal whether it exists');
  const admin = await desk.signInAs('administrator');
  assert.is((await admin.get('/admin/thing-tags')).status, 404);
  assert.is((await admin.get('/admin/nothing')).status, 404);
  assert.is((await viewer.get('/admin/things/99')).status, 404);
  assert.is((await viewer.get('/admin/things/x')).status, 404);
  assert.is((await viewer.get('/admin/things/1,2')).status, 404);
  assert.is((await viewer.get('/admin/things/01')).status, 404, 'a record has one address');
});

test('a read-only model can only be viewed, by any user', async () => {
  const admin = await desk.signInAs('administrator');
  const list = await admin.get('/admin/summaries');
  assert.equal(rowsOf(list.text), [['open', '2']]);
  assert.not.match(list.text, '/+new');
  const detail = await admin.get('/admin/summaries/open');
  assert.is(factsOf(detail.text).Rows, '2');
  assert.not.match(mainOf(detail.text), '/+edit');
  for (const path of [
    '/admin/summaries/+new',
    '/admin/summaries/open/+edit',
    '/admin/summaries/open/+delete',
    '/admin/users/1/+delete',
    '/admin/users/1/+edit',
    '/admin/users/+new',
  ]) {
    const form = await admin.get(path);
    assert.is(form.status, 403, path);
    // There is no administrator to ask: they have every permission.
    assert.match(form.text, 'cannot be added, edited or deleted here', path);
    const token = parseForms(list.text)[0]?.fields['~token'] ?? '';
    assert.is((await admin.post(path, { '~token': token })).status, 403, path);
  }
});

test('an unmanaged table has pages like any other', async () => {
  const { text } = await clerk.get('/admin/legacies');
  assert.equal(headersOf(text), ['Words', 'Number', 'Worth']);
  assert.equal(rowsOf(text), [['Rohr', '1', '5.00']]);
});

test('attack: mass assignment: values for fields that are not in the form are ignored', async () => {
  const forged = {
    id: '777',
    serial: 'forged',
    fixed: 'forged',
    createdAt: '2000-01-01T00:00',
    updatedAt: '2000-01-01T00:00',
    created_at: '2000-01-01T00:00',
    double: '9',
    key: '9',
    unknown: 'x',
    __proto__x: 'x',
    constructor: 'x',
    'data.name': 'x',
    'name~': 'x',
    '~key': '9',
  };
  const { text } = await clerk.get('/admin/things/+new');
  const fields = formFieldsOf(text, '/admin/things/+new');
  const body = { ...fields, ...forged, name: 'Assigned' };
  // An own property of this name, as a form could send it.
  Object.defineProperty(body, '__proto__', { value: 'polluted', enumerable: true });
  const added = await clerk.post('/admin/things/+new', body);
  assert.is(added.status, 303);
  const [row] = await run(desk)`
    select id, serial, fixed, created_at > now() - interval '1 minute' as fresh, updated_at > now() - interval '1 minute' as touched
    from thing where name = 'Assigned'
  `;
  assert.is.not(Number(row?.id), 777);
  assert.equal([row?.serial, row?.fixed, row?.fresh, row?.touched], ['made here', 'as it was', true, true]);
  const edit = `/admin/things/${row?.id}/+edit`;
  assert.is((await clerk.submit(edit, { ...forged, name: 'Assigned again' })).status, 303);
  const [after] = await run(desk)`select id, serial, fixed from thing where name = 'Assigned again'`;
  assert.equal(after, { id: row?.id, serial: 'made here', fixed: 'as it was' });
});

test('attack: the key of a record is set once and never changed by a form', async () => {
  const { text } = await clerk.get('/admin/places/ATL/+edit');
  assert.not.match(text, 'name="code"');
  await clerk.submit('/admin/places/ATL/+edit', { code: 'HAX', name: 'Atlanta-Label 2' });
  assert.equal(await run(desk)`select code from place where name = 'Atlanta-Label 2'`, [{ code: 'ATL' }]);
});

test('read-only fields are shown as text when editing a record, and absent when adding one', async () => {
  const edit = await clerk.get(`${RECORD}/+edit`);
  assert.match(textOf(mainOf(edit.text)), 'made here');
  for (const name of ['serial', 'fixed', 'createdAt', 'double']) assert.not.match(edit.text, `name="${name}"`);
  const add = await clerk.get('/admin/things/+new');
  assert.not.match(textOf(mainOf(add.text)), 'made here');
});

test('attack: a form without a token, with another user’s, or from another site changes nothing', async () => {
  const { text } = await clerk.get(`${RECORD}/+edit`);
  const fields = formFieldsOf(text, `${RECORD}/+edit`);
  const { '~token': _, ...without } = fields;
  const other = await desk.signInAs('staff', allPermissions);
  const foreign = parseForms((await other.get(`${RECORD}/+edit`)).text)[0]?.fields['~token'] ?? '';
  const change = { ...fields, name: 'Forged' };
  const answers = [
    await clerk.post(`${RECORD}/+edit`, { ...without, name: 'Forged' }),
    await clerk.post(`${RECORD}/+edit`, { ...change, '~token': foreign }),
    await clerk.post(`${RECORD}/+edit`, { ...change, '~token': '' }),
    await clerk.post(`${RECORD}/+edit`, change, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
    await clerk.post(`${RECORD}/+edit`, change, { 'sec-fetch-site': 'same-site', origin: 'https://evil.example' }),
  ];
  assert.equal(new Set(answers.map(({ status }) => status)), new Set([403]));
  assert.equal(await run(desk)`select name from thing where id = 1`, [{ name: 'Anvil' }]);
});

test('a revoked permission is lost with the next request', async () => {
  const person = await desk.signInAs('staff', ['tag.view', 'tag.add']);
  const { text } = await person.get('/admin/tags/+new');
  await run(desk)`delete from rustio_group_permission where permission = 'tag.add'`;
  const fields = formFieldsOf(text, '/admin/tags/+new');
  assert.is((await person.post('/admin/tags/+new', { ...fields, name: 'too late' })).status, 403);
  assert.is((await person.get('/admin/tags')).status, 200);
});

test('every page of every model works for an administrator', async () => {
  const admin = await desk.signInAs('administrator');
  for (const { modelName } of models) {
    const model = desk.app.models.byName(modelName);
    if (!model || modelName === 'thingTag') continue;
    const { status, text } = await admin.get(`/admin/${model.slug}`);
    assert.is(status, 200, modelName);
    if (!model.readOnly) {
      assert.is((await admin.get(`/admin/${model.slug}/+new`)).status, 200, modelName);
      const empty = await admin.submit(`/admin/${model.slug}/+new`, {});
      assert.is(empty.status, 422, modelName);
      assert.is.not(noticesOf(empty.text).length, 0);
    }
    assert.match(text, '</html>');
  }
  assert.match(errorAt((await admin.submit('/admin/tags/+new', {})).text, 'name'), 'is required');
});
