import { defineAdmin, type ModelAdmin } from 'rustio-admin';
import { Aircraft } from './models/aircraft.ts';
import { Airport } from './models/airport.ts';
import { Flight } from './models/flight.ts';
import { Label } from './models/label.ts';
import { Operator } from './models/operator.ts';
import { Route } from './models/route.ts';
import { Species } from './models/species.ts';
import { Strike } from './models/strike.ts';
import { nextStep } from './next-step.ts';

const strikeAdmin = defineAdmin(Strike, {
  group: 'Strikes',
  list: ['occurredOn', 'airport', 'damage', 'costTotal', 'state', 'officer', 'species', 'operator'],
  computed: { nextStep: { label: 'Next step', value: nextStep } },
  filters: [
    'state',
    'damage',
    'officer',
    'occurredOn',
    'airport',
    'phase',
    'operator',
    'species',
    'labels',
    'costTotal',
  ],
  search: ['airport.code', 'airport.name', 'airport.city', 'operator.name', 'aircraft.name', 'species.name', 'notes'],
  order: ['-occurredOn'],
  fieldsets: [
    { title: 'Case', fields: ['state', 'officer', 'nextStep', 'labels', 'notes'] },
    { title: 'Date and location', fields: ['occurredOn', 'timeOfDay', 'airport', 'phase', 'speed'] },
    { title: 'Aircraft and wildlife', fields: ['aircraft', 'operator', 'species', 'wildlifeSize'] },
    { title: 'Damage and costs', fields: ['damage', 'costRepair', 'costOther', 'costTotal'] },
  ],
});

const labelAdmin = defineAdmin(Label, {
  group: 'Strikes',
  list: ['name', 'meaning'],
  search: ['name', 'meaning'],
  order: ['name'],
});

const airportAdmin = defineAdmin(Airport, {
  group: 'Reference',
  list: ['code', 'name', 'city', 'state', 'country', 'position'],
  computed: { position: { label: 'Position', value: position } },
  filters: ['state'],
  search: ['code', 'name', 'city'],
  order: ['code'],
  fieldsets: [
    { title: 'Airport', fields: ['code', 'name'] },
    { title: 'Location', fields: ['city', 'state', 'country', 'latitude', 'longitude'] },
  ],
});

const operatorAdmin = defineAdmin(Operator, {
  group: 'Reference',
  list: ['name', 'category', 'reportedAs'],
  filters: ['category'],
  search: ['name', 'reportedAs'],
  order: ['name'],
});

const aircraftAdmin = defineAdmin(Aircraft, {
  group: 'Reference',
  list: ['name', 'manufacturer', 'category'],
  filters: ['category'],
  search: ['name', 'manufacturer'],
  order: ['name'],
});

const speciesAdmin = defineAdmin(Species, {
  group: 'Reference',
  list: ['name', 'scientificName', 'kind', 'identified'],
  filters: ['kind', 'identified'],
  search: ['name', 'scientificName'],
  order: ['name'],
});

const routeAdmin = defineAdmin(Route, {
  group: 'Traffic',
  list: ['origin', 'destination', 'flightsIn2008', 'perDay'],
  computed: {
    perDay: { label: 'Per day', value: (row) => (row.flightsIn2008 / 366).toFixed(1), align: 'end' },
  },
  filters: ['origin', 'destination', 'flightsIn2008'],
  search: ['origin.code', 'origin.name', 'origin.city', 'destination.code', 'destination.name', 'destination.city'],
  order: ['-flightsIn2008'],
});

const flightAdmin = defineAdmin(Flight, {
  group: 'Traffic',
  list: ['departure', 'origin', 'destination', 'delay', 'punctuality', 'distance'],
  computed: { punctuality: { label: 'Punctuality', value: (row) => punctuality(row.delay) } },
  filters: ['origin', 'destination', 'departure', 'delay', 'distance'],
  search: ['origin.code', 'origin.city', 'destination.code', 'destination.city'],
  order: ['-departure'],
});

/** How the admin shows each model, in the order of the navigation. */
export const admins: readonly ModelAdmin[] = [
  strikeAdmin,
  labelAdmin,
  airportAdmin,
  operatorAdmin,
  aircraftAdmin,
  speciesAdmin,
  routeAdmin,
  flightAdmin,
];

/** "32.90° N, 97.04° W" */
function position({ latitude, longitude }: Airport): string {
  const north = Number(latitude);
  const east = Number(longitude);
  return `${Math.abs(north).toFixed(2)}° ${north < 0 ? 'S' : 'N'}, ${Math.abs(east).toFixed(2)}° ${east < 0 ? 'W' : 'E'}`;
}

/** The Bureau of Transportation Statistics counts a flight as late from 15 minutes on. */
function punctuality(minutes: number): string {
  if (minutes >= 15) return 'Late';
  return minutes < 0 ? 'Early' : 'On time';
}
