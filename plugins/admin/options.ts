import { z } from 'zod';
import type { ModelAdmin } from './define-admin.ts';

const modelAdmin = z.custom<ModelAdmin>(
  (value) => typeof value === 'object' && value !== null && 'model' in value && 'options' in value,
  'must be made with defineAdmin(Model, { … })',
);

/** The options under `plugins.admin` of the config. */
export const adminOptionsSchema = z.strictObject({
  /** How each model is shown, in the order of the navigation. A model of the project without one has no pages. */
  admins: z.array(modelAdmin).readonly().default([]),
});

declare module '../../core/config.ts' {
  interface PluginOptions {
    admin: typeof adminOptionsSchema;
  }
}
