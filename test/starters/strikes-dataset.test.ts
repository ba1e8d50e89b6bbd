import * as assert from 'uvu/assert';
import { buildCase, LABELS } from '../../starters/strikes/seed/casework.ts';
import { buildDataset } from '../../starters/strikes/seed/dataset.ts';
import { readFiles } from '../../starters/strikes/seed/files.ts';
import { oneOf } from '../../starters/strikes/seed/one-of.ts';
import { suite } from '../support/suite.ts';

const test = suite('the data set of the starter strikes');
const files = await readFiles();
const dataset = buildDataset(files);

test('every row of every file becomes a row of a model', () => {
  const counts = Object.entries(dataset).map(([name, rows]) => [name, rows.length]);
  assert.equal(Object.fromEntries(counts), {
    airports: 3_377,
    operators: 46,
    aircraft: 225,
    species: 37,
    strikes: 10_000,
    routes: 5_366,
    flights: 20_000,
  });
});

test('the table of airports names each airport of the strikes once, in the state of the strikes', () => {
  const stateOf = new Map(dataset.airports.map(({ code, state }) => [code, state]));
  const matched = new Map(files.strikeAirports.map((line) => [line.get('name_in_strikes'), line]));
  const inStrikes = new Map(files.strikes.map((line) => [line.get('Airport Name'), line.get('Origin State')]));
  assert.is(files.strikeAirports.length, 50);
  assert.equal([...matched.keys()].sort(), [...inStrikes.keys()].sort());
  assert.is(new Set(files.strikeAirports.map((line) => line.get('code'))).size, 50);

  const codesOfState = new Map<string, Set<string>>();
  for (const [name, line] of matched) {
    assert.is(line.get('state_in_strikes'), inStrikes.get(name), name);
    assert.is(line.get('state'), stateOf.get(line.get('code')), name);
    const codes = codesOfState.get(line.get('state_in_strikes')) ?? new Set();
    codesOfState.set(line.get('state_in_strikes'), codes.add(line.get('state')));
  }
  // Each state name has one code, and no two share one; Washington's airports lie in Virginia, and the reports say DC.
  assert.equal(
    [...codesOfState.values()].map((codes) => codes.size),
    Array(29).fill(1),
  );
  assert.is(new Set([...codesOfState.values()].map((codes) => [...codes][0])).size, 29);
  assert.equal([...(codesOfState.get('DC') ?? [])], ['VA']);
});

test('an airport matched as exact has the same name once abbreviations are expanded', () => {
  const nameOf = new Map(dataset.airports.map(({ code, name }) => [code, name]));
  const exact = files.strikeAirports.filter((line) => line.get('how') === 'exact');
  assert.is(exact.length, 33);
  for (const line of exact) {
    assert.is(
      expandAbbreviations(line.get('name_in_strikes')),
      expandAbbreviations(nameOf.get(line.get('code')) ?? ''),
      line.get('code'),
    );
  }
});

test('only the airport missing from the list is added', () => {
  const listed = new Set(files.airports.map((line) => line.get('iata')));
  const added = files.strikeAirports.filter((line) => line.get('how') === 'added').map((line) => line.get('code'));
  assert.equal(added, ['BAD']);
  assert.equal(
    files.airportsAdded.map((line) => line.get('iata')),
    added,
  );
  for (const line of files.strikeAirports) {
    assert.is(listed.has(line.get('code')), oneOf(['exact', 'by hand', 'added'], line.get('how')) !== 'added');
  }
});

test('twelve airports have no city and state, and none has NA as its state', () => {
  assert.is(dataset.airports.filter(({ state }) => state === null).length, 12);
  assert.is(dataset.airports.filter(({ city }) => city === null).length, 12);
});

test('an unreported speed is empty, a reported 0 is 0', () => {
  assert.is(dataset.strikes.filter(({ speed }) => speed === null).length, 2_836);
  assert.is(dataset.strikes.filter(({ speed }) => speed === 0).length, 19);
});

test('times keep the local time as reported', () => {
  for (const [index, line] of files.flights.entries()) {
    const departure = dataset.flights[index]?.departure;
    assert.is(departure?.replaceAll('-', '/').slice(0, 16), line.get('date'));
  }
});

test('the letters B and C are military reports with costs, as the help text states', () => {
  const military = dataset.operators.find(({ category }) => category === 'military')?.id;
  const lettered = dataset.strikes.filter(({ damage }) => damage === 'classB' || damage === 'classC');
  assert.is(lettered.length, 15);
  assert.ok(lettered.every(({ operator, costTotal }) => operator === military && Number(costTotal) > 0));
});

test('the total cost is the sum of its parts in every report', () => {
  assert.ok(dataset.strikes.every((one) => Number(one.costTotal) === Number(one.costRepair) + Number(one.costOther)));
});

test('an unknown value stops the import', () => {
  const [first] = files.strikes;
  if (!first) throw new Error('There are no strikes.');
  const odd = { number: 1, get: (column: string) => (column === 'Phase of flight' ? 'Hovering' : first.get(column)) };
  assert.throws(() => buildDataset({ ...files, strikes: [odd] }), /phase of flight "Hovering"/);
});

test('cases depend on the report alone: new only in the last ten days, old ones closed, every label used', () => {
  const used = new Set<string>();
  for (const report of dataset.strikes) {
    const species = dataset.species[report.species - 1];
    const input = {
      asOf: '2002-07-25',
      longitude: -90,
      isIdentified: species?.identified === true,
      isMammal: species?.kind === 'mammal',
    };
    const strikeCase = buildCase(report, input);
    assert.equal(strikeCase, buildCase({ ...report }, input));
    if (strikeCase.state === 'new') assert.ok(report.occurredOn >= '2002-07-15' && strikeCase.desk === undefined);
    if (report.occurredOn < '2001') assert.ok(strikeCase.state === 'closed' && strikeCase.desk === undefined);
    if (strikeCase.state === 'open') assert.is(strikeCase.desk, 'east');
    for (const label of strikeCase.labels) used.add(label);
  }
  assert.equal([...used].sort(), Object.keys(LABELS).sort());
});

/** The name in lower case, without abbreviations and the word "airport". */
function expandAbbreviations(name: string): string {
  return name
    .toLowerCase()
    .replaceAll("int'l", 'international')
    .replace(/\bintl\b/g, 'international')
    .replace(/\b(arpt|airport)\b/g, '')
    .replaceAll("'", '')
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
    .join(' ');
}
