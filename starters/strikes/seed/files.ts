import { readFile } from 'node:fs/promises';
import { type Line, readCsv } from './csv.ts';

/** The contents of the files in `data/`. */
export interface Files {
  readonly airports: readonly Line[];
  readonly airportsAdded: readonly Line[];
  readonly strikeAirports: readonly Line[];
  readonly operators: readonly Line[];
  readonly aircraft: readonly Line[];
  readonly species: readonly Line[];
  readonly strikes: readonly Line[];
  readonly routes: readonly Line[];
  readonly flights: readonly Line[];
}

/** Reads all of `data/`. */
export async function readFiles(folder: URL = new URL('../data/', import.meta.url)): Promise<Files> {
  const read = async (name: string) => readCsv(await readFile(new URL(name, folder), 'utf8'));
  const [airports, airportsAdded, strikeAirports, operators, aircraft, species, strikes, routes, flights] =
    await Promise.all([
      read('airports.csv'),
      read('airports-added.csv'),
      read('strike-airports.csv'),
      read('operators.csv'),
      read('aircraft.csv'),
      read('species.csv'),
      read('strikes.csv'),
      read('routes.csv'),
      read('flights.csv'),
    ]);
  return { airports, airportsAdded, strikeAirports, operators, aircraft, species, strikes, routes, flights };
}
