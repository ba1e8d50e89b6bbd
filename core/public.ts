// `rustio-admin/plugin`: everything needed to write a plugin.

export { sql } from 'slonik';
export { z } from 'zod';
export type { AdminDeclaration, App, Contributions, Gate, Permission } from './app.ts';
export type {
  Check,
  CheckOf,
  CheckResult,
  Command,
  CommandContexts,
  CommandInput,
  CommandOf,
  CommandOption,
  Needs,
} from './command.ts';
export type { Config, PluginConfig } from './config.ts';
export { withPlainConnection } from './database/plain-connection.ts';
export { type Database, type Query, retryOnConflict, type Transaction } from './database/pool.ts';
export { currentScope, type RequestScope, withoutScope, withScope } from './database/scope.ts';
export { bytea } from './database/values.ts';
export type { DevelopmentNotes, DevelopmentStart, PrepareDevelopment } from './development.ts';
export type { BootProblem } from './errors/boot.ts';
export { defineError, type ErrorDefinition, type ErrorFactory, type ErrorOccurrence } from './errors/define-error.ts';
export { forbidden, notFound } from './errors/http.ts';
export { type FourParts, RustioError } from './errors/rustio-error.ts';
export type { Contribution, ExtensionPointName, ExtensionPoints } from './extension-points.ts';
export type { FileStore } from './files/file-store.ts';
export type { Files } from './files/files.ts';
export type { Upload } from './files/upload.ts';
export type { Form } from './form/form.ts';
export { type AccessChecks, wantsJson } from './http/access.ts';
export type { Authentication, Authenticator } from './http/authenticate.ts';
export { flash } from './http/flash.ts';
export { takeInterruptedForm } from './http/interrupted-form.ts';
export { isAllowed, type LayoutBlock, type NavigationItem } from './http/layout.ts';
export type { Metric } from './http/metrics/metrics.ts';
export { recordView } from './http/record-view.ts';
export { homePath, safeReturn, seeOther } from './http/redirect.ts';
export type { BodyOptions, FileLimits, Handler, Route, RouteDefinition, RouteOptions, Routes } from './http/route.ts';
export type { Catalogue, MessageParams, Messages, Translate } from './messages/catalogue.ts';
export { ifTableExists, type RenamedModel, type RenamedModelSql } from './migrate/renamed-model.ts';
export { type ExtendedFields, type ExtensionOf, extendModel, type ModelExtension } from './model/extend-model.ts';
export { type FieldTypes, field, timestamps } from './model/field.ts';
export type { CustomOptions } from './model/field-options.ts';
export type {
  DbRow,
  DbValue,
  FieldInfo,
  FieldType,
  FilterShape,
  Formatter,
  ModelInfo,
  Param,
} from './model/field-type.ts';
export { isEditable, type Models } from './model/field-type.ts';
export type { StoredFile } from './model/field-types/file.ts';
export type { Issue, Parsed, Problem } from './model/issue.ts';
export { keyText } from './model/key.ts';
export { type AnyModel, defineModel, type Insert, type Key, type Row, type Update } from './model/model.ts';
export { LargeValue } from './model/row.ts';
export { definePlugin, type HealthItem, PLUGIN_API, type Plugin, type ProcessInfo, type Stop } from './plugin.ts';
export {
  type Actor,
  type Anonymous,
  type Assistant,
  type AuditContext,
  anonymous,
  type Credential,
  commandAuditContext,
  type GrantedPermissions,
  getSessionId,
  type Job,
  jobActor,
  type Token,
  tokenActor,
  type UserActor,
} from './policy/actor.ts';
export type { Action, Policy } from './policy/policy.ts';
export { ALL_ROWS, defineRules, type ModelRules, type PolicyPart, type RowRule } from './policy/policy.ts';
export type { ListQuery, ListQueryValues } from './query/list-query.ts';
export { compileListing } from './query/listing.ts';
export type { ListQueryProblem, ParsedListQuery } from './query/parse-list-query.ts';
export type { ExtendedRow, Records } from './query/records.ts';
export { jsonRow } from './query/records.ts';
export type { FoundRecord, Listing, Offered, Page, SqlFragment } from './query/types.ts';
export {
  type AccessControl,
  auditContext,
  type Context,
  type ContextProperties,
  type InterruptedForm,
  type Message,
  type Middleware,
  type RequestState,
  type SignInData,
  type StagedMiddleware,
} from './request/context.ts';
export type { Access, AccessDecision, AccessKinds, BodyKind, Method } from './request/route-info.ts';
export type { Urls } from './request/urls.ts';
export type { PageData, PageHelpers, ViewData, Views, ViewTypes } from './request/views.ts';
export type { Interval, ProcessRole, ScheduledTask } from './schedule.ts';
export type { FindService, RecordPages, Services, UserDirectory } from './services.ts';
export type { Environment, NoOptions, PluginEnvironment, PluginOptions, ProjectContext } from './settings.ts';
export { escapeHtml } from './view/escape.ts';
export type { CurrentActor } from './write/current-actor.ts';
export type {
  EventData,
  EventHandler,
  EventHandlers,
  EventName,
  Events,
  RecordedEvent,
  Subject,
} from './write/events.ts';
export { lockRecord } from './write/full-row.ts';
export { type Change, type HookResult, hooksFor, type ModelHook, type ModelHooks } from './write/hooks.ts';
export { readJson } from './write/read-json.ts';
export type { Removed, Snapshot, Values, Written } from './write/types.ts';
export type { Write } from './write/write.ts';
