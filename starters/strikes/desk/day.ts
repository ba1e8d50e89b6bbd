import { type Actor, type App, sql, z } from 'rustio-admin';
import { Strike } from '../models/strike.ts';

const dayRow = z.object({ day: z.string(), monthAgo: z.string(), quarterAgo: z.string(), year: z.string() });

/** The days from which the desk looks back, as ISO dates. */
export type Days = z.infer<typeof dayRow>;

/**
 * The desk's current day is that of its newest report, not the calendar's: the data ends in July 2002, and "open for more than
 * thirty days" would be everything. With reports coming in every day the two are the same. Figures relative to it name the day. The
 * newest report is the newest that the user can see.
 */
export function deskDays(app: App, actor: Actor): Promise<Days> {
  const strikes = app.records.tableFor(actor, Strike);
  return app.readingFor(actor).one(sql.type(dayRow)`
    select
      newest.day,
      newest.day - 30 as "monthAgo",
      newest.day - 90 as "quarterAgo",
      date_trunc('year', newest.day)::date as year
    from (select coalesce(max(occurred_on), current_date) as day from ${strikes} strike) newest
  `);
}
