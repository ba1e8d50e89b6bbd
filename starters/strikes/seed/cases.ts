import type { Insert } from 'rustio-admin';
import type { Label, StrikeLabel } from '../models/label.ts';
import type { Strike } from '../models/strike.ts';
import { buildCase, type Desk, LABELS } from './casework.ts';
import type { Dataset } from './dataset.ts';
import { lookUp } from './one-of.ts';

/** The casework rows: strikes with state and officer, and their labels. */
export interface Cases {
  readonly labels: readonly (Insert<typeof Label> & { readonly id: number })[];
  readonly strikes: readonly Insert<typeof Strike>[];
  readonly strikeLabels: readonly Insert<typeof StrikeLabel>[];
}

/** `officers`: the user's key for each desk. */
export function buildCases(dataset: Dataset, officers: ReadonlyMap<Desk, number>): Cases {
  const labels = Object.entries(LABELS).map(([name, meaning], index) => ({ id: index + 1, name, meaning }));
  const labelIds = new Map(labels.map(({ name, id }) => [name, id]));
  const longitudes = new Map(dataset.airports.map(({ code, longitude }) => [code, Number(longitude)]));
  const speciesById = new Map(dataset.species.map((species) => [species.id, species]));
  const asOf = dataset.strikes.reduce((latest, { occurredOn }) => (occurredOn > latest ? occurredOn : latest), '');

  const strikes: Insert<typeof Strike>[] = [];
  const strikeLabels: Insert<typeof StrikeLabel>[] = [];
  for (const report of dataset.strikes) {
    const species = lookUp(speciesById, report.species, 'species');
    const { state, desk, labels } = buildCase(report, {
      asOf,
      longitude: lookUp(longitudes, report.airport, 'airport'),
      isIdentified: species.identified,
      isMammal: species.kind === 'mammal',
    });
    const officer = desk === undefined ? null : lookUp(officers, desk, 'desk');
    strikes.push({ ...report, state, officer });
    strikeLabels.push(...labels.map((name) => ({ strike: report.id, label: lookUp(labelIds, name, 'label') })));
  }
  return { labels, strikes, strikeLabels };
}
