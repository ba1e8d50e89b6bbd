import { z } from 'rustio-admin';

/** The options under `waiting-room` in the config. */
export const options = z.strictObject({
  /** A wait of more than this many minutes is highlighted as too long. */
  longWait: z.int().min(1).max(600).default(30),
});

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    'waiting-room': typeof options;
  }
}
