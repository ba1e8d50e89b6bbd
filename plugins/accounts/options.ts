import { z } from 'zod';

export const options = z.strictObject({
  /** How long an invitation is valid. */
  invitationDays: z.int().min(1).max(30).default(7),
});

declare module '../../core/settings.ts' {
  interface PluginOptions {
    accounts: typeof options;
  }
}
