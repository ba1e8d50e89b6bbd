import type { AnyModel } from 'rustio-admin';
import { Aircraft } from './models/aircraft.ts';
import { Airport } from './models/airport.ts';
import { Flight } from './models/flight.ts';
import { Label, StrikeLabel } from './models/label.ts';
import { Operator } from './models/operator.ts';
import { Route } from './models/route.ts';
import { Species } from './models/species.ts';
import { Strike } from './models/strike.ts';

/** All models of the desk, in the order of the dashboard. */
export const models: readonly AnyModel[] = [
  Strike,
  Label,
  StrikeLabel,
  Airport,
  Operator,
  Aircraft,
  Species,
  Route,
  Flight,
];
