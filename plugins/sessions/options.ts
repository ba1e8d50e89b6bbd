import { z } from 'zod';

/** How long sessions last. */
export const sessionOptions = z
  .strictObject({
    /** The session ends after this time without a request. */
    idleHours: z
      .number()
      .positive()
      .max(24 * 90)
      .default(12),
    /** The session ends after this time, even if it is in use. */
    absoluteDays: z.number().positive().max(365).default(14),
    /** How long after entering the password it is not requested again on pages that require it. */
    recentMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(15),
  })
  .refine(({ idleHours, absoluteDays }) => idleHours <= absoluteDays * 24, {
    path: ['idleHours'],
    message: 'must not be longer than absoluteDays',
  });
/** The plugin's options with their defaults. */
export type SessionOptions = z.output<typeof sessionOptions>;

declare module '../../core/settings.ts' {
  interface PluginOptions {
    sessions: typeof sessionOptions;
  }
}
