import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Translate } from '../../core/messages/catalogue.ts';
import type { Context, StagedMiddleware } from '../../core/request/context.ts';
import { formatterFor } from '../../core/view/formatter.ts';

/** The language and time zone that a user has chosen; null if they use the default. */
export interface Preferences {
  readonly locale: string | null;
  readonly timeZone: string | null;
}

const preferencesRow = z.object({ locale: z.string().nullable(), time_zone: z.string().nullable() });

export async function loadPreferences(query: Query, id: number): Promise<Preferences> {
  const row = await query.maybeOne(sql.type(preferencesRow)`
    select locale, time_zone from rustio_user where id = ${id}
  `);
  return { locale: row?.locale ?? null, timeZone: row?.time_zone ?? null };
}

/** The reader of an email. */
export interface Reader {
  readonly locale: string;
  readonly t: Translate;
  /** A time as PostgreSQL writes it, with the reader's time zone: `2026-11-20 14:30 (Europe/Lisbon)`. */
  moment(dbValue: string): string;
}

/**
 * The user of an account as the reader of an email. A language that is no longer available is ignored.
 *
 * @example
 * const { locale, t, moment } = readerOf(app, await loadPreferences(tx, userId));
 */
export function readerOf(
  { messages, config }: Pick<App, 'messages' | 'config'>,
  preferences: Partial<Preferences>,
): Reader {
  // fault: email-in-removed-language
  const locale = messages.locales.find((each) => each === preferences.locale) ?? config.locale ?? 'en';
  const timeZone = preferences.timeZone ?? config.timeZone ?? 'UTC';
  const t = messages.translate(locale);
  const formatter = formatterFor({ state: { locale, timeZone, t } });
  return { locale, t, moment: (dbValue) => `${formatter.timestamp(dbValue)} (${timeZone})` };
}

/** Shows pages and error pages in the language and time zone that the signed-in user has chosen. */
export function usePreferences({ messages }: Pick<App, 'messages'>): readonly StagedMiddleware[] {
  const apply = ({ state }: Context): void => {
    const { actor } = state;
    if (actor.kind !== 'user') return;
    if (actor.timeZone) state.timeZone = actor.timeZone;
    // A language that is no longer available is ignored.
    if (actor.locale && messages.locales.includes(actor.locale)) {
      state.locale = actor.locale;
      state.t = messages.translate(actor.locale);
    }
  };
  return (['after-access', 'on-error'] as const).map((stage) => ({
    name: `preferences-${stage}`,
    stage,
    async run(ctx, next) {
      apply(ctx);
      await next();
    },
  }));
}
