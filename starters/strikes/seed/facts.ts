import type { Insert } from 'rustio-admin';
import type { Aircraft } from '../models/aircraft.ts';
import type { Airport } from '../models/airport.ts';
import type { Flight } from '../models/flight.ts';
import type { Operator } from '../models/operator.ts';
import type { Route } from '../models/route.ts';
import type { Species } from '../models/species.ts';
import { stateCodes } from '../models/states.ts';
import type { Line } from './csv.ts';
import type { Files } from './files.ts';
import { oneOf } from './one-of.ts';
import { buildStrikes, type Strikes, singleSpaced } from './strikes.ts';

type Numbered<T> = T & { id: number };

/** The contents of the files, as rows of the models. Keys follow the order of the files, so that every load gives the same. */
export interface Facts {
  readonly airports: readonly Insert<typeof Airport>[];
  readonly operators: readonly Numbered<Insert<typeof Operator>>[];
  readonly aircraft: readonly Numbered<Insert<typeof Aircraft>>[];
  readonly species: readonly Numbered<Insert<typeof Species>>[];
  readonly strikes: Strikes;
  readonly routes: readonly Insert<typeof Route>[];
  readonly flights: readonly Numbered<Insert<typeof Flight>>[];
}

/** Throws if a file contains values that the models do not have: nothing is guessed. */
export function buildFacts(files: Files): Facts {
  const operators = files.operators.map(operator);
  const aircraft = files.aircraft.map(aircraftType);
  const species = files.species.map(oneSpecies);
  return {
    airports: [...files.airports, ...files.airportsAdded].map(airport),
    operators,
    aircraft,
    species,
    strikes: buildStrikes(files.strikes, {
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
      departure: wallClock(line.get('date')),
      origin: line.get('origin'),
      destination: line.get('destination'),
      delay: Number(line.get('delay')),
      distance: Number(line.get('distance')),
    })),
  };
}

function airport(line: Line): Insert<typeof Airport> {
  return {
    code: line.get('iata'),
    name: line.get('name'),
    // Twelve airports have the word NA, for "not available", in place of a city and a state.
    city: line.get('city') === 'NA' ? null : line.get('city'),
    state: line.get('state') === 'NA' ? null : oneOf(stateCodes, line.get('state')),
    country: line.get('country'),
    latitude: line.get('latitude'),
    longitude: line.get('longitude'),
  };
}

function operator(line: Line): Numbered<Insert<typeof Operator>> {
  return {
    id: line.number,
    name: line.get('name'),
    reportedAs: line.get('name_in_strikes'),
    category: oneOf(
      ['airline', 'cargo', 'business', 'private', 'military', 'government', 'unknown'],
      line.get('category'),
    ),
  };
}

function aircraftType(line: Line): Numbered<Insert<typeof Aircraft>> {
  return {
    id: line.number,
    name: singleSpaced(line.get('name_in_strikes')),
    manufacturer: line.get('manufacturer'),
    category: oneOf(
      ['airliner', 'turboprop', 'business', 'light', 'helicopter', 'military', 'unknown'],
      line.get('category'),
    ),
  };
}

function oneSpecies(line: Line): Numbered<Insert<typeof Species>> {
  return {
    id: line.number,
    name: line.get('name'),
    scientificName: line.get('scientific_name') || null,
    kind: oneOf(['bird', 'mammal', 'birdOrBat'], line.get('kind')),
    identified: oneOf(['yes', 'no'], line.get('identified')) === 'yes',
  };
}

/** `2001/01/01 00:47` to `2001-01-01 00:47:00`. Text to text: a Date in between would shift it by a time zone. */
export function wallClock(date: string): string {
  const found = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}:\d{2})$/.exec(date);
  if (!found) throw new Error(`"${date}" is no date and time.`);
  return `${found[1]}-${found[2]}-${found[3]} ${found[4]}:00`;
}
