import { randomUUID } from 'node:crypto';
import type { Context } from '../../core/http/context.ts';
import type { Issue } from '../../core/model/kind.ts';
import type { ModelInfo } from '../../core/model/registry.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import type { ViewData } from '../../core/view/views.ts';
import type { Problem } from '../../core/write/types.ts';
import type { ListAction, RecordAction } from './extension-points.ts';

/** Why a page that asks for confirmation is shown again. */
export interface Refused {
  readonly message?: Issue | undefined;
  readonly problems?: readonly Problem[] | undefined;
}

/** What the pages of both kinds of actions show. `subject`: what the texts are about, `label` or `n`. */
export function actionView(
  ctx: Context,
  model: ModelInfo,
  action: RecordAction | ListAction,
  subject: Readonly<Record<string, string | number>>,
  refused: Refused = {},
): ViewData {
  const { t, form } = ctx.state;
  const { confirm = {}, label, tone = 'neutral' } = action;
  const params = { ...subject, singular: titleOf(t, model), plural: pluralOf(t, model) };
  const problems = refused.problems ?? [];
  // The form of an action has inputs of its own: a problem of another field of the record has no place in it.
  const general = problems.filter(({ field }) => field === undefined || !action.form || form?.has(field) !== true);
  return {
    title: confirm.title === undefined ? t(label) : t(confirm.title, params),
    text: confirm.text === undefined ? '' : t(confirm.text, params),
    button: t(confirm.button ?? label, params),
    tone,
    icon: action.icon,
    formId: randomUUID(),
    refused: [...(refused.message ? [refused.message] : []), ...general.map(({ issue }) => issue)].map((issue) =>
      t(issue.key, issue.params),
    ),
    // For the action's own view: texts by input, and what was posted.
    mistakes: Object.fromEntries(
      problems.flatMap(({ field, issue }) => (field === undefined ? [] : [[field, t(issue.key, issue.params)]])),
    ),
    values: Object.fromEntries(form ? [...form.names()].map((name) => [name, form.get(name) ?? '']) : []),
  };
}
