import * as assert from 'uvu/assert';
import type { Figure, UserActor } from '../../index.ts';
import { adminRegistry } from '../../plugins/admin/admin-registry.ts';
import { mine, overdue, unassigned, withoutCosts } from '../../starters/strikes/desk/figures.ts';
import { costByAirport, serious } from '../../starters/strikes/desk/tables.ts';
import { Strike } from '../../starters/strikes/models/strike.ts';
import { nextStep } from '../../starters/strikes/next-step.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { seededDesk } from './seeded-desk.ts';

const test = suite('the dashboard of the starter strikes');
const { app, close } = await seededDesk();
afterAllSuites(close);

/** The second account that the seed creates. */
const officer: UserActor = {
  kind: 'user',
  id: 2,
  name: 'officer@desk.example',
  displayName: null,
  role: 'supervisor',
  permissions: new Set(['strike.view', 'strike.change']),
};
const reader = { state: { actor: officer, locale: 'en' } };

for (const widget of [unassigned, mine, overdue, withoutCosts]) {
  test(`"${widget.name}" is not empty and links to a list of the same number of strikes`, async () => {
    const figure = await widget.load(reader, app);
    assert.not.equal(figure.value, '0');
    assert.is(await rowsBehind(figure), Number(figure.value));
  });
}

test('figures relative to the newest report mention its day', async () => {
  assert.match((await overdue.load(reader, app)).label, 'more than 30 days (as of 2002-07-25)');
  assert.match((await withoutCosts.load(reader, app)).label, 'since 2002-01-01');
  assert.is((await serious.load(reader, app)).title, 'Substantial damage in the 90 days to 2002-07-25');
  assert.is((await costByAirport.load(reader, app)).title, 'Cost by airport since 2002-01-01');
});

test('tables name airports, aircraft and species only to users who can see them', async () => {
  const all = { state: { actor: { ...officer, role: 'administrator' } as const, locale: 'en' } };
  const [named, bare] = [await serious.load(all, app), await serious.load(reader, app)];
  assert.is(named.rows.length, bare.rows.length);
  const cells = bare.rows.flatMap(([, , aircraft, species]) => [aircraft?.text, species?.text]);
  assert.equal(
    cells.filter((text) => !/^\d+$/.test(text ?? '')),
    [],
  );
  assert.match(named.rows[0]?.[2]?.text ?? '', /[A-Z]/);
  const airports = (await costByAirport.load(reader, app)).rows.map(([airport]) => airport);
  assert.ok(airports.length > 0);
  for (const airport of airports)
    assert.equal([airport?.url, /^[A-Z0-9]+$/.test(airport?.text ?? '')], [undefined, true]);
  assert.match((await costByAirport.load(all, app)).rows[0]?.[0]?.text ?? '', ' · ');
});

test('figures count nothing for a user who cannot see strikes', async () => {
  const nobody = { state: { actor: { ...officer, permissions: new Set<string>() }, locale: 'en' } };
  for (const widget of [unassigned, mine, overdue, withoutCosts])
    assert.is((await widget.load(nobody, app)).value, '0');
  for (const widget of [serious, costByAirport]) assert.equal((await widget.load(nobody, app)).rows, []);
});

test('the suggested next step depends on the state of the case', async () => {
  const strike = await app.records.get(officer, Strike, '9912');
  if (!strike) throw new Error('The strike 9912 is not there.');
  const open = { ...strike, state: 'open', officer: 2, damage: 'minor', costTotal: '0.00', speed: 140 } as const;
  assert.is(nextStep({ ...open, officer: null }), 'Assign a case officer');
  assert.is(nextStep(open), 'Request costs from the operator');
  assert.is(nextStep({ ...open, damage: 'none', speed: null }), 'Request speed from the crew');
  assert.is(nextStep({ ...open, costTotal: '12.00' }), 'Close the case');
  assert.is(nextStep({ ...open, state: 'closed' }), undefined);
});

async function rowsBehind({ url }: Figure): Promise<number> {
  const address = new URL(url ?? '', 'http://desk.example');
  assert.is(address.pathname, '/admin/strikes');
  const listing = adminRegistry(app).of(app.models.of(Strike))?.listing;
  if (!listing) throw new Error('Strikes have no list.');
  const { parsed } = await app.records.parseListQuery(officer, listing, address.searchParams, 'UTC');
  if (!parsed.ok) throw new Error(`${url} is not a URL of the list.`);
  const { count } = await app.records.list(officer, listing, parsed.query);
  if (count.kind !== 'exact') throw new Error(`The list counts only ${count.kind}.`);
  return count.rows;
}
