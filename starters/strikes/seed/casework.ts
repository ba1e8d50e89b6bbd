// The reports contain no casework: no state, no case officer, no labels. All of it is invented here for the demo, from facts of
// the report alone and without randomness, so that every load gives the same cases.

import type { Row } from 'rustio-admin';
import type { Strike } from '../models/strike.ts';
import type { Report } from './strikes.ts';

/** Who has a case: the officer for airports east of 100° W, or the head of the desk for those west of it. */
export type Desk = 'east' | 'west';

export interface Case {
  readonly state: Row<typeof Strike>['state'];
  readonly desk: Desk | undefined;
  readonly labels: readonly LabelName[];
}

/** The labels of the desk, and when a strike gets one. */
export const labels = {
  Costly: 'Total cost of $10,000 or more.',
  'Costs missing': 'There was damage, but no cost was reported. Ask the operator.',
  'Species missing': 'There was damage, but the species is unknown. Request the remains.',
  'Mammal on the airfield': 'A deer or a coyote. Ask the airport about its fence.',
  Night: 'The strike occurred at night.',
  Precautionary: 'No damage, but costs, usually for a precautionary landing or inspection.',
  'Check the report': 'The report is inconsistent: no speed although the aircraft was rolling or flying.',
} as const;
export type LabelName = keyof typeof labels;

/** The case of a report, as of the day of the newest one. */
export function buildCase(
  report: Report,
  newest: string,
  longitude: number,
  identified: boolean,
  mammal: boolean,
): Case {
  const state = stateOf(report, daysBetween(report.occurredOn, newest));
  return { state, desk: deskOf(report, state, longitude), labels: labelsOf(report, identified, mammal) };
}

/** Ten days for the review, thirty to close simple cases; serious damage stays open until its costs are known. */
function stateOf(report: Report, age: number): Case['state'] {
  const damaged = report.damage !== 'none';
  const costs = Number(report.costTotal) > 0;
  if (age <= 10) return damaged ? 'open' : 'new';
  if (age <= 30) return damaged || costs || report.wildlifeSize !== 'small' ? 'open' : 'closed';
  if (age <= 365) return damaged && report.damage !== 'minor' && !costs ? 'open' : 'closed';
  return 'closed';
}

/** The desk began with the year 2001; older reports are imported as closed. */
function deskOf(report: Report, state: Case['state'], longitude: number): Desk | undefined {
  if (state === 'new' || report.occurredOn < '2001') return undefined;
  return longitude < -100 ? 'west' : 'east';
}

function labelsOf(report: Report, identified: boolean, mammal: boolean): LabelName[] {
  const damaged = report.damage !== 'none';
  const cost = Number(report.costTotal);
  const when: readonly (readonly [LabelName, boolean])[] = [
    ['Costly', cost >= 10_000],
    ['Costs missing', damaged && cost === 0],
    ['Species missing', damaged && !identified],
    ['Mammal on the airfield', mammal],
    ['Night', report.timeOfDay === 'night'],
    ['Precautionary', !damaged && cost > 0],
    ['Check the report', report.speed === 0 && report.phase !== 'parked'],
  ];
  return when.filter(([, holds]) => holds).map(([name]) => name);
}

/** Whole days from one ISO date to another. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
