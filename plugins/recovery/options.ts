import { z } from 'zod';

export const options = z.strictObject({
  /** How long a link to choose a new password is valid. */
  linkMinutes: z
    .int()
    .min(5)
    .max(24 * 60)
    .default(60),
  /** How long users can sign in with a temporary password. */
  temporaryPasswordHours: z
    .int()
    .min(1)
    .max(30 * 24)
    .default(72),
});

declare module '../../core/settings.ts' {
  interface PluginOptions {
    recovery: typeof options;
  }
}
