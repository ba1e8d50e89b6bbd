import { type Actor, type App, sql, z } from 'rustio-admin';
import { Strike } from '../models/strike.ts';

const dayRow = z.object({ day: z.string(), monthAgo: z.string(), quarterAgo: z.string(), year: z.string() });

/** The start dates of the desk's reporting periods, as ISO dates. */
export type Days = z.infer<typeof dayRow>;

/**
 * The desk's current day is the day of the newest report that the user can see, not the calendar's: the data ends in July 2002,
 * so every open case would be "open for more than thirty days". If reports came in every day, the two would be the same. Figures
 * that depend on the day mention it.
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
