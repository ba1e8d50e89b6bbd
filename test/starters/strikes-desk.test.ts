// timeout: 120
import * as assert from 'uvu/assert';
import type { Figure, Person } from '../../index.ts';
import { sitesOf } from '../../plugins/admin/site.ts';
import { mine, overdue, unassigned, withoutCosts } from '../../starters/strikes/desk/figures.ts';
import { costByAirport, serious } from '../../starters/strikes/desk/tables.ts';
import { Strike } from '../../starters/strikes/models/strike.ts';
import { nextStep } from '../../starters/strikes/next-step.ts';
import { afterAllSuites, suite } from '../support/suite.ts';
import { seededDesk } from './seeded-desk.ts';

const test = suite('the index page of the strike desk');
const { app, close } = await seededDesk();
afterAllSuites(close);

/** The second account that the seed makes. */
const officer: Person = {
  kind: 'person',
  id: 2,
  name: 'officer@desk.example',
  displayName: null,
  role: 'supervisor',
  permissions: new Set(['strike.view', 'strike.change']),
};
const reader = { state: { actor: officer, locale: 'en' } };

for (const widget of [unassigned, mine, overdue, withoutCosts]) {
  test(`"${widget.name}" is not empty and leads to a list of just as many strikes`, async () => {
    const figure = await widget.load(reader, app);
    assert.not.equal(figure.value, '0');
    assert.is(await rowsBehind(figure), Number(figure.value));
  });
}

test('what counts back from the newest report says so, with the day', async () => {
  assert.match((await overdue.load(reader, app)).label, 'more than 30 days on 2002-07-25');
  assert.match((await withoutCosts.load(reader, app)).label, 'since 2002-01-01');
  assert.is((await serious.load(reader, app)).title, 'Substantial damage in the 90 days to 2002-07-25');
  assert.is((await costByAirport.load(reader, app)).title, 'Cost by airport since 2002-01-01');
});

test('what the desk should do next follows from the case', async () => {
  const strike = await app.records.get(officer, Strike, '9912');
  if (!strike) throw new Error('The strike 9912 is not there.');
  const open = { ...strike, state: 'open', officer: 2, damage: 'minor', costTotal: '0.00', speed: 140 } as const;
  assert.is(nextStep({ ...open, officer: null }), 'Give it to a case officer');
  assert.is(nextStep(open), 'Ask the operator for the costs');
  assert.is(nextStep({ ...open, damage: 'none', speed: null }), 'Ask the crew for the speed');
  assert.is(nextStep({ ...open, costTotal: '12.00' }), 'Close it');
  assert.is(nextStep({ ...open, state: 'closed' }), undefined);
});

async function rowsBehind({ url }: Figure): Promise<number> {
  const address = new URL(url ?? '', 'http://desk.example');
  assert.is(address.pathname, '/admin/strikes');
  const listing = sitesOf(app).of(app.models.of(Strike))?.listing;
  if (!listing) throw new Error('Strikes have no list.');
  const { parsed } = await app.records.ask(officer, listing, address.searchParams, 'UTC');
  if (!parsed.ok) throw new Error(`${url} is no address of the list.`);
  const { count } = await app.records.list(officer, listing, parsed.ask);
  if (count.kind !== 'exact') throw new Error(`The list counts only ${count.kind}.`);
  return count.rows;
}
