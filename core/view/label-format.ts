import type { FieldInfo, Formatter, Models } from '../model/field-type.ts';
import { type LabelFormat, replaceMarked } from '../query/label-format.ts';
import { valueText } from './value-text.ts';

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'bigint', 'decimal', 'money']);

/**
 * Formats the values in labels as lists show them, in the language and time zone of the project.
 *
 * @example createRecords({ database, policy, models, labelFormat: createLabelFormat(models, formatter, 'Europe/Zurich') })
 */
export function createLabelFormat(models: Models, formatter: Formatter, timeZone: string): LabelFormat {
  let resolved: string | undefined;
  return {
    /** As Node resolves it: the older name of a renamed zone, which every version of PostgreSQL accepts. */
    get timeZone() {
      resolved ??= new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
      return resolved;
    },
    format: (label) =>
      replaceMarked(label, (model, name, text) => {
        const field = models.byName(model)?.fields.get(name);
        return field === undefined ? text : valueText(field, text, formatter);
      }),
    searchTexts(field, word) {
      if (field.typeName === 'boolean')
        return ['true', 'false'].filter((text) => includes(valueText(field, text, formatter), word));
      return NUMBERS.has(field.typeName) ? [word, ...digitsIn(field, word, formatter)] : [word];
    },
  };
}

/** The word without thousands separators and currency. A word that is only the currency matches every amount. */
function digitsIn(field: FieldInfo, word: string, formatter: Formatter): readonly string[] {
  const isNumber = /^[^\p{L}]*\d[^\p{L}]*$/u.test(word);
  if (!isNumber) return includes(valueText(field, '0', formatter), word) ? [''] : [];
  const point = formatter.number('0.5').replaceAll(/\d/g, '');
  return [[...word].map((each) => (each === point ? '.' : each.replace(/\D/, ''))).join('')];
}

function includes(text: string, word: string): boolean {
  return text.toLowerCase().includes(word.toLowerCase());
}
