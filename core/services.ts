import type { FragmentSqlToken } from 'slonik';
import type { Context } from './http/context.ts';
import type { ModelInfo } from './model/registry.ts';
import type { Found } from './query/types.ts';
import type { ViewData } from './view/views.ts';

/**
 * What plugins provide to each other, by name. A plugin merges its services into it:
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface Services { mail: Mailer }
 * }
 *
 * The services declared here have several possible providers, and consumers that work without any.
 */
export interface Services {
  people: PersonDirectory;
  recordPages: RecordPages;
}

/** Finds people by the name that they are known by. Whatever signs people in knows where they are stored. */
export interface PersonDirectory {
  /** What their names look like, for the field in which one is typed. */
  readonly names: 'email' | 'text';
  /** An SQL expression for the id (`Person['id']`) of the person of this name; `undefined` when nobody can have such a name. */
  idOf(name: string): FragmentSqlToken | undefined;
}

/** The pages of records, for plugins that add pages of their own or link to them. */
export interface RecordPages {
  /** Whether the model has a list and a page for each record, at `app.urls.list` and `app.urls.record`. */
  has(model: ModelInfo): boolean;
  /** What heads every page of a record: a view and its data, to be included in the page of a tab. */
  head(ctx: Context, model: ModelInfo, record: Found, tab: string): { readonly view: string; readonly data: ViewData };
}

export interface FindServices {
  /** What an enabled plugin provides under this name. */
  readonly service: FindService;
  /** The same, or `undefined` where no enabled plugin provides it. */
  readonly optionalService: <S extends keyof Services>(name: S) => Services[S] | undefined;
}
/** `app.service`: what an enabled plugin provides under a name. It throws `RIO-SERVICE-MISSING` where none does. */
export type FindService = <S extends keyof Services>(name: S) => Services[S];
