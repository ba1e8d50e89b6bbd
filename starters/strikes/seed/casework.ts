// The reports contain no casework: no state, no case officer, no labels. All of it is invented here for the demo, from the report
// alone and without randomness, so every load creates the same cases.

import type { Row } from 'rustio-admin';
import type { Strike } from '../models/strike.ts';
import type { Report } from './strikes.ts';

/** Whose case it is: that of the officer for airports east of 100° W, or of the head of the desk for those west of it. */
export type Desk = 'east' | 'west';

export interface Case {
  readonly state: Row<typeof Strike>['state'];
  readonly desk: Desk | undefined;
  readonly labels: readonly LabelName[];
}

/** The labels of the desk, and the conditions for assigning them. */
export const LABELS = {
  Costly: 'Total cost of $10,000 or more.',
  'Costs missing': 'There was damage, but no cost was reported. Ask the operator.',
  'Species missing': 'There was damage, but the species is unknown. Request the remains.',
  'Mammal on the airfield': 'A deer or a coyote. Ask the airport about its fence.',
  Night: 'The strike occurred at night.',
  Precautionary: 'No damage, but costs, usually for a precautionary landing or inspection.',
  'Check the report': 'The report is inconsistent: no speed although the aircraft was rolling or flying.',
} as const;
export type LabelName = keyof typeof LABELS;

/** The input for a case other than its report. */
export interface CaseInput {
  /** The current day of the desk, which is the day of the newest report. */
  readonly asOf: string;
  /** The longitude of the airport. */
  readonly longitude: number;
  /** Whether the species is known. */
  readonly isIdentified: boolean;
  readonly isMammal: boolean;
}

export function buildCase(report: Report, { asOf, longitude, isIdentified, isMammal }: CaseInput): Case {
  const state = stateOf(report, daysBetween(report.occurredOn, asOf));
  return { state, desk: deskOf(report, state, longitude), labels: labelsOf(report, isIdentified, isMammal) };
}

/** Ten days for the review, thirty to close simple cases; cases with serious damage remain open until the costs are known. */
function stateOf(report: Report, ageInDays: number): Case['state'] {
  const isDamaged = report.damage !== 'none';
  const hasCosts = Number(report.costTotal) > 0;
  if (ageInDays <= 10) return isDamaged ? 'open' : 'new';
  if (ageInDays <= 30) return isDamaged || hasCosts || report.wildlifeSize !== 'small' ? 'open' : 'closed';
  if (ageInDays <= 365) return isDamaged && report.damage !== 'minor' && !hasCosts ? 'open' : 'closed';
  return 'closed';
}

/** The desk was set up in 2001; older reports were imported as closed, without an officer. */
function deskOf(report: Report, state: Case['state'], longitude: number): Desk | undefined {
  if (state === 'new' || report.occurredOn < '2001') return undefined;
  return longitude < -100 ? 'west' : 'east';
}

function labelsOf(report: Report, isIdentified: boolean, isMammal: boolean): LabelName[] {
  const isDamaged = report.damage !== 'none';
  const cost = Number(report.costTotal);
  const rules: readonly (readonly [LabelName, boolean])[] = [
    ['Costly', cost >= 10_000],
    ['Costs missing', isDamaged && cost === 0],
    ['Species missing', isDamaged && !isIdentified],
    ['Mammal on the airfield', isMammal],
    ['Night', report.timeOfDay === 'night'],
    ['Precautionary', !isDamaged && cost > 0],
    ['Check the report', report.speed === 0 && report.phase !== 'parked'],
  ];
  return rules.filter(([, applies]) => applies).map(([name]) => name);
}

/** Whole days from one ISO date to another. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
