import type { Row } from 'rustio-admin';
import type { Strike } from '../models/strike.ts';
import type { Line } from './csv.ts';
import { lookUp } from './one-of.ts';

/** The part of a strike that is in its report; the case (state, officer, labels) is added by the desk. */
export type Report = Omit<Row<typeof Strike>, 'state' | 'officer' | 'notes' | 'createdAt' | 'updatedAt'>;
export type Strikes = readonly Report[];

/** Keys of what the reports name in words. */
export interface Known {
  readonly airports: ReadonlyMap<string, string>;
  readonly operators: ReadonlyMap<string, number>;
  readonly aircraft: ReadonlyMap<string, number>;
  readonly species: ReadonlyMap<string, number>;
}

/** The reports in the order of the file, which is the order of their dates; the first one gets the number 1. */
export function buildStrikes(lines: readonly Line[], known: Known): Strikes {
  return lines.map((line) => ({
    id: line.number,
    occurredOn: line.get('Flight Date'),
    airport: lookUp(known.airports, line.get('Airport Name'), 'airport'),
    phase: lookUp(phases, line.get('Phase of flight'), 'phase of flight'),
    timeOfDay: lookUp(timesOfDay, line.get('Time of day'), 'time of day'),
    speed: line.get('Speed IAS in knots') === '' ? null : Number(line.get('Speed IAS in knots')),
    aircraft: lookUp(known.aircraft, singleSpaced(line.get('Aircraft Make Model')), 'aircraft type'),
    operator: lookUp(known.operators, line.get('Aircraft Airline Operator'), 'operator'),
    species: lookUp(known.species, line.get('Wildlife Species'), 'species'),
    wildlifeSize: lookUp(sizes, line.get('Wildlife Size'), 'size'),
    damage: lookUp(damages, line.get('Effect Amount of damage'), 'damage'),
    costRepair: line.get('Cost Repair'),
    costOther: line.get('Cost Other'),
    costTotal: line.get('Cost Total $'),
  }));
}

/** "BE-55  BARON" has two spaces in the reports; a search for the typed name would not find it. */
export function singleSpaced(name: string): string {
  return name.replace(/ +/g, ' ');
}

const phases = new Map<string, Report['phase']>([
  ['Parked', 'parked'],
  ['Taxi', 'taxi'],
  ['Take-off run', 'takeOffRun'],
  ['Climb', 'climb'],
  ['Descent', 'descent'],
  ['Approach', 'approach'],
  ['Landing Roll', 'landingRoll'],
]);
const timesOfDay = new Map<string, Report['timeOfDay']>([
  ['Dawn', 'dawn'],
  ['Day', 'day'],
  ['Dusk', 'dusk'],
  ['Night', 'night'],
]);
const sizes = new Map<string, Report['wildlifeSize']>([
  ['Small', 'small'],
  ['Medium', 'medium'],
  ['Large', 'large'],
]);
const damages = new Map<string, Report['damage']>([
  ['None', 'none'],
  ['Minor', 'minor'],
  ['Medium', 'medium'],
  ['Substantial', 'substantial'],
  ['B', 'classB'],
  ['C', 'classC'],
]);
