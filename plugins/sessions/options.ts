import { z } from 'zod';

/** How long being signed in lasts. */
export const sessionOptions = z
  .strictObject({
    /** Without a request for so long, the session is over. */
    idleHours: z
      .number()
      .positive()
      .max(24 * 90)
      .default(12),
    /** After so long it is over in any case. */
    absoluteDays: z.number().positive().max(365).default(14),
    /** For so long after the password was asked, it is not asked again where a page wants that. */
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
/** How long being signed in lasts: the plugin's options with their defaults. */
export type SessionOptions = z.output<typeof sessionOptions>;

declare module '../../core/config.ts' {
  interface PluginOptions {
    sessions: typeof sessionOptions;
  }
}
