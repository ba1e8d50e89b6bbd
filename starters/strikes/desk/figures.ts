// The figures on the dashboard: what needs attention, each with a link to its list. They count only what the user can see.

import { type App, type Context, type Figure, sql, type Widget, z } from 'rustio-admin';
import { Strike } from '../models/strike.ts';
import { deskDays } from './day.ts';
import { strikeList } from './strike-list.ts';

/** The part of a request that the figures use. */
export type Reader = { readonly state: Pick<Context['state'], 'actor' | 'locale'> };

const access = { permission: 'strike.view' } as const;
const counted = z.object({ strikes: z.coerce.number() });

/** Reports without a case officer. */
export const unassigned = {
  name: 'unassigned',
  access,
  async load(reader: Reader, app: App) {
    const { strikes } = await app.readingFor(reader.state.actor).one(sql.type(counted)`
      select count(*) as strikes from ${strikesOf(reader, app)} strike where state = 'new' and officer_id is null
    `);
    const url = strikeList(app, { 'f.state': 'new', 'f.officer': '+none' });
    return figure(reader, strikes, 'New strikes without a case officer', url, 'warn');
  },
} satisfies Widget;

/** The user's own open cases; analysts have none. */
export const mine = {
  name: 'mine',
  access: { permission: 'strike.change' },
  async load(reader: Reader, app: App) {
    const { actor } = reader.state;
    const id = actor.kind === 'user' ? actor.id : 0;
    const { strikes } = await app.readingFor(reader.state.actor).one(sql.type(counted)`
      select count(*) as strikes from ${strikesOf(reader, app)} strike where state = 'open' and officer_id = ${id}
    `);
    return figure(
      reader,
      strikes,
      'Your open cases',
      strikeList(app, { 'f.state': 'open', 'f.officer': String(id) }),
      'info',
    );
  },
} satisfies Widget;

/** Open cases that should have been closed by now. */
export const overdue = {
  name: 'overdue',
  access,
  async load(reader: Reader, app: App) {
    const { day, monthAgo } = await deskDays(app, reader.state.actor);
    const { strikes } = await app.readingFor(reader.state.actor).one(sql.type(counted)`
      select count(*) as strikes from ${strikesOf(reader, app)} strike where state = 'open' and occurred_on <= ${monthAgo}
    `);
    const url = strikeList(app, { 'f.state': 'open', 'f.occurredOn.to': monthAgo, sort: 'occurredOn' });
    return figure(reader, strikes, `Open for more than 30 days (as of ${day})`, url, 'bad');
  },
} satisfies Widget;

/** Serious damage without a recorded cost. */
export const withoutCosts = {
  name: 'without-costs',
  access,
  async load(reader: Reader, app: App) {
    const { year } = await deskDays(app, reader.state.actor);
    const { strikes } = await app.readingFor(reader.state.actor).one(sql.type(counted)`
      select count(*) as strikes
      from ${strikesOf(reader, app)} strike
      where damage in ('medium', 'substantial') and cost_total = 0 and occurred_on >= ${year}
    `);
    const url = strikeList(app, {
      'f.damage': ['medium', 'substantial'],
      'f.costTotal.to': '0',
      'f.occurredOn.from': year,
    });
    return figure(reader, strikes, `Serious damage since ${year}, no costs reported`, url, 'warn');
  },
} satisfies Widget;

/** The strikes and columns that the user can see. */
function strikesOf({ state }: Reader, app: App) {
  return app.records.tableFor(state.actor, Strike);
}

/** Zero is good news for every figure. */
function figure({ state }: Reader, value: number, label: string, url: string, tone: 'info' | 'warn' | 'bad'): Figure {
  const shown = new Intl.NumberFormat(state.locale).format(value);
  return { kind: 'figure', value: shown, label, url, tone: value === 0 ? 'good' : tone };
}
