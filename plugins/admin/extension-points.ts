// What plugins add to the pages of the admin. Each type is one extension point; items are plain objects under `contributes`:
//
//   contributes: {
//     'record.panels': [{ name: 'comments', models: 'all', view: 'comments/panel', load: loadComments }],
//   },
//
// Labels and texts are keys of the messages, or the text itself. Only messages take parameters.

import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { Contribution } from '../../core/extension-points.ts';
import type { Form } from '../../core/form/form.ts';
import type { Tone } from '../../core/model/field-options.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Issue, Problem } from '../../core/model/issue.ts';
import type { AnyModel } from '../../core/model/model.ts';
import type { Actor, AuditContext } from '../../core/policy/actor.ts';
import type { ComputedType } from '../../core/query/computed-field.ts';
import type { FoundRecord, SqlFragment } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { Access } from '../../core/request/route-info.ts';
import type { ViewData } from '../../core/request/views.ts';
import type { Values } from '../../core/write/types.ts';
import type { TableCell } from './widgets.ts';

/**
 * The models of an item: all of them, these, or those that a function chooses at startup.
 *
 * @example
 * models: [Order, Invoice]
 * models: (model) => model.owner === 'project'
 */
export type ForModels = 'all' | readonly AnyModel[] | ((model: ModelInfo) => boolean);

/**
 * What all items for models have in common. `name` is lowercase words with hyphens, since it is part of URLs. `access` is
 * checked with the model of the page: `{ permission: 'change' }` is the permission to change that model.
 */
export interface ModelContribution extends Contribution {
  readonly models: ForModels;
}

/**
 * A panel on the page of a record. One that fails is logged and shown as not available; the panels of a page load at the same
 * time, each within two seconds.
 *
 * @example
 * 'record.panels': [{
 *   name: 'comments',
 *   models: 'all',
 *   title: 'comments.title',
 *   view: 'comments/panel',
 *   access: { permission: 'comments.view' },
 *   load: async (ctx, app, model, record) => ({ comments: await commentsOn(app, model, record.key) }),
 * }],
 */
export interface RecordPanel extends ModelContribution {
  /** `main`: below the fields. `aside`: in the narrow column. @defaultValue 'main' */
  readonly place?: 'main' | 'aside';
  /** The heading; without one the view brings its own. */
  readonly title?: string;
  /** It gets the helpers of a page (`t`, `urls`, `formToken`, `include`), and what `load` returns. */
  readonly view: string;
  /** The data of the view; `undefined` leaves the panel out. */
  load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData | undefined>;
}

/** The texts of a page that asks for confirmation. */
export interface Confirmation {
  /** @defaultValue the action's label */
  readonly title?: string;
  /** What will happen. Its message gets `label` (of the record) or `n` (how many records), `singular` and `plural`. */
  readonly text?: string;
  /** On the button. @defaultValue the action's label */
  readonly button?: string;
}

/** What actions on one record and on several have in common. */
interface Action extends ModelContribution {
  /** Who has permission to run it. Required, since it changes something. */
  readonly access: Access;
  readonly label: string;
  /** A symbol of `icons.svg`. */
  readonly icon?: string;
  /** `bad` for destructive actions. @defaultValue 'neutral' */
  readonly tone?: Tone;
  readonly confirm?: Confirmation;
}

/**
 * An action on one record: a button on its page, a confirmation page, and the change. The admin provides the pages, the form
 * token, the protection against double posts, permissions and the transaction; the action provides `run`.
 *
 * @example
 * 'record.actions': [{
 *   name: 'publish',
 *   models: [Post],
 *   label: 'Publish',
 *   access: { permission: 'change' },
 *   applies: (record) => record.row.published === false,
 *   confirm: { text: 'It will be visible to everyone.' },
 *   run: async (tx, context, { app, record }) => {
 *     const written = await app.write.update(tx, context, Post, record.key, { published: true }, record.version);
 *     return fromWritten(written, { key: 'posts.published', params: { title: record.label } });
 *   },
 * }],
 */
