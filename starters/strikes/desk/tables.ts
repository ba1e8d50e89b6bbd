// The small tables on the dashboard: recent serious strikes, and costs by airport.

import { type AnyModel, type App, type SmallTable, sql, type Widget, z } from 'rustio-admin';
import { Aircraft } from '../models/aircraft.ts';
import { Airport } from '../models/airport.ts';
import { Species } from '../models/species.ts';
import { Strike } from '../models/strike.ts';
import { deskDays } from './day.ts';
import type { Reader } from './figures.ts';
import { strikeList } from './strike-list.ts';

const access = { permission: 'strike.view' } as const;
const shownRows = 8;

const seriousRow = z.object({
  id: z.string(),
  occurredOn: z.string(),
  airport: z.string(),
  aircraft: z.string(),
  species: z.string(),
  state: z.enum(['new', 'open', 'closed']).nullable(),
});
const tones = { new: 'info', open: 'warn', closed: 'good' } as const;

/** Strikes with substantial damage in the ninety days before the desk's current day, newest first. */
export const serious = {
  name: 'serious',
  access,
  async load(reader: Reader, app: App): Promise<SmallTable> {
    const { day, quarterAgo } = await deskDays(app, reader.state.actor);
    const { actor } = reader.state;
    const tableOf = (model: AnyModel) => app.records.tableFor(actor, model);
    const rows = await app.readingFor(actor).any(sql.type(seriousRow)`
      select
        strike.id,
        strike.occurred_on as "occurredOn",
        coalesce(strike.airport_code, '') as airport,
        coalesce(aircraft.name, strike.aircraft_id::text, '') as aircraft,
        coalesce(species.name, strike.species_id::text, '') as species,
        strike.state
      from ${tableOf(Strike)} strike
      left join ${tableOf(Aircraft)} aircraft on aircraft.id = strike.aircraft_id
      left join ${tableOf(Species)} species on species.id = strike.species_id
      where strike.damage in ('substantial', 'classB')
        and strike.occurred_on >= ${quarterAgo}
      order by strike.occurred_on desc, strike.id desc
      limit ${shownRows}
    `);
    const model = app.models.of(Strike);
    return {
      kind: 'table',
      title: `Substantial damage in the 90 days to ${day}`,
      more: {
        label: 'View all',
        url: strikeList(app, { 'f.damage': ['substantial', 'classB'], 'f.occurredOn.from': quarterAgo }),
      },
      columns: [
        { label: 'Date' },
        { label: 'Airport' },
        { label: 'Aircraft' },
        { label: 'Species' },
        { label: 'State' },
      ],
      rows: rows.map(({ id, occurredOn, airport, aircraft, species, state }) => [
        { text: occurredOn, url: app.urls.record(model, id) },
        { text: airport },
        { text: aircraft },
        { text: species },
        state === null
          ? { text: '' }
          : { text: model.fields.get('state')?.valueLabels[state] ?? state, tone: tones[state] },
      ]),
      empty: `No substantial damage in the 90 days to ${day}.`,
    };
  },
} satisfies Widget;

const costRow = z.object({
  code: z.string(),
  name: z.string().nullable(),
  strikes: z.coerce.number(),
  cost: z.coerce.number(),
});

/** Airports by the costs of their strikes since the start of the desk's current year. */
export const costByAirport = {
  name: 'cost-by-airport',
  access,
  async load(reader: Reader, app: App): Promise<SmallTable> {
    const { state } = reader;
    const { year } = await deskDays(app, reader.state.actor);
    const rows = await app.readingFor(state.actor).any(sql.type(costRow)`
      select
        strike.airport_code as code,
        airport.name,
        count(*) as strikes,
        sum(strike.cost_total) as cost
      from ${app.records.tableFor(state.actor, Strike)} strike
      left join ${app.records.tableFor(state.actor, Airport)} airport on airport.code = strike.airport_code
      where strike.occurred_on >= ${year} and strike.airport_code is not null
      group by strike.airport_code, airport.name
      having sum(strike.cost_total) > 0
      order by cost desc, strike.airport_code
      limit ${shownRows}
    `);
    const number = new Intl.NumberFormat(state.locale);
    const money = new Intl.NumberFormat(state.locale, {
      style: 'currency',
      currency: 'USD',
      maximumFractionDigits: 0,
    });
    const airports = app.models.of(Airport);
    return {
      kind: 'table',
      title: `Cost by airport since ${year}`,
      more: {
        label: 'View all',
        url: strikeList(app, { 'f.costTotal.from': '1', 'f.occurredOn.from': year, sort: '-costTotal' }),
      },
      columns: [{ label: 'Airport' }, { label: 'Strikes', align: 'end' }, { label: 'Cost', align: 'end' }],
      rows: rows.map(({ code, name, strikes, cost }) => [
        // Users who cannot view the airport see its key, as in the list of strikes.
        name === null ? { text: code } : { text: `${code} · ${name}`, url: app.urls.record(airports, code) },
        { text: number.format(strikes), url: strikeList(app, { 'f.airport': code, 'f.occurredOn.from': year }) },
        { text: money.format(cost) },
      ]),
      empty: `No costs reported since ${year}.`,
    };
  },
} satisfies Widget;
