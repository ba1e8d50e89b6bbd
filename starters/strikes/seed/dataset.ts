import type { Insert } from 'rustio-admin';
import { type Aircraft, aircraftCategories } from '../models/aircraft.ts';
import type { Airport } from '../models/airport.ts';
import type { Flight } from '../models/flight.ts';
import { type Operator, operatorCategories } from '../models/operator.ts';
import type { Route } from '../models/route.ts';
import { type Species, speciesKinds } from '../models/species.ts';
import { stateCodes } from '../models/states.ts';
import type { Line } from './csv.ts';
import type { Files } from './files.ts';
import { oneOf } from './one-of.ts';
import { buildReports, type Report, singleSpaced } from './strikes.ts';

type WithId<T> = T & { readonly id: number };

/** The contents of the files, as rows of the models. Keys follow the order of the files, so every load creates the same keys. */
export interface Dataset {
  readonly airports: readonly Insert<typeof Airport>[];
  readonly operators: readonly WithId<Insert<typeof Operator>>[];
  readonly aircraft: readonly WithId<Insert<typeof Aircraft>>[];
  readonly species: readonly WithId<Insert<typeof Species>>[];
  readonly strikes: readonly Report[];
  readonly routes: readonly Insert<typeof Route>[];
  readonly flights: readonly WithId<Insert<typeof Flight>>[];
}

/** Throws if a file contains a value that the models do not define: nothing is guessed. */
export function buildDataset(files: Files): Dataset {
  const operators = files.operators.map(toOperator);
  const aircraft = files.aircraft.map(toAircraft);
  const species = files.species.map(toSpecies);
  return {
    airports: [...files.airports, ...files.airportsAdded].map(toAirport),
    operators,
    aircraft,
    species,
    strikes: buildReports(files.strikes, {
      airports: new Map(files.strikeAirports.map((line) => [line.get('name_in_strikes'), line.get('code')])),
      operators: new Map(operators.map(({ reportedAs, id }) => [reportedAs, id])),
      aircraft: new Map(aircraft.map(({ name, id }) => [name, id])),
      species: new Map(species.map(({ name, id }) => [name, id])),
    }),
    routes: files.routes.map((line) => ({
      origin: line.get('origin'),
      destination: line.get('destination'),
      flightsIn2008: Number(line.get('count')),
    })),
    flights: files.flights.map((line) => ({
      id: line.number,
      departure: toLocalDateTime(line.get('date')),
      origin: line.get('origin'),
      destination: line.get('destination'),
      delay: Number(line.get('delay')),
      distance: Number(line.get('distance')),
    })),
  };
}

function toAirport(line: Line): Insert<typeof Airport> {
  return {
    code: line.get('iata'),
    name: line.get('name'),
    // Twelve airports have NA (not available) instead of a city and state.
    city: line.get('city') === 'NA' ? null : line.get('city'),
    state: line.get('state') === 'NA' ? null : oneOf(stateCodes, line.get('state')),
    country: line.get('country'),
    latitude: line.get('latitude'),
    longitude: line.get('longitude'),
  };
}

function toOperator(line: Line): WithId<Insert<typeof Operator>> {
  return {
    id: line.number,
    name: line.get('name'),
    reportedAs: line.get('name_in_strikes'),
    category: oneOf(operatorCategories, line.get('category')),
  };
}

function toAircraft(line: Line): WithId<Insert<typeof Aircraft>> {
  return {
    id: line.number,
    name: singleSpaced(line.get('name_in_strikes')),
    manufacturer: line.get('manufacturer'),
    category: oneOf(aircraftCategories, line.get('category')),
  };
}

function toSpecies(line: Line): WithId<Insert<typeof Species>> {
  return {
    id: line.number,
    name: line.get('name'),
    scientificName: line.get('scientific_name') || null,
    kind: oneOf(speciesKinds, line.get('kind')),
    identified: oneOf(['yes', 'no'], line.get('identified')) === 'yes',
  };
}

/** `2001/01/01 00:47` → `2001-01-01 00:47:00`. Not converted to a Date, which would shift it by the time zone. */
function toLocalDateTime(text: string): string {
  const match = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}:\d{2})$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a date with a time.`);
  const [, year, month, day, time] = match;
  return `${year}-${month}-${day} ${time}:00`;
}