export interface RecordAction extends Action {
  /** Whether it applies to this record; otherwise its button is left out and its page is not found. */
  applies?(record: FoundRecord): boolean;
  /** Fields of the confirmation page, for actions that need input. Its view gets `errors` by field, and `values`. */
  readonly form?: {
    readonly view: string;
    load?(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData>;
  };
  /**
   * Makes the change. The record is read and locked in `tx`; everything written is rolled back if the result is a rejection.
   * `app.write` checks permissions on rows and fields.
   */
  run(tx: Transaction, context: AuditContext, request: RecordActionRequest): Promise<ActionResult>;
}
/** What a record action works with. */
export interface RecordActionRequest {
  readonly app: App;
  readonly model: ModelInfo;
  readonly record: FoundRecord;
  readonly form: Form;
}

/** The result of an action on one record. */
export type ActionResult =
  | {
      readonly outcome: 'done';
      /** Shown on the next page. @defaultValue “Done: label of the action” */
      readonly message?: Issue;
      /** Where to go next, under the mount path. @defaultValue the record, or the list if the record is gone */
      readonly path?: string;
    }
  /** Nothing is changed; the page is shown again with the message, and problems at their fields. */
  | { readonly outcome: 'rejected'; readonly message?: Issue; readonly problems?: readonly Problem[] };

/**
 * A tab of a record, next to the record itself. Either the admin has its page (`view` and `load`, at `/:model/:key/+tab/NAME`),
 * or a route of the plugin (`url`), which renders it with `showRecordTab`.
 *
 * @example
 * 'record.tabs': [
 *   { name: 'invoices', models: [Customer], label: 'Invoices', view: 'billing/tab', load: invoicesOf },
 *   { name: 'history', models: 'all', label: 'History', url: (app, model, key) => app.urls.record(model, key, '+history') },
 * ],
 */
export type RecordTab = ModelContribution & { readonly label: string; readonly icon?: string } & (
    | {
        readonly view: string;
        load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData>;
        readonly url?: undefined;
      }
    | { readonly url: (app: App, model: ModelInfo, key: string) => string; readonly view?: undefined }
  );

/**
 * A column of a list, after the columns of the model's own admin. One of `sql` and `load`.
 *
 * @example
 * 'list.columns': [{
 *   name: 'comments',
 *   models: 'all',
 *   label: 'comments.title',
 *   sql: { type: 'bigint', expression: commentCount, sortable: true },
 * }],
 */
export interface ListColumn extends ModelContribution {
  readonly label: string;
  /** @defaultValue `end` for numbers, else `start` */
  readonly align?: 'start' | 'end';
  /**
   * Computed by PostgreSQL in the statement of the list. Policies do not apply to the tables that it reads: it must not compute
   * what users who have the `access` are not allowed to see.
   */
  readonly sql?: {
    readonly type: ComputedType;
    /** Over the alias `t` of the model's table; called once per model, at startup. It should be cheap for each row. */
    expression(model: ModelInfo): SqlFragment;
    /**
     * Whether the list can be sorted by it, in tables of up to 50,000 rows: to sort, PostgreSQL computes it for every row.
     *
     * @defaultValue false
     */
    readonly sortable?: boolean;
  };
  /** Loads the cells of one page, by key, in one query. Missing keys are shown as empty. */
  load?(app: App, actor: Actor, model: ModelInfo, keys: readonly string[]): Promise<ReadonlyMap<string, TableCell>>;
}

/**
 * A filter of a list, in addition to those by fields. In query strings it is `f.*NAME=value`, which cannot clash with a field.
 *
 * @example
 * 'list.filters': [{
 *   name: 'discussed',
 *   models: 'all',
 *   label: 'Discussion',
 *   choices: () => [{ value: 'yes', label: 'With comments' }],
 *   where: (value, model) => hasComments(model),
 * }],
 */
export interface ListFilter extends ModelContribution {
  readonly label: string;
  /** At most a few dozen. Other values are answered with 400. */
  choices(ctx: Context, app: App, model: ModelInfo): Promise<readonly FilterChoice[]> | readonly FilterChoice[];
  /** The rows that match a value, over the alias `t` of the model's table. Several values are alternatives. */
  where(value: string, model: ModelInfo): SqlFragment;
}
/** A value of a filter. The label is a key of the messages, or the text itself. */
export interface FilterChoice {
  readonly value: string;
  readonly label: string;
}

/**
 * An action over the selected rows of a list: check boxes, a confirmation page with their number, one transaction for all of
 * them.
 *
 * @example
 * 'list.actions': [{
 *   name: 'archive',
 *   models: [Post],
 *   label: 'Archive',
 *   access: { permission: 'change' },
 *   run: async (tx, context, { app, records }) => {
 *     const failed: FailedRecord[] = [];
 *     for (const { key, label, version } of records) {
 *       const written = await app.write.update(tx, context, Post, key, { archived: true }, version);
 *       if (written.outcome !== 'done') failed.push({ label, reason: { key: 'posts.problem.notArchived' } });
 *     }
 *     return { outcome: 'done', failed };
 *   },
 * }],
 */
export interface ListAction extends Action {
  /** Max number of records at once. @defaultValue 1,000 */
  readonly max?: number;
  readonly form?: {
    readonly view: string;
    load?(ctx: Context, app: App, model: ModelInfo, records: readonly FoundRecord[]): Promise<ViewData>;
  };
  /**
   * Makes the change to those selected records that the user can see. What it writes is rolled back if it returns a rejection.
   */
  run(tx: Transaction, context: AuditContext, request: ListActionRequest): Promise<ListActionResult>;
}
/** What a list action works with: the selected records that the user can see. */
export interface ListActionRequest {
  readonly app: App;
  readonly model: ModelInfo;
  readonly records: readonly FoundRecord[];
  readonly form: Form;
}
/** A record that an action skipped, and why. */
export interface FailedRecord {
  readonly label: string;
  readonly reason: Issue;
}
/** The result of a list action. */
export type ListActionResult =
  | {
      readonly outcome: 'done';
      /** Skipped records; they are reported to the user. */
      readonly failed?: readonly FailedRecord[];
      readonly message?: Issue;
      readonly path?: string;
    }
  | { readonly outcome: 'rejected'; readonly message?: Issue; readonly problems?: readonly Problem[] };

/**
 * A section of the forms that add and edit a record, for what is stored elsewhere. Create it with `formSection`, which types
 * the value between `read` and `save`.
 *
 * Names of its inputs begin with the name of the section and a dot (`phones.home`), so that they cannot clash with fields;
 * their ids are `f-` and the name, to which the summary of errors links.
 */
export interface FormSection<V = unknown> extends ModelContribution {
  readonly title?: string;
  /** @defaultValue in both */
  readonly on?: 'add' | 'edit';
  /** It gets what `load` returns, `posted` (the rejected form, if any) and `errors` (texts by input). */
  readonly view: string;
  /** The data of the view; `undefined` leaves the section out of this form. `record` is undefined in a form that adds. */
  load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord | undefined): Promise<ViewData | undefined>;
  /** Reads and checks what was posted, before anything is written. `Problem.field` is the name of an input. */
  read(form: Form, app: App, model: ModelInfo): SectionInput<V> | Promise<SectionInput<V>>;
  /** Stores it, in the transaction of the save and after the record itself. Problems roll back everything. */
  save(tx: Transaction, context: AuditContext, request: SectionSave<V>): Promise<SectionSaved>;
}
/** What `read` of a section returns: the value that was posted, or what is wrong with it. */
export type SectionInput<V> =
  | { readonly value: V; readonly problems?: undefined }
  | { readonly problems: readonly Problem[] };
