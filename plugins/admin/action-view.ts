import { randomUUID } from 'node:crypto';
import type { Tone } from '../../core/model/field-options.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Issue, Problem } from '../../core/model/issue.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { modelPlural, modelTitle } from '../../core/view/model-names.ts';
import type { ListAction, RecordAction } from './extension-points.ts';

/** Why the confirmation page is shown again. */
export interface RejectedAction {
  readonly message?: Issue | undefined;
  readonly problems?: readonly Problem[] | undefined;
}

/** The confirmation page of an action on one or several records. */
interface ActionView extends PageData {
  readonly head: { readonly listUrl: string; readonly plural: string };
  /** The record's label, or how many records are selected. */
  readonly subject: string;
  /** Undefined for actions on several records. */
  readonly recordUrl?: string;
  readonly version?: string;
  readonly text: string;
  readonly button: string;
  readonly tone: Tone;
  readonly icon: string | undefined;
  readonly action: string;
  readonly backUrl: string;
  readonly formId: string;
  readonly rejected: readonly string[];
  readonly hidden: readonly (readonly [name: string, value: string])[];
  /** Labels of the first selected records, and the number of others. */
  readonly labels: readonly string[];
  readonly more: number;
  /** The action's own inputs. */
  readonly form?: { readonly view: string; readonly data: ViewData };
}
/** Data common to the pages of record and list actions. */
type SharedView = Pick<ActionView, 'title' | 'text' | 'button' | 'tone' | 'icon' | 'formId' | 'rejected' | 'form'>;

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/action': ActionView;
  }
}

/**
 * The data common to the confirmation pages of record and list actions. `subject` is the message parameter: `label` or `n`.
 * `loaded` is the data for the action's own inputs.
 */
export function actionView(
  ctx: Context,
  model: ModelInfo,
  action: RecordAction | ListAction,
  subject: Readonly<Record<string, string | number>>,
  {
    rejected = {},
    loaded = {},
  }: { readonly rejected?: RejectedAction | undefined; readonly loaded?: ViewData | undefined },
): SharedView {
  const { t, form } = ctx.state;
  const { confirm = {}, label, tone = 'neutral' } = action;
  const params = { ...subject, singular: modelTitle(t, model), plural: modelPlural(t, model) };
  const problems = rejected.problems ?? [];
  // With a form of its own, the page has no inputs for the record's other fields, so their problems are shown above the form.
  const general = problems.filter(({ field }) => field === undefined || !action.form || form?.has(field) !== true);
  return {
    title: confirm.title === undefined ? t(label) : t(confirm.title, params),
    text: confirm.text === undefined ? '' : t(confirm.text, params),
    button: t(confirm.button ?? label, params),
    tone,
    icon: action.icon,
    formId: randomUUID(),
    rejected: [...(rejected.message ? [rejected.message] : []), ...general.map(({ issue }) => issue)].map((issue) =>
      t(issue.key, issue.params),
    ),
    ...(action.form && { form: { view: action.form.view, data: { ...inputsOf(ctx, problems), ...loaded } } }),
  };
}

/** Common data of views with inputs: error messages by input, and the posted values. */
function inputsOf({ state: { t, form } }: Context, problems: readonly Problem[]): ViewData {
  return {
    errors: Object.fromEntries(
      problems.flatMap(({ field, issue }) => (field === undefined ? [] : [[field, t(issue.key, issue.params)]])),
    ),
    values: Object.fromEntries(form ? [...form.names()].map((name) => [name, form.get(name) ?? '']) : []),
  };
}
