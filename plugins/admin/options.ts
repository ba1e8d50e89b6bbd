import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { ModelAdmin } from './define-admin.ts';

/** What the config says under `plugins.admin`. */
export interface AdminPluginOptions {
  /** How each model is shown, in the order of the navigation. A model of the project without one has no pages. */
  readonly admins: readonly ModelAdmin[];
}

const modelAdmin = z.custom<ModelAdmin>(
  (value) => typeof value === 'object' && value !== null && 'model' in value && 'options' in value,
  'must be made with defineAdmin(Model, { … })',
);

export const adminOptionsSchema = z.strictObject({ admins: z.array(modelAdmin).readonly().default([]) });

export function adminOptions(app: App): AdminPluginOptions {
  // The boot has read them with the schema above.
  return app.options('admin') as AdminPluginOptions;
}

declare module '../../core/config.ts' {
  interface PluginOptions {
    admin: false | Partial<AdminPluginOptions>;
  }
}
