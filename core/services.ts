import type { FragmentSqlToken } from 'slonik';
import type { Query } from './database/queries.ts';
import type { ModelInfo } from './model/field-type.ts';
import type { UserActor } from './policy/actor.ts';
import type { FoundRecord } from './query/types.ts';
import type { Context } from './request/context.ts';
import type { ViewData } from './request/views.ts';

/**
 * What plugins provide to each other, by name. A plugin merges its services into it:
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface Services { mail: Mailer }
 * }
 *
 * The services declared here can be provided by different plugins, and their consumers work without them.
 */
export interface Services {
  users: UserDirectory;
  recordPages: RecordPages;
}

/** Finds users by their sign-in name. The plugin that signs users in knows where they are stored. */
export interface UserDirectory {
  /** The format of sign-in names, for the input that asks for one. */
  readonly names: 'email' | 'text';
  /** An SQL expression for the id (`UserActor['id']`) of the user with this name; `undefined` if no user can have the name. */
  idOf(name: string): FragmentSqlToken | undefined;
  /**
   * The user with this name and their current permissions, for `rustio-admin console --as NAME`; undefined if there is none,
   * or if they are not allowed to sign in. Without this method, the console is read-only.
   */
  find?(query: Query, name: string): Promise<UserActor | undefined>;
}

/** The pages of records, for plugins that add their own pages or link to them. */
export interface RecordPages {
  /** Whether the model has a list and a page for each record, at `app.urls.list` and `app.urls.record`. */
  has(model: ModelInfo): boolean;
  /** The header that all pages of a record share: a view and its data, to be included in the page of a tab. */
  head(
    ctx: Context,
    model: ModelInfo,
    record: FoundRecord,
    tab: string,
  ): { readonly view: string; readonly data: ViewData };
}

export interface FindServices {
  /** What an enabled plugin provides under this name. */
  readonly service: FindService;
  /** The service, or `undefined` if no enabled plugin provides it. */
  readonly optionalService: <S extends keyof Services>(name: S) => Services[S] | undefined;
}
/** `app.service`: what an enabled plugin provides under a name. Throws `RIO-SERVICE-MISSING` if none does. */
export type FindService = <S extends keyof Services>(name: S) => Services[S];
