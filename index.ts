// The package's face. What stands here is public: docs, CHANGELOG and a snapshot test follow it.

export type { Actor, Assistant, Cause, Job, Nobody, Person } from './core/actor.ts';
export type { App } from './core/app.ts';
export { type Config, defineConfig, type SeedContext } from './core/config.ts';
export { withPlainConnection } from './core/database/plain.ts';
export type { Database, Query, Transaction } from './core/database/pool.ts';
export { type FourParts, RustioError } from './core/errors.ts';
export type { Access, Context, RouteOptions } from './core/http/context.ts';
export { field, timestamps } from './core/model/field.ts';
export { type AnyModel, defineModel, type Insert, type Key, type Row, type Update } from './core/model/model.ts';
export {
  type Check,
  type CheckResult,
  type Command,
  definePlugin,
  type Gate,
  type Handler,
  type Permission,
  type Plugin,
  type Routes,
  type ToolContext,
} from './core/plugin.ts';
export { type AdminOptions, type Computed, defineAdmin, type ModelAdmin } from './plugins/admin/define-admin.ts';
