// The package's face. What stands here is public: docs, CHANGELOG and a snapshot test follow it.

import type { Config } from './core/config.ts';
import { type Application, createApp as createKernelApp } from './core/create-app.ts';
import { readEnvironment } from './core/environment.ts';
// What plugins merge into the kernel's types comes along with the package, before a project merges its own.
import { builtIn } from './plugins/order.ts';

// What SQL and schemas are written with; a project gets the very ones that the framework uses.
export { sql } from 'slonik';
export { z } from 'zod';
export type { Actor, Assistant, Cause, Job, Nobody, Person } from './core/actor.ts';
export type { App } from './core/app.ts';
export {
  type Config,
  defineConfig,
  type PluginOptions,
  type Seed,
  type SeedContext,
  type SeededPerson,
} from './core/config.ts';
export { withPlainConnection } from './core/database/plain.ts';
export type { Database, Query, Transaction } from './core/database/pool.ts';
export { type FourParts, RustioError } from './core/errors.ts';
export type { EventData, EventHandler, EventHandlers, EventName, RecordedEvent, Subject } from './core/events.ts';
export type { FileStore } from './core/files/file-store.ts';
export type { Files } from './core/files/files.ts';
export type { StoredFile } from './core/files/stored-file.ts';
export { type Access, type Context, causeOf, type RouteOptions } from './core/http/context.ts';
export { leaveMessage, type Message } from './core/http/flash.ts';
export { notFound } from './core/http/router.ts';
export { field, timestamps } from './core/model/field.ts';
export { type AnyModel, defineModel, type Insert, type Key, type Row, type Update } from './core/model/model.ts';
export {
  type AccessKinds,
  type Check,
  type CheckResult,
  type Command,
  type CommandInput,
  definePlugin,
  type Gate,
  type Handler,
  type Judges,
  type NavigationItem,
  type Permission,
  type Plugin,
  type Routes,
  type Slots,
  type ToolContext,
} from './core/plugin.ts';
export type { Problem, Removed, Written } from './core/write/types.ts';
export type { Figure, SmallTable, TableCell, Widget, WidgetView } from './plugins/admin/dashboard.ts';
export { type AdminOptions, type Computed, defineAdmin, type ModelAdmin } from './plugins/admin/define-admin.ts';
export { commandCause } from './plugins/auth/command-cause.ts';
export { createUser, type NewUser } from './plugins/auth/create-user.ts';
export { generatePassword } from './plugins/auth/generated-password.ts';
export { addToGroup } from './plugins/auth/group-members.ts';
export { createGroup, grantToGroup } from './plugins/auth/groups.ts';
export { Group, User } from './plugins/auth/models.ts';
export type { Outcome } from './plugins/auth/outcome.ts';
export type { Role } from './plugins/auth/roles.ts';
export type { Application };

/**
 * An application of the built-in plugins and a config, for whoever serves it by himself instead of with `rustio-admin start`.
 * Environment variables are read as there; migrations are applied by nobody.
 *
 * @example
 * const application = await createApp(config, { folder: import.meta.dirname });
 * const { url } = await application.listen();
 */
export function createApp(config: Config, options: { readonly folder?: string } = {}): Promise<Application> {
  const folder = options.folder ?? process.cwd();
  const environment = readEnvironment(folder, process.env);
  return createKernelApp({ project: { folder, environment, config, configError: undefined }, plugins: builtIn });
}
