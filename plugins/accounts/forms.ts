import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Form } from '../../core/form/form.ts';
import { formNames } from '../../core/form/form-protocol.ts';
import { flash } from '../../core/http/flash.ts';
import { takeInterruptedForm } from '../../core/http/interrupted-form.ts';
import { seeOther } from '../../core/http/redirect.ts';
import type { MessageParams } from '../../core/messages/catalogue.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import type { Outcome } from '../auth/outcome.ts';
import { type MatrixView, withTicks } from './permission-matrix.ts';

/** One of the forms of a page, as its view receives it. */
export type FormView = {
  /** Identifies the form among those of its page. */
  readonly name: string;
  readonly title: string;
  readonly help?: string | undefined;
  /** Below the help: where the user can do it instead. */
  readonly link?: { readonly url: string; readonly label: string } | undefined;
  readonly action: string;
  readonly fields: readonly FieldView[];
  readonly matrix?: MatrixView | undefined;
  readonly button: string;
  readonly tone?: 'bad' | undefined;
  /** Asked before it is submitted, if scripts run. */
  readonly confirm?: string | undefined;
  /** Above the fields. */
  readonly note?: string | undefined;
  /** Why the form was rejected. */
  readonly rejected?: readonly string[] | undefined;
  /** What the form shows, for the hidden field `~shown`. */
  readonly shown?: string | undefined;
};

export interface FieldView {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'email' | 'password' | 'select' | 'boxes';
  readonly value?: string;
  readonly help?: string;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly autocomplete?: string;
  /** Of a select or of boxes. */
  readonly options?: readonly { readonly value: string; readonly label: string; readonly checked: boolean }[];
}

/** A page of forms. */
export interface FormsView extends PageData {
  readonly forms: readonly FormView[];
  /** The header of a record's pages; undefined without the plugin admin. */
  readonly head?: { readonly view: string; readonly data: ViewData };
  readonly crumb?: { readonly url: string; readonly label: string } | undefined;
  /** Shown above the forms: a value that is shown once. */
  readonly secret?: SecretView | undefined;
}

/** A secret that is shown once. */
export type SecretView = { readonly label: string; readonly text: string; readonly help: string };

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'accounts/page': FormsView;
    'accounts/forms': Pick<FormsView, 'forms' | 'secret'>;
  }
}

/** A form that is shown again: which one, what was entered, and what is wrong with it, if it was rejected. */
export interface Entered {
  readonly name: string;
  readonly form: Pick<Form, 'get' | 'all'> | undefined;
  readonly problems: readonly Problem[];
}

/** The form that was interrupted because the password had to be entered again; usually undefined. */
export function interrupted(ctx: Context, name: string): Entered | undefined {
  const form = takeInterruptedForm(ctx);
  return form && { name, form, problems: [] };
}

/**
 * Completes a form for its page: the one that something was entered in gets that, but never a password, and messages at its fields.
 */
export function withEntered({ state: { t } }: Context, form: FormView, shown: Entered | undefined): FormView {
  if (shown?.name !== form.name) return { ...form, shown: shownText(form) };
  const textOf = ({ issue }: Problem) => t(issue.key, issue.params);
  const fields = form.fields.map((field): FieldView => {
    const problem = shown.problems.find((each) => each.field === field.name);
    const entered = field.type === 'text' || field.type === 'email' ? shown.form?.get(field.name) : undefined;
    const options = optionsOf(field, shown.form);
    return {
      ...field,
      ...(entered !== undefined && { value: entered }),
      ...(field.options && { options }),
      ...(problem && { error: textOf(problem) }),
    };
  });
  const others = shown.problems.filter(({ field }) => !form.fields.some(({ name }) => name === field));
  const matrix = form.matrix && shown.form && withTicks(form.matrix, new Set(shown.form.all('permission')));
  return {
    ...form,
    fields,
    shown: shown.form?.get(formNames.shown) ?? shownText(form),
    ...(matrix && { matrix }),
    rejected: others.map(textOf),
    ...(shown.problems.length === 0 && { note: t('accounts.interrupted') }),
  };
}

/** What a browser sends for the untouched fields of a form, for its hidden field. */
function shownText({ fields, matrix }: Pick<FormView, 'fields' | 'matrix'>): string {
  const cells = [...(matrix?.rows.flatMap((row) => row.cells) ?? []), ...(matrix?.others ?? [])];
  const permissions = cells.flatMap((cell) => (cell?.checked ? [cell.permission] : []));
  return JSON.stringify([
    ...fields.flatMap((field) => (field.type === 'password' ? [] : [[field.name, sentFor(field)]])),
    ...(matrix ? [['permission', permissions]] : []),
  ]);
}

function sentFor({ type, value = '', options = [] }: FieldView): readonly string[] {
  const checked = options.filter((option) => option.checked).map((option) => option.value);
  if (type === 'boxes') return checked;
  if (type === 'select') return [checked.at(-1) ?? options[0]?.value ?? ''];
  return [oneLine(type === 'email' ? value.trim() : value)];
}

/** Inputs remove line breaks. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, '');
}

/** The options of a select or of boxes, as they were chosen. */
function optionsOf({ type, name, options = [] }: FieldView, form: Entered['form']): NonNullable<FieldView['options']> {
  const value = form?.get(name);
  if (type === 'select' && value !== undefined)
    return options.map((option) => ({ ...option, checked: option.value === value }));
  if (type !== 'boxes' || !form) return options;
  const values = form.all(name);
  return options.map((option) => ({ ...option, checked: values.includes(option.value) }));
}

/** What a page does after a rule: redirects with a message, or returns the problems to be shown. */
export function afterRule(
  ctx: Context,
  app: App,
  outcome: Outcome,
  next: { readonly path: string; readonly key: string; readonly params?: MessageParams },
): readonly Problem[] | undefined {
  switch (outcome.outcome) {
    case 'missing':
      throw notFound();
    case 'invalid':
      ctx.status = 422;
      return outcome.problems;
    case 'rejected':
      ctx.status = 422;
      return [{ field: '', issue: outcome.issue }];
    case 'done':
      flash(ctx, app, { tone: 'good', key: next.key, ...(next.params && { params: next.params }) });
      seeOther(ctx, app.urls.to(next.path));
      return undefined;
  }
}

/** Shows forms as a tab of a record's pages, or on a page of their own if the record has no pages. */
export function showForms(
  ctx: Context,
  app: App,
  page: {
    readonly model: ModelInfo;
    readonly record: FoundRecord;
    readonly tab: string;
    readonly forms: readonly FormView[];
    readonly secret?: SecretView | undefined;
  },
): void {
  const { model, record, tab, forms, secret } = page;
  const pages = app.optionalService('recordPages');
  app.views.page(ctx, 'accounts/page', {
    title: record.label,
    ...(pages?.has(model) && { head: pages.head(ctx, model, record, tab) }),
    forms,
    ...(secret && { secret }),
  });
}

/** A link to the list of a model; undefined if it has no pages. */
export function listCrumb(ctx: Context, app: App, model: ModelInfo): FormsView['crumb'] {
  if (!app.optionalService('recordPages')?.has(model)) return undefined;
  return { url: app.urls.list(model), label: capitalised(modelPlural(ctx.state.t, model)) };
}

/** What a form calls: a rule, in the transaction of `runRule`. */
export type FormRule<R> = (tx: Transaction, context: AuditContext, request: R) => Promise<Outcome>;
