// The types of everything that plugins can add to the pages of the admin. Each type is one extension point; items are plain
// objects under `contributes`:
//
//   contributes: {
//     'record.panels': [{ name: 'comments', models: 'all', view: 'comments/panel', load: loadComments }],
//   },
//
// Labels and texts are message keys or literal text. Only messages take parameters.

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
 * The models that an item applies to: all, a list, or those for which a function returns true at startup.
 *
 * @example
 * models: [Order, Invoice]
 * models: (model) => model.owner === 'project'
 */
export type ForModels = 'all' | readonly AnyModel[] | ((model: ModelInfo) => boolean);

/**
 * Properties common to all items that apply to models. `name` is used in URLs: lowercase words with hyphens. `access` is checked
 * against the model of the page: `{ permission: 'change' }` is the permission to change that model.
 */
export interface ModelContribution extends Contribution {
  readonly models: ForModels;
}

/**
 * A panel on the page of a record. Panels load in parallel, each within two seconds; one that fails is logged and shown as
 * unavailable.
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
  /** The heading. Without it, the view renders its own. */
  readonly title?: string;
  /** The view receives the helpers of a page (`t`, `urls`, `formToken`, `include`) and the data from `load`. */
  readonly view: string;
  /** The data of the view; return `undefined` to omit the panel. */
  load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData | undefined>;
}

/** The texts of a page that asks for confirmation. */
export interface Confirmation {
  /** @defaultValue the action's label */
  readonly title?: string;
  /** What will happen. The message receives `label` (of the record) or `n` (the number of records), `singular` and `plural`. */
  readonly text?: string;
  /** The label of the button. @defaultValue the action's label */
  readonly button?: string;
}

/** Properties common to actions on one record and on several. */
interface Action extends ModelContribution {
  /** Who can run the action. Required, because every action changes something. */
  readonly access: Access;
  readonly label: string;
  /** The name of a symbol in `icons.svg`. */
  readonly icon?: string;
  /** Use `bad` for destructive actions. @defaultValue 'neutral' */
  readonly tone?: Tone;
  readonly confirm?: Confirmation;
}

/**
 * An action on one record: a button on its page, a confirmation page, and the change itself. The admin provides the pages, the
 * form token, protection against double submission, permission checks and the transaction; the action provides `run`.
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
  /** Whether the action applies to this record. If not, its button is hidden and its page returns 404. */
  applies?(record: FoundRecord): boolean;
  /** Inputs on the confirmation page. The view receives `errors` by field, and `values`. */
  readonly form?: {
    readonly view: string;
    load?(ctx: Context, app: App, model: ModelInfo, record: FoundRecord): Promise<ViewData>;
  };
  /**
   * Makes the change. The record has been read and locked in `tx`. If the result is a rejection, everything written is rolled
   * back. `app.write` checks permissions on rows and fields.
   */
  run(tx: Transaction, context: AuditContext, request: RecordActionRequest): Promise<ActionResult>;
}
/** The arguments of a record action. */
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
      /** Shown on the next page. @defaultValue “LABEL” completed. */
      readonly message?: Issue;
      /** The next page, relative to the mount path. @defaultValue the record, or the list if the record no longer exists */
      readonly path?: string;
    }
  /** Nothing is changed. The page is shown again with the message, and with problems at their fields. */
  | { readonly outcome: 'rejected'; readonly message?: Issue; readonly problems?: readonly Problem[] };

/**
 * An additional tab on a record's pages. The admin renders its page at `/:model/:key/+tab/NAME` (`view` and `load`), or a route
 * of the plugin does, using `showRecordTab` (`url`).
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
 * A column of a list, after the columns of the model's own admin. Specify either `sql` or `load`.
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
   * Computed by PostgreSQL in the list's statement. Policies do not apply to the tables that the expression reads, so it must not
   * reveal anything that users with this `access` are not allowed to see.
   */
  readonly sql?: {
    readonly type: ComputedType;
    /**
     * An expression over the alias `t` of the model's table. Called once per model, at startup. It should be cheap to compute for
     * each row.
     */
    expression(model: ModelInfo): SqlFragment;
    /**
     * Whether the list can be sorted by this column. Available for tables of up to 50,000 rows: to sort, PostgreSQL computes the
     * expression for every row.
     *
     * @defaultValue false
     */
    readonly sortable?: boolean;
  };
  /** Loads the cells of one page by key, in one query. Missing keys are shown as empty cells. */
  load?(app: App, actor: Actor, model: ModelInfo, keys: readonly string[]): Promise<ReadonlyMap<string, TableCell>>;
}

