import { z } from 'rustio-admin';

/** What the config may say under `waiting-room`. */
export const options = z.strictObject({
  /** From so many minutes on, somebody waits too long. */
  longWait: z.int().min(1).max(600).default(30),
});

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    'waiting-room': typeof options;
  }
}
