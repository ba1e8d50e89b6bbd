// The figures on the index page: what waits for somebody, each with the list behind it.

import { type Context, type Figure, sql, type Widget, z } from 'rustio-admin';
import { deskDays } from './day.ts';
import { strikeList } from './strike-list.ts';

const access = { permission: 'strike.view' } as const;
const counted = z.object({ strikes: z.coerce.number() });

/** Reports that nobody has taken. */
export const unassigned: Widget = {
  name: 'unassigned',
  access,
  async load(ctx, app) {
    const { strikes } = await app.database.one(sql.type(counted)`
      select count(*) as strikes from strike where state = 'new' and officer_id is null
    `);
    const url = strikeList(app, { 'f.state': 'new', 'f.officer': '' });
    return figure(ctx, strikes, 'New strikes without a case officer', url, 'warn');
  },
};

/** What the reader himself has on his desk; an analyst has no cases. */
export const mine: Widget = {
  name: 'mine',
  access: { permission: 'strike.change' },
  async load(ctx, app) {
    const { actor } = ctx.state;
    const id = actor.kind === 'person' ? actor.id : 0;
    const { strikes } = await app.database.one(sql.type(counted)`
      select count(*) as strikes from strike where state = 'open' and officer_id = ${id}
    `);
    return figure(
      ctx,
      strikes,
      'Your open cases',
      strikeList(app, { 'f.state': 'open', 'f.officer': String(id) }),
      'info',
    );
  },
};

/** Open cases that should have been closed. */
export const overdue: Widget = {
  name: 'overdue',
  access,
  async load(ctx, app) {
    const { monthAgo } = await deskDays(app.database);
    const { strikes } = await app.database.one(sql.type(counted)`
      select count(*) as strikes from strike where state = 'open' and occurred_on <= ${monthAgo}
    `);
    const url = strikeList(app, { 'f.state': 'open', 'f.occurredOn.to': monthAgo, sort: 'occurredOn' });
    return figure(ctx, strikes, 'Open for more than 30 days', url, 'bad');
  },
};

/** Damage of which nobody has told the price. */
export const withoutCosts: Widget = {
  name: 'without-costs',
  access,
  async load(ctx, app) {
    const { year } = await deskDays(app.database);
    const damaged = ['minor', 'medium', 'substantial', 'classB', 'classC'];
    const { strikes } = await app.database.one(sql.type(counted)`
      select count(*) as strikes
      from strike
      where damage <> 'none' and cost_total = 0 and occurred_on >= ${year}
    `);
    const url = strikeList(app, { 'f.damage': damaged, 'f.costTotal.to': '0', 'f.occurredOn.from': year });
    return figure(ctx, strikes, 'Damaged this year, no costs reported', url, 'warn');
  },
};

/** Nothing to do is good news, whatever the figure is about. */
function figure(ctx: Context, value: number, label: string, url: string, tone: 'info' | 'warn' | 'bad'): Figure {
  const shown = new Intl.NumberFormat(ctx.state.locale).format(value);
  return { kind: 'figure', value: shown, label, url, tone: value === 0 ? 'good' : tone };
}
