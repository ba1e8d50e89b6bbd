import { z } from 'zod';

/** The longest validity that the table allows. */
const MAX_DAYS = 366;
const days = z.int().min(1).max(MAX_DAYS);

export const options = z
  .strictObject({
    /** How long a token is valid by default, in days. */
    defaultDays: days.default(90),
    /** The longest validity that can be chosen, in days. */
    maxDays: days.default(MAX_DAYS),
    /** Max valid tokens per account. */
    maxTokens: z.int().min(1).max(1_000).default(50),
  })
  .superRefine(({ defaultDays, maxDays }, check) => {
    if (defaultDays > maxDays)
      check.addIssue({ code: 'custom', path: ['defaultDays'], message: 'must not be longer than maxDays' });
  });

declare module '../../core/settings.ts' {
  interface PluginOptions {
    tokens: typeof options;
  }
}