/** What `save` of a section works with. */
export interface SectionSave<V> {
  readonly app: App;
  readonly model: ModelInfo;
  readonly key: string;
  readonly value: V;
  /** The new values of the record's own fields. */
  readonly values: Values;
}
/** The result of saving a section. */
export interface SectionSaved {
  /** Whether anything changed, for the message after the save. */
  readonly changed: boolean;
  readonly problems?: readonly Problem[];
}

/**
 * Types a form section by what its `read` returns.
 *
 * @example
 * const phones = formSection({
 *   name: 'phones',
 *   models: [User],
 *   view: 'phones/section',
 *   load: async (ctx, app, model, record) => ({ home: record && (await phoneOf(app, record.key)) }),
 *   read: (form) => ({ value: form.get('phones.home') ?? '' }),
 *   save: async (tx, context, { key, value }) => ({ changed: await storePhone(tx, key, value) }),
 * });
 */
export function formSection<V>(section: FormSection<V>): FormSection {
  return {
    ...section,
    // The admin passes to `save` only what `read` of the same section returned.
    save: (tx, context, request) => section.save(tx, context, { ...request, value: request.value as V }),
  };
}

/**
 * A source of the global search. Sources search at the same time, each within two seconds; a failing one is reported as not
 * available. The models of the admin that have `search` are sources already.
 *
 * @example
 * 'search.sources': [{
 *   name: 'documents',
 *   label: 'Documents',
 *   search: async (ctx, app, words, limit) => findDocuments(app.readingFor(ctx.state.actor), words, limit),
 * }],
 */
export interface SearchSource extends Contribution {
  readonly label: string;
  search(ctx: Context, app: App, words: string, limit: number): Promise<readonly SearchHit[]>;
}
/** One result. */
export interface SearchHit {
  readonly label: string;
  readonly url: string;
  /** A second line. */
  readonly detail?: string;
}

/**
 * A block beside the models on the dashboard.
 *
 * @example
 * 'dashboard.panels': [
 *   { name: 'shifts', access: { permission: 'shift.view' }, view: 'shifts/panel', load: async (ctx, app) => ({ shifts: await shiftsOf(ctx, app) }) },
 * ],
 */
export interface DashboardPanel extends Contribution {
  /** The view that renders it. It gets the helpers of a page and what `load` returns. */
  readonly view: string;
  /** The data of the view. `undefined`: this user has no such panel. One that fails is logged and left out. */
  load(ctx: Context, app: App): Promise<ViewData | undefined>;
}

declare module '../../core/extension-points.ts' {
  interface ExtensionPoints {
    'dashboard.panels': DashboardPanel;
    'record.panels': RecordPanel;
    'record.actions': RecordAction;
    'record.tabs': RecordTab;
    'list.columns': ListColumn;
    'list.filters': ListFilter;
    'list.actions': ListAction;
    'form.sections': FormSection;
    'search.sources': SearchSource;
  }
}
