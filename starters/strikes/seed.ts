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
import { buildFacts } from './seed/facts.ts';
import { readFiles } from './seed/files.ts';
import { fill } from './seed/fill.ts';
import { createUsers } from './seed/users.ts';

/**
 * Loads `data/` and creates the demo users, all of it in one transaction: an interrupted start leaves nothing behind. If there
 * are airports already it does nothing.
 */
export const seed: Seed = async (context) => {
  const { app, database, log } = context;
  if (await database.exists(sql.type(z.object({}))`select from airport`)) return;

  const facts = buildFacts(await readFiles());
  await database.transaction(async (tx) => {
    const officers = await createUsers(tx, context);
    const { labels, strikes, strikeLabels } = buildCases(facts, officers);
    await fill(tx, app, Airport, facts.airports);
    await fill(tx, app, Operator, facts.operators);
    await fill(tx, app, Aircraft, facts.aircraft);
    await fill(tx, app, Species, facts.species);
    await fill(tx, app, Label, labels);
    await fill(tx, app, Strike, strikes);
    await fill(tx, app, StrikeLabel, strikeLabels);
    await fill(tx, app, Route, facts.routes);
    await fill(tx, app, Flight, facts.flights);
  });
  log(
    `Loaded ${facts.strikes.length} strikes, ${facts.airports.length} airports, ` +
      `${facts.routes.length} routes and ${facts.flights.length} flights.`,
  );
};
