import type { Insert } from 'rustio-admin';
import type { Label, StrikeLabel } from '../models/label.ts';
import type { Strike } from '../models/strike.ts';
import { buildCase, type Desk, type LabelName, labels as meanings } from './casework.ts';
import type { Facts } from './facts.ts';
import { lookUp } from './one-of.ts';

/** The desk's part of the rows: strikes with state and officer, and their labels. */
export interface Cases {
  readonly labels: readonly (Insert<typeof Label> & { readonly id: number })[];
  readonly strikes: readonly Insert<typeof Strike>[];
  readonly strikeLabels: readonly Insert<typeof StrikeLabel>[];
}

/** `officers` has the key of the user of each desk. */
export function buildCases(facts: Facts, officers: ReadonlyMap<Desk, number>): Cases {
  const labels = Object.entries(meanings).map(([name, meant], index) => ({ id: index + 1, name, meaning: meant }));
  const idOf = new Map(labels.map(({ name, id }) => [name, id]));
  const longitudes = new Map(facts.airports.map(({ code, longitude }) => [code, Number(longitude)]));
  const species = new Map(facts.species.map((one) => [one.id, one]));
  const newest = facts.strikes.reduce((latest, { occurredOn }) => (occurredOn > latest ? occurredOn : latest), '');

  const strikes: Insert<typeof Strike>[] = [];
  const strikeLabels: Insert<typeof StrikeLabel>[] = [];
  for (const report of facts.strikes) {
    const longitude = lookUp(longitudes, report.airport, 'airport');
    const { identified, kind } = lookUp(species, report.species, 'species');
    const made = buildCase(report, newest, longitude, identified, kind === 'mammal');
    const officer = made.desk === undefined ? null : lookUp(officers, made.desk, 'desk');
    strikes.push({ ...report, state: made.state, officer });
    strikeLabels.push(...linked(report.id, made.labels, idOf));
  }
  return { labels, strikes, strikeLabels };
}

function linked(
  strike: number,
  names: readonly LabelName[],
  idOf: ReadonlyMap<string, number>,
): Insert<typeof StrikeLabel>[] {
  return names.map((name) => ({ strike, label: lookUp(idOf, name, 'label') }));
}
