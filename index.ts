// The public API for projects. Everything exported here and by the sub-paths is documented, listed in the CHANGELOG when it changes, and
// checked by a snapshot test. The sub-paths for plugins are `rustio-admin/plugin`, `/auth`, `/sessions`, `/admin` and `/testing`.

import { readEnvironment } from './core/boot/environment.ts';
import { checkConfig } from './core/boot/project.ts';
import type { Config } from './core/config.ts';
import { type Application, createApp as createCoreApp } from './core/process/create-app.ts';
// Also imports the declarations that built-in plugins merge into core's types.
import { builtIn } from './plugins/built-in.ts';

export { type Config, defineConfig } from './core/config.ts';
export type { Seed, SeedContext, SeededUser } from './core/development.ts';
export {
  type Access,
  type Actor,
  ALL_ROWS,
  type AnyModel,
  type App,
  type AuditContext,
  auditContext,
  type Check,
  type CheckResult,
  type Command,
  type CommandInput,
  type Context,
  commandAuditContext,
  type Database,
  defineModel,
  definePlugin,
  defineRules,
  type EventHandler,
  type EventHandlers,
  type EventName,
  type FieldInfo,
  type FileStore,
  type Form,
  field,
  flash,
  forbidden,
  type Handler,
  hooksFor,
  type Insert,
  type Job,
  jobActor,
  type Key,
  type Message,
  type ModelInfo,
  notFound,
  type Plugin,
  type PolicyPart,
  type Problem,
  type Query,
  type Removed,
  type RouteOptions,
  type Routes,
  type Row,
  type RowRule,
  RustioError,
  safeReturn,
  seeOther,
  sql,
  type Transaction,
  timestamps,
  type Update,
  type UserActor,
  type Written,
  withPlainConnection,
  z,
} from './core/public.ts';
export {
  type AdminOptions,
  type Computed,
  defineAdmin,
  type Figure,
  type ModelAdmin,
  type SmallTable,
  type TableCell,
  type Widget,
  type WidgetView,
} from './plugins/admin/public.ts';
export {
  addToGroup,
  createGroup,
  createUser,
  Group,
  generatePassword,
  grantToGroup,
  type NewUser,
  type Outcome,
  type PreparedPassword,
  preparePassword,
  type Role,
  User,
} from './plugins/auth/public.ts';
export type { Application };

/**
 * An application of the built-in plugins and a config, for code that serves it by itself instead of with `rustio-admin start`.
 * Environment variables are read as there; migrations are not applied.
 *
 * @example
 * const application = await createApp(config, { folder: import.meta.dirname });
 * const { url } = await application.listen();
 */
export async function createApp(config: Config, options: { readonly folder?: string } = {}): Promise<Application> {
  const folder = options.folder ?? process.cwd();
  const environment = readEnvironment(folder, process.env);
  const checked = checkConfig(config);
  return createCoreApp({ project: { folder, environment, config: checked, configError: undefined }, plugins: builtIn });
}
