import { createCatalogue } from '../../../core/messages/catalogue.ts';
import { coreMessages } from '../../../core/messages/en.ts';
import type { AnyField, Fields } from '../../../core/model/field.ts';
import type { FieldInfo, Formatter, ModelInfo } from '../../../core/model/field-type.ts';
import { type AnyModel, defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';

export const english = createCatalogue([{ en: coreMessages }]).translate('en');

/** Resolved models, for tests that need no problems. */
export function resolved(...models: readonly AnyModel[]): readonly ModelInfo[] {
  const { models: registry, problems } = buildModels(models.map((model) => ({ owner: 'project', model })));
  if (problems.length > 0) throw new Error(problems.map(({ where, problem }) => `${where}: ${problem}`).join('\n'));
  return models.map((model) => registry.of(model));
}

/** One field, resolved as part of a small model. */
export function fieldOf(field: AnyField, name = 'it'): FieldInfo {
  const fields: Fields = { [name]: field };
  const [model] = resolved(defineModel('sample', { fields, label: name }));
  return must(model?.fields.get(name));
}

/** A field that cannot be the label of its model. */
export function jsonFieldOf(field: AnyField, others: Fields): FieldInfo {
  const [model] = resolved(defineModel('sample', { fields: { ...others, it: field } }));
  return must(model?.fields.get('it'));
}

export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('A value is missing.');
  return value;
}

/** Formats values with simple marks instead of a locale, so that tests see what field types add. */
export const formatter: Formatter = {
  locale: 'en',
  timestamp: (dbValue) => `[${dbValue}]`,
  date: (dbValue) => `[${dbValue}]`,
  localDateTime: (dbValue) => `[${dbValue}]`,
  number: (dbValue) => `#${dbValue}`,
  money: (dbValue, currency) => `${currency} ${dbValue}`,
  t: english,
  recordUrl: (model, key) => (model === 'hidden' ? undefined : `/admin/${model}/${key}`),
};

/** The parsed value. Throws if it is invalid. */
export function parse(field: FieldInfo, text: string, timeZone?: string): unknown {
  const outcome = field.type.parse(text, field, timeZone);
  if (!outcome.ok) throw new Error(`invalid: ${english(outcome.issue.key, outcome.issue.params)}`);
  return outcome.value;
}

/** The key of the issue that `parse` reports, or `accepted`. */
export function issueKey(field: FieldInfo, text: string, timeZone?: string): string {
  const outcome = field.type.parse(text, field, timeZone);
  return outcome.ok ? 'accepted' : outcome.issue.key;
}
