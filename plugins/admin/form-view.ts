import { randomUUID } from 'node:crypto';
import type { App } from '../../core/app.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Action } from '../../core/policy/policy.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { capitalised, modelPlural, modelTitle } from '../../core/view/model-names.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import type { RequestingField } from './create-in-place.ts';
import { type FieldView, fieldViews, type SectionView } from './field-view.ts';
import type { Input } from './form-input.ts';
import { type AddedSectionView, addedSections } from './form-sections.ts';
import type { Waiting } from './receive-files.ts';
import { recordHead, type TabLink } from './record-head.ts';
import type { Selections } from './resolve-relations.ts';
import { mayAddOrDelete } from './writable-fields.ts';

interface ErrorView {
  readonly label?: string;
  readonly text: string;
  readonly anchor?: string;
}

interface FormView extends PageData {
  readonly heading: string;
  readonly listUrl: string;
  readonly plural: string;
  readonly action: string;
  readonly multipart: boolean;
  readonly formId: string;
  readonly version: string;
  /** The values shown by the form, encoded by `shownText`; empty for a new record. */
  readonly shown: string;
  readonly errors: readonly ErrorView[];
  readonly sections: readonly SectionView[];
  readonly tabs: readonly TabLink[];
  /** Sections that plugins add. */
  readonly added: readonly AddedSectionView[];
  /** Undefined for a new record. */
  readonly recordUrl?: string;
  readonly recordLabel?: string;
  readonly deleteUrl?: string;
  /** The relation of another form that waits for this record. */
  readonly requester?: string;
  readonly mayStay: boolean;
  readonly mayAddMore: boolean;
  /** Labels of the fields that someone else has changed, and the URL of the form with their values. */
  readonly conflict?: { readonly fields: readonly string[]; readonly freshUrl: string };
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/form': FormView;
    'admin/record-tabs': { readonly tabs: readonly TabLink[] };
  }
}

export interface FormState {
  readonly record?: FoundRecord | undefined;
  readonly input: Input;
  readonly selections: Selections;
  readonly waiting?: Waiting;
  /** Fields whose file will be removed. */
  readonly removed?: ReadonlySet<string>;
  readonly problems?: readonly Problem[];
  readonly conflict?: readonly string[] | undefined;
  /** The conflicting fields that this user has changed, too. */
  readonly changedByBoth?: ReadonlySet<string>;
  readonly version?: string | undefined;
  readonly shown?: string | undefined;
  /** The relation of another form that waits for this record. */
  readonly requester?: RequestingField | undefined;
  readonly isResumed?: boolean;
}

export async function showForm(ctx: Context, app: App, admin: CompiledAdmin, state: FormState): Promise<void> {
  const { model } = admin;
  const { t } = ctx.state;
  const { record, problems = [], conflict, requester } = state;
  reportMissingMessages(ctx, app, problems);
  const sections = await fieldViews(ctx, app, admin, { ...state, problems });
  const added = await addedSections(ctx, app, model, record, problems);
  const may = (action: Action): boolean => app.policy.may(ctx.state.actor, action, model);
  const name = { singular: modelTitle(ctx.state.t, model) };
  const heading = record ? t('admin.form.change', name) : t('admin.form.add', name);
  app.views.page(ctx, 'admin/form', {
    title: record ? `${heading}: ${record.label}` : heading,
    heading,
    listUrl: app.urls.list(model),
    plural: capitalised(modelPlural(ctx.state.t, model)),
    action: record ? app.urls.record(model, record.key, '+edit') : app.urls.add(model),
    multipart: sections.some(({ fields }) => fields.some(({ file }) => file !== undefined)),
    formId: randomUUID(),
    version: state.version ?? '',
    shown: state.shown ?? '',
    errors: inFormOrder(sections, problems).map((problem) => errorView(ctx, admin, sections, problem)),
    sections,
    tabs: record ? recordHead(ctx, app, model, record).tabs.filter(({ current }) => !current) : [],
    added,
    ...(record && {
      recordUrl: app.urls.record(model, record.key),
      recordLabel: record.label,
    }),
    ...(record &&
      mayAddOrDelete(ctx, app, model, 'delete') && { deleteUrl: app.urls.record(model, record.key, '+delete') }),
    ...(requester && { requester: requester.text }),
    ...(state.isResumed && { message: { tone: 'info', key: 'admin.form.resumed' } }),
    mayStay: !requester && may('change') && may('view'),
    mayAddMore: !requester && mayAddOrDelete(ctx, app, model, 'add'),
    ...(conflict &&
      record && {
        conflict: {
          fields: conflict.map((each) => model.fields.get(each)?.label ?? each),
          freshUrl: app.urls.record(model, record.key, '+edit'),
        },
      }),
  });
}

/** A misspelled key of a hook's problem would be shown to users as it is. */
function reportMissingMessages({ state }: Context, app: App, problems: readonly Problem[]): void {
  for (const { issue } of problems) {
    // fault: missing-message-unreported
    if (issue.key.includes('.') && state.t(issue.key, issue.params) === issue.key)
      app.log.error({ key: issue.key, id: state.correlationId }, 'a problem of a form has no message');
  }
}

/** Problems of the whole record first, then those of fields in form order, then those of added sections. */
function inFormOrder(sections: readonly SectionView[], problems: readonly Problem[]): readonly Problem[] {
  const names = sections.flatMap(({ fields }) => fields.map(({ name }) => name));
  const position = ({ field }: Problem): number => {
    if (field === undefined) return -1;
    const at = names.indexOf(field);
    return at === -1 ? names.length : at;
  };
  return problems.toSorted((one, other) => position(one) - position(other));
}

function errorView(
  ctx: Context,
  admin: CompiledAdmin,
  sections: readonly { readonly fields: readonly FieldView[] }[],
  { field, issue }: Problem,
): ErrorView {
  const text = ctx.state.t(issue.key, issue.params);
  const label = field === undefined ? undefined : admin.model.fields.get(field)?.label;
  const view = sections.flatMap(({ fields }) => fields).find(({ name }) => name === field);
  // Inputs of added sections have the id `f-NAME`, like those of fields.
  const anchor = view?.id ?? (field !== undefined && label === undefined ? `f-${field}` : undefined);
  return { text, ...(label !== undefined && { label }), ...(anchor !== undefined && { anchor }) };
}
