// Over HTTP: values that look like markup, wherever they are shown.
import * as assert from 'uvu/assert';
import { defineAdmin } from '../../../plugins/admin/define-admin.ts';
import type { TestApp } from '../../support/app.ts';
import { type Client, formFieldsOf } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { admins, allPermissions, openDesk, run, Thing } from './desk.ts';
import { factsOf, linksOf, mainOf, noticesOf, rowsOf, textOf, titleOf } from './page.ts';

const test = suite('admin: hostile values');

const values = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</textarea><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</select></form><form action=//evil>',
  '<!-- --!> -->',
  ']]><svg/onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '<% process.exit() %><%= it.formToken %>',
  '#{7*7}',
  '{name} {n, plural, one {#}} </b>',
  "'{quoted}' ''",
  '\u202Eright to left\u202C \u2066isolated\u2069',
  'zero\u200b \ufeffwidth',
  '😀👩‍👩‍👧‍👦🇩🇪',
  '&lt;b&gt; &amp;amp; &#60;',
  'javascript:alert(1)',
  '$& $1 $$ $`',
  'a\\u003cb \\x3c',
  "=cmd|' /C calc'!A0",
];

let desk: TestApp;
let clerk: Client;

test.before(async () => {
  const shownAdmins = admins.map((admin) =>
    admin.model === Thing
      ? defineAdmin(Thing, {
          list: ['name', 'notes', 'code', 'data', 'boss', 'place', 'tags', 'again'],
          computed: { again: { label: 'Again', value: (row) => row.name } },
          filters: ['boss', 'place', 'tags'],
          search: ['name'],
        })
      : admin,
  );
  desk = await openDesk({ plugins: { admin: { admins: shownAdmins } } });
  clerk = await desk.signInAs('staff', [...allPermissions, 'audit.view']);
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

/** No value becomes markup: every tag of the page is one of ours. */
function assertHarmless(html: string, where: string): void {
  const tags = [...html.matchAll(/<([a-z!/][^\s>/]*)/gi)].map(([, tag = '']) => tag.toLowerCase());
  for (const tag of ['img', '!--']) assert.not.ok(tags.includes(tag), `${where}: <${tag}>`);
  assert.not.match(html, /<script(?! type="module" src=)/, where);
  assert.not.match(html, /href="\s*javascript:/i, where);
  // Quotes in values are escaped, so these belong to attributes.
  const bare = html.replace(/"[^"]*"/g, '""');
  assert.not.match(bare, /<[^>]*\son\w+=/i, `${where}: a handler`);
  assert.not.match(bare, /<[^>]*=[^"\s]/, `${where}: a value without quotes`);
}

const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();

for (const [at, value] of values.entries()) {
  test(`${JSON.stringify(value)} is shown as text on every page`, async () => {
    const code = `P${at}`;
    await run(desk)`insert into place (code, name) values (${code}, ${value})`;
    await run(desk)`insert into tag (name) values (${value})`;
    const [tag] = await run(desk)`select id from tag where name = ${value}`;
    const add = '/admin/things/+new';
    const fields = {
      name: value,
      notes: value,
      code: value,
      data: JSON.stringify({ [value]: value }),
      place: code,
      tags: String(tag?.id),
    };

    const rejected = await clerk.submit(add, { ...fields, amount: value });
    assert.is(rejected.status, 422);
    assertHarmless(rejected.text, 'form with an error');
    const formFields = formFieldsOf(rejected.text, add);
    for (const name of ['name', 'notes', 'code', 'amount'])
      assert.is(formFields[name], value, `${name} as it was typed`);

    const added = await clerk.submit(add, { ...fields, '~then': 'stay' });
    assert.is(added.status, 303);
    const edit = added.location;
    const page = edit.replace('/+edit', '');
    await run(desk)`update thing set boss_id = id where id = ${Number(page.split('/').at(-1))}`;

    const form = await clerk.get(edit);
    assertHarmless(form.text, 'form');
    assert.equal(noticesOf(form.text).map(squeezed), [squeezed(`The thing “${value}” was added.`)]);
    const again = formFieldsOf(form.text, edit);
    for (const name of ['name', 'notes', 'code']) assert.is(again[name], value, name);
    assert.equal(JSON.parse(String(again.data)), { [value]: value });
    assert.match(titleOf(form.text), squeezed(value));

    const list = await clerk.get(
      `/admin/things?q=${encodeURIComponent(value.split(' ')[0] ?? '')}&sort=-name&size=200`,
    );
    assert.is(list.status, 200);
    assertHarmless(list.text, 'list');
    const row = rowsOf(list.text).find(([first = '']) => first === squeezed(value));
    assert.ok(row, 'found by its own first word');
    for (const column of [1, 2, 4, 5, 6, 7]) assert.is(row?.[column], squeezed(value), `column ${column}`);

    const narrowed = await clerk.get(`/admin/things?f.place=${code}&f.tags=${tag?.id}`);
    assertHarmless(narrowed.text, 'narrowed list');
    assert.match(textOf(mainOf(narrowed.text)), `Place: ${squeezed(value)}`);

    const detail = await clerk.get(page);
    assertHarmless(detail.text, 'detail');
    const facts = factsOf(detail.text);
    for (const label of ['Name', 'Notes', 'Code', 'Boss', 'Place', 'Tags'])
      assert.is(facts[label], squeezed(value), label);
    assert.match(titleOf(detail.text), squeezed(value));

    const options = await clerk.get(`/admin/things/+options/place?q=${encodeURIComponent(code)}`, {
      accept: 'application/json',
    });
    assert.match(options.headers.get('content-type') ?? '', 'application/json');
    assert.equal(JSON.parse(options.text).options[0], { value: code, label: value });

    const saved = await clerk.submit(edit, { notes: `${value}!` });
    assert.is(saved.status, 303);
    for (const where of [
      `${page}/+history`,
      '/admin/audit?model=thing',
      '/admin',
      `${page}/+delete`,
      `${page}/+edit`,
    ]) {
      const { status, text } = await clerk.get(where);
      assert.is(status, 200, where);
      assertHarmless(text, where);
      assert.match(squeezed(textOf(mainOf(text))), squeezed(value), where);
    }
    const removed = await clerk.submit(`${page}/+delete`, {});
    assert.is(removed.status, 303);
    const afterDeletion = await clerk.get(removed.location);
    assertHarmless(afterDeletion.text, 'message');
    assert.equal(noticesOf(afterDeletion.text).map(squeezed), [squeezed(`The thing “${value}” was deleted.`)]);
  });

  test(`${JSON.stringify(value)} in a URL is shown as text`, async () => {
    const hostile = encodeURIComponent(value);
    for (const path of [
      `/admin/things?q=${hostile}`,
      `/admin/things?${hostile}=1`,
      `/admin/things?sort=${hostile}`,
      `/admin/things?f.place=${hostile}`,
      `/admin/things?f.day.from=${hostile}`,
      `/admin/things?after=${hostile}`,
      `/admin/things/${hostile}`,
      `/admin/things/+new?name=${hostile}&place=${hostile}&tags=${hostile}`,
      `/admin/${hostile}`,
      `/admin/audit?${hostile}=1`,
      `/admin/audit?user=${hostile}`,
      `/admin/login?next=${hostile}`,
    ]) {
      const { status, text } = await clerk.get(path);
      assert.ok([200, 303, 400, 403, 404].includes(status), `${path}: ${status}`);
      assertHarmless(text, path);
      assert.not.ok(
        linksOf(text).some((link) => /^(javascript:|\/\/)/i.test(link)),
        path,
      );
    }
  });
}
