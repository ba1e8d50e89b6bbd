import type { Row } from 'rustio-admin';
import type { Strike } from '../models/strike.ts';
import type { Line } from './csv.ts';
import { lookUp } from './one-of.ts';

/** The part of a strike that comes from its report; the desk adds the case (state, officer, labels). */
export type Report = Omit<Row<typeof Strike>, 'state' | 'officer' | 'notes' | 'createdAt' | 'updatedAt'>;

/** The keys of the rows that reports refer to by name. */
export interface KeysByName {
  readonly airports: ReadonlyMap<string, string>;
  readonly operators: ReadonlyMap<string, number>;
  readonly aircraft: ReadonlyMap<string, number>;
  readonly species: ReadonlyMap<string, number>;
}

/** The reports in file order, which is also the order of their dates; the first report gets the number 1. */
export function buildReports(lines: readonly Line[], keys: KeysByName): readonly Report[] {
  return lines.map((line) => ({
    id: line.number,
    occurredOn: line.get('Flight Date'),
    airport: lookUp(keys.airports, line.get('Airport Name'), 'airport'),
    phase: lookUp(PHASES, line.get('Phase of flight'), 'phase of flight'),
    timeOfDay: lookUp(TIMES_OF_DAY, line.get('Time of day'), 'time of day'),
    speed: line.get('Speed IAS in knots') === '' ? null : Number(line.get('Speed IAS in knots')),
    aircraft: lookUp(keys.aircraft, singleSpaced(line.get('Aircraft Make Model')), 'aircraft type'),
    operator: lookUp(keys.operators, line.get('Aircraft Airline Operator'), 'operator'),
    species: lookUp(keys.species, line.get('Wildlife Species'), 'species'),
    wildlifeSize: lookUp(SIZES, line.get('Wildlife Size'), 'size'),
    damage: lookUp(DAMAGES, line.get('Effect Amount of damage'), 'damage'),
    costRepair: line.get('Cost Repair'),
    costOther: line.get('Cost Other'),
    costTotal: line.get('Cost Total $'),
  }));
}

/** Replaces double spaces in names such as "BE-55  BARON"; a search for the name as typed would not find them. */
export function singleSpaced(name: string): string {
  return name.replace(/ +/g, ' ');
}

const PHASES = new Map<string, Report['phase']>([
  ['Parked', 'parked'],
  ['Taxi', 'taxi'],
  ['Take-off run', 'takeOffRun'],
  ['Climb', 'climb'],
  ['Descent', 'descent'],
  ['Approach', 'approach'],
  ['Landing Roll', 'landingRoll'],
]);
const TIMES_OF_DAY = new Map<string, Report['timeOfDay']>([
  ['Dawn', 'dawn'],
  ['Day', 'day'],
  ['Dusk', 'dusk'],
  ['Night', 'night'],
]);
const SIZES = new Map<string, Report['wildlifeSize']>([
  ['Small', 'small'],
  ['Medium', 'medium'],
  ['Large', 'large'],
]);
const DAMAGES = new Map<string, Report['damage']>([
  ['None', 'none'],
  ['Minor', 'minor'],
  ['Medium', 'medium'],
  ['Substantial', 'substantial'],
  ['B', 'classB'],
  ['C', 'classC'],
]);
