import { type Seed, sql, z } from 'rustio-admin';
import { Aircraft } from './models/aircraft.ts';
import { Airport } from './models/airport.ts';
import { Flight } from './models/flight.ts';
import { Label, StrikeLabel } from './models/label.ts';
import { Operator } from './models/operator.ts';
import { Route } from './models/route.ts';
import { Species } from './models/species.ts';
import { Strike } from './models/strike.ts';
import { buildCases } from './seed/cases.ts';
import { buildDataset } from './seed/dataset.ts';
import { readFiles } from './seed/files.ts';
import { createUsers } from './seed/users.ts';

/**
 * Loads `data/` and creates the demo users in one transaction, so an interrupted start leaves nothing behind. Does nothing if
 * there are airports already.
 */
export const seed: Seed = async (context) => {
  const { database, insertRows, log } = context;
  if (await database.exists(sql.type(z.object({}))`select from airport`)) return;

  const dataset = buildDataset(await readFiles());
  await database.transaction(async (tx) => {
    const officers = await createUsers(tx, context);
    const { labels, strikes, strikeLabels } = buildCases(dataset, officers);
    await insertRows(tx, Airport, dataset.airports);
    await insertRows(tx, Operator, dataset.operators);
    await insertRows(tx, Aircraft, dataset.aircraft);
    await insertRows(tx, Species, dataset.species);
    await insertRows(tx, Label, labels);
    await insertRows(tx, Strike, strikes);
    await insertRows(tx, StrikeLabel, strikeLabels);
    await insertRows(tx, Route, dataset.routes);
    await insertRows(tx, Flight, dataset.flights);
  });
  log(
    `Loaded ${dataset.strikes.length} strikes, ${dataset.airports.length} airports, ` +
      `${dataset.routes.length} routes and ${dataset.flights.length} flights.`,
  );
};
