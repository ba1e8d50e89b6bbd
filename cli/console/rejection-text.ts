import type { App } from '../../core/app.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import type { Problem } from '../../core/model/issue.ts';
import type { Actor } from '../../core/policy/actor.ts';
import { modelPlural, modelTitle } from '../../core/view/model-names.ts';
import type { Removed, Written } from '../../core/write/types.ts';

/** Thrown by functions of the console and shown without a stack. The input that caused it is undone. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
}

export type Verb = 'create' | 'change' | 'delete';
type RejectedOutcome = Exclude<Written | Removed, { outcome: 'done' }>;

interface Attempt {
  readonly verb: Verb;
  readonly model: ModelInfo;
  /** Empty for a new record. */
  readonly key: string;
  readonly actor: Actor;
}

const PAST = { create: 'created', change: 'changed', delete: 'deleted' } as const;

/**
 * Explains why a record was not written, in the words of the admin.
 *
 * @example
 * The order 17 was not changed.
 *   Status: Choose one of the available options.
 */
export function rejectionText(app: App, { verb, model, key, actor }: Attempt, rejected: RejectedOutcome): string {
  const t = app.messages.translate('en');
  const title = modelTitle(t, model);
  const headline = `The ${title}${key === '' ? '' : ` ${key}`} was not ${PAST[verb]}.`;
  const lines = (problems: readonly Problem[]) =>
    problems.map(({ field, issue }) => {
      const label = field === undefined ? undefined : (model.fields.get(field)?.label ?? field);
      return `${label === undefined ? '' : `${label}: `}${t(issue.key, issue.params)}`;
    });
  switch (rejected.outcome) {
    case 'invalid':
      return listed(headline, lines(rejected.problems));
    case 'missing':
      return `${headline} It does not exist, or ${actor.name} does not have permission to view it.`;
    case 'forbidden': {
      const problems = 'problems' in rejected ? lines(rejected.problems ?? []) : [];
      if (problems.length > 0) return listed(headline, problems);
      return `${headline} ${actor.name} does not have permission to ${verb} ${key === '' ? modelPlural(t, model) : 'it'}.`;
    }
    case 'referenced':
      return listed(headline, [
        `Other records refer to it: ${rejected.by.map((name) => fieldName(app, name)).join(', ')}.`,
      ]);
    case 'rejected':
      return rejected.problems.length > 0
        ? listed(headline, lines(rejected.problems))
        : `${headline} A rule of the database prevents it.`;
    case 'conflict':
      return `${headline} It has been changed by someone else.`;
  }
}

function listed(headline: string, lines: readonly string[]): string {
  return [headline, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** A model of the application, or a table without a model. */
function fieldName(app: App, name: string): string {
  const model = app.models.byName(name);
  return model === undefined ? name : modelPlural(app.messages.translate('en'), model);
}
