// The package's face. What stands here is public: docs, CHANGELOG and a snapshot test follow it.

// What SQL and schemas are written with; a project gets the very ones that the framework uses.
export { sql } from 'slonik';
export { z } from 'zod';
export type { Actor, Assistant, Cause, Job, Nobody, Person } from './core/actor.ts';
export type { App } from './core/app.ts';
export { type Config, defineConfig, type Seed, type SeedContext, type SeededPerson } from './core/config.ts';
export { withPlainConnection } from './core/database/plain.ts';
export type { Database, Query, Transaction } from './core/database/pool.ts';
export { type FourParts, RustioError } from './core/errors.ts';
export type { EventHandler, EventHandlers, RecordedEvent } from './core/events.ts';
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
export type { Figure, SmallTable, TableCell, Widget, WidgetView } from './plugins/admin/dashboard.ts';
export { type AdminOptions, type Computed, defineAdmin, type ModelAdmin } from './plugins/admin/define-admin.ts';
export { createUser, type NewUser } from './plugins/auth/create-user.ts';
export { generatePassword } from './plugins/auth/generated-password.ts';
export { addToGroup } from './plugins/auth/group-members.ts';
export { createGroup, grantToGroup } from './plugins/auth/groups.ts';
export { Group, User } from './plugins/auth/models.ts';
export type { Outcome } from './plugins/auth/outcome.ts';
export type { Role } from './plugins/auth/roles.ts';