/**
 * An additional filter of a list. Its query parameter is `f.*NAME=value`, which cannot clash with a field.
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
  /** At most a few dozen choices. Other values in the query string return 400. */
  choices(ctx: Context, app: App, model: ModelInfo): Promise<readonly FilterChoice[]> | readonly FilterChoice[];
  /** Selects the rows that match a value, over the alias `t` of the model's table. Multiple values are combined with OR. */
  where(value: string, model: ModelInfo): SqlFragment;
}
/** A value of a filter. The label is a message key or literal text. */
export interface FilterChoice {
  readonly value: string;
  readonly label: string;
}

/**
 * A button above a list that leads to another page, for example a form that adds a record.
 *
 * @example
 * 'list.links': [{ name: 'import', models: [Order], label: 'Import', path: '/orders-import', access: { permission: 'add' } }],
 */
export interface ListLink extends ModelContribution {
  readonly label: string;
  /** A path under the mount path. */
  readonly path: string;
}

/**
 * An action on the selected rows of a list: check boxes, a confirmation page with the number of rows, and one transaction for all
 * of them.
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
   * Makes the change. It receives those selected records that the user can see. If it returns a rejection, everything written is
   * rolled back.
   */
  run(tx: Transaction, context: AuditContext, request: ListActionRequest): Promise<ListActionResult>;
}
/** The arguments of a list action; `records` are the selected records that the user can see. */
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
      /** Records that were skipped; they are reported to the user. */
      readonly failed?: readonly FailedRecord[];
      readonly message?: Issue;
      readonly path?: string;
    }
  | { readonly outcome: 'rejected'; readonly message?: Issue; readonly problems?: readonly Problem[] };

/**
 * An additional section of the add and edit forms, for data stored outside the record. Create it with `formSection`, which infers
 * the type of the value passed from `read` to `save`.
 *
 * Names of inputs start with the section's name and a dot (`phones.home`) so that they cannot clash with fields. Their ids must
 * be `f-` followed by the name: the error summary links to them.
 */
export interface FormSection<V = unknown> extends ModelContribution {
  readonly title?: string;
  /** @defaultValue both */
  readonly on?: 'add' | 'edit';
  /** The view receives the data from `load`, `posted` (the rejected form, if any) and `errors` (messages by input). */
  readonly view: string;
  /** The data of the view; return `undefined` to omit the section. `record` is undefined in the add form. */
  load(ctx: Context, app: App, model: ModelInfo, record: FoundRecord | undefined): Promise<ViewData | undefined>;
  /** Reads and validates the input before anything is written. `Problem.field` is the name of an input. */
  read(form: Form, app: App, model: ModelInfo): SectionInput<V> | Promise<SectionInput<V>>;
  /**
   * Stores the value, in the transaction of the save and after the record itself. If there are problems, everything is rolled
   * back.
   */
  save(tx: Transaction, context: AuditContext, request: SectionSave<V>): Promise<SectionSaved>;
}
/** The result of `read`: the posted value, or the problems found. */
export type SectionInput<V> =
  | { readonly value: V; readonly problems?: undefined }
  | { readonly problems: readonly Problem[] };
/** The arguments of `save`. */
export interface SectionSave<V> {
  readonly app: App;
  readonly model: ModelInfo;
  readonly key: string;
  readonly value: V;
  /** The new values of the record's fields. */
  readonly values: Values;
}
/** The result of `save`. */
export interface SectionSaved {
  /** Whether anything was changed; determines the message after the save. */
  readonly changed: boolean;
  readonly problems?: readonly Problem[];
}

/**
 * Creates a form section and infers its value type from `read`.
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
    // The admin passes to `save` only what `read` of the same section has returned.
    save: (tx, context, request) => section.save(tx, context, { ...request, value: request.value as V }),
  };
}

/**
 * A source of the global search. Sources are searched in parallel, each within two seconds; one that fails is reported as
 * unavailable. Models whose admin declares `search` are already sources.
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
  /** Shown as a second line. */
  readonly detail?: string;
}

/**
 * A panel beside the list of models on the dashboard.
 *
 * @example
 * 'dashboard.panels': [
 *   { name: 'shifts', access: { permission: 'shift.view' }, view: 'shifts/panel', load: async (ctx, app) => ({ shifts: await shiftsOf(ctx, app) }) },
 * ],
 */
export interface DashboardPanel extends Contribution {
  /** The view receives the helpers of a page and the data from `load`. */
  readonly view: string;
  /** The data of the view; return `undefined` to omit the panel for this user. A panel that fails is logged and omitted. */
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
    'list.links': ListLink;
    'form.sections': FormSection;
    'search.sources': SearchSource;
  }
}
