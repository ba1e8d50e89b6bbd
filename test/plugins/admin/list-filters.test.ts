// Over HTTP: filters of every shape, and search.
import * as assert from 'uvu/assert';
import type { TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { suite } from '../../support/suite.ts';
import { allPermissions, openDesk, run } from './desk.ts';
import { firstsOf, linkTo, mainOf, textOf, unescaped } from './page.ts';

const test = suite('admin: filters and search');
let desk: TestApp;
let clerk: Client;

test.before(async () => {
  desk = await openDesk({ timeZone: 'Europe/Berlin' });
  clerk = await desk.signInAs('staff', allPermissions);
  await run(desk)`
    insert into place (code, name, zone) values ('ATL', 'Atlanta', 'north'), ('LAX', 'Los Angeles', 'south'), ('XXX', 'Nowhere', null)
  `;
  await run(desk)`insert into tag (name) values ('old'), ('blue')`;
  await run(desk)`
    insert into thing (name, notes, amount, price, active, sure, day, time, moment, wall, state, boss_id, place_code) values
      ('Anvil', 'made of 100% iron_ore', 10, 1.50, true, null, '2026-03-28', '08:00', '2026-03-28 22:59:59.999Z', '2026-03-28 23:59:59', 'open', null, 'ATL'),
      ('Bell', 'rings\\loud', 20, 2.50, false, true, '2026-03-29', '12:00', '2026-03-28 23:00:00Z', '2026-03-29 00:00:00', 'done', 1, 'LAX'),
      ('Cog', null, 30, 3.50, true, false, '2026-03-30', '20:30', '2026-03-29 21:59:59.999Z', '2026-03-29 23:59:59', 'lost', 1, null),
      ('Dial', 'Ångström 漢字', null, null, true, null, null, null, '2026-03-29 22:00:00Z', null, 'open', 2, 'ATL')
  `;
  await run(desk)`insert into thing_tag (thing_id, tag_id) values (1, 1), (1, 2), (2, 2)`;
});
test.after(async () => {
  assert.equal(desk.errors, []);
  await desk.close();
});

const cases: readonly (readonly [query: string, names: string, why?: string])[] = [
  ['f.state=open', 'Anvil Dial'],
  ['f.state=open&f.state=done', 'Anvil Bell Dial', 'values of one field are alternatives'],
  ['f.state=open&f.active=true', 'Anvil Dial', 'fields narrow together'],
  ['f.active=false', 'Bell'],
  ['f.sure=true&f.sure=false', 'Bell Cog'],
  ['f.sure=%2Bnone', 'Anvil Dial', 'Not set'],
  ['f.sure=%2Bnone&f.sure=true', 'Anvil Bell Dial'],
  ['f.amount.from=10&f.amount.to=20', 'Anvil Bell', 'both ends belong to it'],
  ['f.amount.from=11', 'Bell Cog'],
  ['f.amount.to=19', 'Anvil'],
  ['f.amount=20', 'Bell'],
  ['f.amount=%2Bnone', 'Dial'],
  ['f.price.from=1.500&f.price.to=2.5', 'Anvil Bell'],
  ['f.day.from=2026-03-29', 'Bell Cog'],
  ['f.day.to=2026-03-29', 'Anvil Bell'],
  ['f.day=%2Bnone', 'Dial'],
  ['f.time.from=08:00&f.time.to=12:00', 'Anvil Bell'],
  [
    'f.moment.from=2026-03-29&f.moment.to=2026-03-29',
    'Bell Cog',
    'a day of 23 hours in the reader’s zone, to its last moment',
  ],
  ['f.moment.to=2026-03-28', 'Anvil'],
  ['f.moment.from=2026-03-30', 'Dial'],
  ['f.wall.from=2026-03-29&f.wall.to=2026-03-29', 'Bell Cog', 'wall clocks have no zone'],
  ['f.wall=%2Bnone', 'Dial'],
  ['f.boss=1', 'Bell Cog'],
  ['f.boss=1&f.boss=2', 'Bell Cog Dial'],
  ['f.boss=%2Bnone', 'Anvil'],
  ['f.place=ATL', 'Anvil Dial'],
  ['f.place=%2Bnone&f.place=LAX', 'Bell Cog'],
  ['f.place=nowhere', '', 'a key that nobody has'],
  ['f.tags=2', 'Anvil Bell'],
  ['f.tags=1&f.tags=2', 'Anvil Bell'],
  ['f.tags=%2Bnone', 'Cog Dial', 'no tag at all'],
  ['f.tags=%2Bnone&f.tags=1', 'Anvil Cog Dial'],
  ['q=bell', 'Bell', 'capitals do not matter'],
  ['q=n+iron', 'Anvil', 'every word must occur, in whichever field'],
  ['q=iron+bell', ''],
  ['q=angeles', 'Bell', 'behind a relation'],
  ['q=los+ring', 'Bell'],
  ['q=%25', 'Anvil', 'a percent sign is a percent sign'],
  ['q=_', 'Anvil', 'an underscore is an underscore'],
  ['q=%5C', 'Bell', 'a backslash is a backslash'],
  ["q='", '', 'a quote is a quote'],
  ['q=%C3%A5ngstr%C3%B6m', 'Dial'],
  ['q=%E6%BC%A2', 'Dial'],
  ['q=iron&f.state=open', 'Anvil'],
  ['q=iron&f.state=done', ''],
];

for (const [query, names, why] of cases) {
  test(`?${query}${why === undefined ? '' : `: ${why}`}`, async () => {
    const { status, text } = await clerk.get(`/admin/things?${query}`);
    assert.is(status, 200);
    assert.is(firstsOf(text).join(' '), names);
  });
}

test('the toolbar shows the selected values, with the labels of the fields', async () => {
  const { text } = await clerk.get('/admin/things?f.state=done&f.sure=%2Bnone&f.sure=true&f.amount.from=5&q=bell');
  assert.match(text, /name="f\.state" value="done" checked> Finished/);
  assert.match(text, /name="f\.state" value="open"> Open/);
  assert.match(text, /name="f\.sure" value="true" checked> Yes/);
  assert.match(text, /name="f\.sure" value="\+none" checked> Not set/);
  assert.match(text, /name="f\.amount\.from" value="5"/);
  assert.match(text, /name="q" value="bell"/);
  assert.not.match(text, /name="f\.active" value="\+none"/, 'what is never empty offers no None');
  assert.match(text, /name="f\.moment\.from" value="" type="date"/);
});

test('a selected relation is shown by its label', async () => {
  const { text } = await clerk.get('/admin/things?f.boss=1&f.place=LAX');
  assert.match(text, /name="f\.boss" value="1" checked> <span>Anvil<\/span>/);
  assert.match(text, /name="f\.place" value="LAX" checked> <span>Los Angeles<\/span>/);
});

test('the chip of a long search text is shortened', async () => {
  const { text } = await clerk.get(`/admin/things?q=${'a'.repeat(150)}`);
  const [, label = ''] = /<li class="chip"><span>([^<]*)<\/span>/.exec(text) ?? [];
  assert.match(unescaped(label), /[^a]a{80}…/);
});

test('every filter is shown as a chip and can be removed individually or with all others', async () => {
  const start = '/admin/things?q=e&f.state=open&f.state=done&f.place=LAX&f.amount.from=5&f.amount.to=25&sort=name';
  let { text } = await clerk.get(start);
  const chips = [...text.matchAll(/<li class="chip"><span>([^<]*)<\/span>/g)].map(([, label = '']) => unescaped(label));
  const expected = ['“e”', 'State: Open', 'State: Finished', 'Amount 5 to 25', 'Place: Los Angeles'];
  assert.equal(chips.toSorted(), expected.toSorted());
  for (const label of chips) {
    const url = linkTo(text, `Remove ${label}`);
    assert.is.not(url, '', label);
    assert.match(url, 'sort=name');
    text = (await clerk.get(url)).text;
    assert.not.match(text, `Remove ${label}`);
  }
  assert.is(linkTo(text, 'Clear all'), '', 'nothing narrows any more');
  const again = await clerk.get(start);
  assert.is(linkTo(again.text, 'Clear all'), '/admin/things?sort=name');
});

test('users who cannot view the other model cannot search it', async () => {
  const narrow = await desk.signInAs('staff', ['thing.view']);
  const byPlaceName = await narrow.get('/admin/things?q=angeles');
  assert.is(byPlaceName.status, 200);
  assert.equal(firstsOf(byPlaceName.text), []);
  const byOwn = await narrow.get('/admin/things?q=rings');
  assert.equal(firstsOf(byOwn.text), ['Bell']);
});

test('a list without search rejects words and has no search field', async () => {
  const { text } = await clerk.get('/admin/contracts');
  assert.not.match(mainOf(text), 'name="q"');
  assert.is((await clerk.get('/admin/contracts?q=word')).status, 400);
});

test('users who can view both models can choose values of a relation filter, even without permission to change', async () => {
  const viewer = await desk.signInAs('staff', ['thing.view', 'place.view']);
  const { status, text } = await viewer.get('/admin/things/+options/place?q=los', { accept: 'application/json' });
  assert.is(status, 200);
  assert.equal(JSON.parse(text), { options: [{ value: 'LAX', label: 'Los Angeles' }], more: false });
});

test('attack: the options of a relation reveal nothing of a model that the user cannot view', async () => {
  const narrow = await desk.signInAs('staff', ['thing.view', 'thing.change', 'thing.add']);
  for (const q of ['', 'los', 'LAX']) {
    const { status, text } = await narrow.get(`/admin/things/+options/place?q=${q}`, { accept: 'application/json' });
    assert.is(status, 200);
    assert.equal(JSON.parse(text), { options: [], more: false });
  }
});

test('options: the typed key first, then labels with every word, wildcards taken literally, at most twenty', async () => {
  await run(desk)`insert into place (code, name) select 'P' || n, 'Port ' || n from generate_series(1, 30) n`;
  const ask = async (q: string) => {
    const { text } = await clerk.get(`/admin/things/+options/place?q=${encodeURIComponent(q)}`, {
      accept: 'application/json',
    });
    return JSON.parse(text);
  };
  assert.equal((await ask('LAX')).options, [{ value: 'LAX', label: 'Los Angeles' }]);
  assert.equal((await ask('geles los')).options, [{ value: 'LAX', label: 'Los Angeles' }]);
  const ports = await ask('port');
  assert.is(ports.options.length, 20);
  assert.is(ports.more, true);
  for (const q of ['%', '_', '\\', "'", '\0', 'x'.repeat(300)])
    assert.equal(await ask(q), { options: [], more: false });
  assert.is((await clerk.get('/admin/things/+options/name?q=a')).status, 404, 'no relation');
  assert.is((await clerk.get('/admin/things/+options/constructor?q=a')).status, 404);
});

test('a search is shown as typed', async () => {
  const { text } = await clerk.get(`/admin/things?q=${encodeURIComponent('100% "iron"')}`);
  assert.match(textOf(mainOf(text)), '“100% "iron"”');
  assert.match(text, 'name="q" value="100% &quot;iron&quot;"');
});
