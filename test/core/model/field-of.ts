import type { AnyField, Fields } from '../../../core/model/field.ts';
import type { Formatter } from '../../../core/model/kind.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import type { FieldInfo, ModelInfo } from '../../../core/model/registry.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { kernelWords } from '../../../core/view/words/en.ts';
import { createCatalogue } from '../../../core/view/words.ts';

export const english = createCatalogue([{ en: kernelWords }]).translate('en');

/** Resolved models, for tests that need no problems. */
export function resolved(...models: readonly AnyModel[]): readonly ModelInfo[] {
  const { models: found, problems } = buildModels(models.map((model) => ({ owner: 'project', model })));
  if (problems.length > 0) throw new Error(problems.map(({ where, problem }) => `${where}: ${problem}`).join('\n'));
  return models.map((model) => found.of(model));
}

/** One field, resolved as part of a small model. */
export function fieldOf(field: AnyField, name = 'it'): FieldInfo {
  const fields: Fields = { [name]: field };
  const [model] = resolved(defineModel('sample', { fields, label: name }));
  return must(model?.fields.get(name));
}

/** A field that no label can be made of. */
export function jsonFieldOf(field: AnyField, others: Fields): FieldInfo {
  const [model] = resolved(defineModel('sample', { fields: { ...others, it: field } }));
  return must(model?.fields.get('it'));
}

export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('There is nothing where something was expected.');
  return value;
}

/** Shows values without a locale's ornaments, so that tests read what kinds add. */
export const show: Formatter = {
  locale: 'en',
  timestamp: (wire) => `[${wire}]`,
  date: (wire) => `[${wire}]`,
  localDateTime: (wire) => `[${wire}]`,
  number: (wire) => `#${wire}`,
  money: (wire, currency) => `${currency} ${wire}`,
  t: english,
  recordUrl: (model, key) => (model === 'hidden' ? undefined : `/admin/${model}/${key}`),
};

/** What `parse` understood. Throws where it refused. */
export function parsed(field: FieldInfo, text: string, zone?: string): unknown {
  const outcome = field.spec.parse(text, field, zone);
  if (!outcome.ok) throw new Error(`refused: ${english(outcome.issue.key, outcome.issue.params)}`);
  return outcome.value;
}

/** The key of the words with which `parse` refused, or `accepted`. */
export function refusal(field: FieldInfo, text: string, zone?: string): string {
  const outcome = field.spec.parse(text, field, zone);
  return outcome.ok ? 'accepted' : outcome.issue.key;
}
