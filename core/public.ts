// `rustio-admin/plugin`: everything that a plugin is written with.

export { sql } from 'slonik';
export { z } from 'zod';
export {
  type Actor,
  type Anonymous,
  type Assistant,
  type AuditContext,
  anonymous,
  type Credential,
  type GrantedPermissions,
  type Job,
  jobActor,
  type Person,
  sessionIdOf,
  type Token,
  tokenActor,
} from './actor.ts';
export type { App } from './app.ts';
export type {
  Check,
  CheckOf,
  CheckResult,
  Command,
  CommandInput,
  CommandOf,
  CommandOption,
  Needs,
  ToolContexts,
} from './command.ts';
export { commandAuditContext } from './command-context.ts';
export type {
  Config,
  Environment,
  NoOptions,
  PluginConfig,
  PluginEnvironment,
  PluginOptions,
  ProjectContext,
} from './config.ts';
export { bytea } from './database/bytea.ts';
export { withPlainConnection } from './database/plain.ts';
export { type Database, type Query, retryOnConflict, type Transaction } from './database/pool.ts';
export { currentScope, type RequestScope, withoutScope, withScope } from './database/scope.ts';
export type { DevelopmentNotes, DevelopmentStart, PrepareDevelopment } from './development.ts';
export { type FourParts, RustioError } from './errors.ts';
export type { EventData, EventHandler, EventHandlers, EventName, Events, RecordedEvent, Subject } from './events.ts';
export {
  type Contribution,
  type Contributions,
  type ExtensionPointName,
  type ExtensionPoints,
  isAllowed,
  type LayoutBlock,
  type NavigationItem,
} from './extension-points.ts';
export type { FileStore } from './files/file-store.ts';
export type { Files } from './files/files.ts';
export type { StoredFile } from './files/stored-file.ts';
export { forbidden, wantsJson } from './http/access.ts';
export type { Authentication, Authenticator } from './http/authenticate.ts';
export {
  type Access,
  type AccessControl,
  type AccessDecision,
  type AccessKinds,
  auditContext,
  type Context,
  type ContextProperties,
  type Middleware,
  type RequestState,
} from './http/context.ts';
export { flash } from './http/flash.ts';
export type { Form } from './http/form.ts';
export { homeOf } from './http/home.ts';
export { takeInterruptedForm } from './http/interrupted-form.ts';
export type {
  BodyKind,
  BodyOptions,
  FileLimits,
  Handler,
  Method,
  Route,
  RouteDefinition,
  RouteOptions,
  Routes,
} from './http/route.ts';
export { notFound } from './http/router.ts';
export { safeReturn } from './http/safe-return.ts';
export { seeOther } from './http/see-other.ts';
export type { InterruptedForm, Message, SignInData } from './http/sign-in-data.ts';
export type { Upload } from './http/upload.ts';
export type { Urls } from './http/urls.ts';
export { type ExtendedFields, type ExtensionOf, extendModel, type ModelExtension } from './model/extend-model.ts';
export { type CustomOptions, type FieldTypes, field, timestamps } from './model/field.ts';
export { keyText } from './model/key.ts';
export type { DbRow, DbValue, FieldType, FilterShape, Formatter, Issue, Param, Parsed } from './model/kind.ts';
export { type AnyModel, defineModel, type Insert, type Key, type Row, type Update } from './model/model.ts';
export { type FieldInfo, isEditable, type ModelInfo, type Models } from './model/registry.ts';
export {
  type AccessChecks,
  type AdminDeclaration,
  definePlugin,
  type Gate,
  type HealthItem,
  type Metric,
  type Permission,
  PLUGIN_API,
  type Plugin,
  type ProcessInfo,
  type ProcessRole,
  type StagedMiddleware,
  type Stop,
} from './plugin.ts';
export { defineRules, type ModelRules, type PolicyPart } from './policy.ts';
export type { BootProblem } from './problem.ts';
export { jsonRow } from './query/json-row.ts';
export { compileListing } from './query/listing.ts';
export type { ExtendedRow, Records } from './query/rows.ts';
export type { Action, Found, Listing, Page, Policy, SqlFragment } from './query/types.ts';
export type { Interval, ScheduledTask } from './schedule.ts';
export type { FindService, PersonDirectory, RecordPages, Services } from './services.ts';
export { escapeHtml } from './view/escape.ts';
export type { ViewData, Views } from './view/views.ts';
export type { Catalogue, MessageParams, Messages, Translate } from './view/words.ts';
export { type Change, type HookResult, hooksFor, type ModelHook, type ModelHooks } from './write/hooks.ts';
export { lockRecord } from './write/lock-record.ts';
export { readJson } from './write/read-json.ts';
export type { Problem, Removed, Snapshot, Written } from './write/types.ts';
export type { Values, Write } from './write/write.ts';
