// Values in labels. SQL composes labels, but only the application knows how pages show a number, a choice or an amount. A value that
// pages do not show as PostgreSQL writes it is therefore marked with its field in the SQL of a label, and replaced when the label is read.

import type { FragmentSqlToken } from 'slonik';
import type { BuiltInFieldType } from '../model/field.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { fragment, rawSql } from '../sql/fragments.ts';

/** How pages show the values in labels. `core/view/label-format.ts` creates the one for the project's pages. */
export interface LabelFormat {
  /** The time zone of timestamps, for searches: an IANA name or an offset, `+05:45`. */
  readonly timeZone: string;
  /** Replaces the marked values of a label. */
  format(label: string): string;
  /** The texts to search for in the values as PostgreSQL writes them, for a word of the values as pages show them. */
  searchTexts(field: FieldInfo, word: string): readonly string[];
}

/** Values as PostgreSQL writes them. */
export const PLAIN_LABEL_FORMAT: LabelFormat = {
  timeZone: 'UTC',
  format: (label) => replaceMarked(label, (_model, _field, text) => text),
  searchTexts: (_field, word) => [word],
};

const MARKED_TYPES: ReadonlySet<string> = new Set<BuiltInFieldType>([
  'integer',
  'bigint',
  'decimal',
  'money',
  'boolean',
  'choice',
  'time',
  'timestamp',
  'localDateTime',
]);
// biome-ignore lint/suspicious/noControlCharactersInRegex: no name and hardly any text contains them
const MARKED = /\x01(\w+)\.(\w+) ([^\x01\x02]*)\x02/g;

export function isMarked(field: FieldInfo): boolean {
  return MARKED_TYPES.has(field.typeName);
}

/** Whether labels of the model can contain marked values. The label of a row without one is its key. */
export function hasMarkedValues(model: ModelInfo): boolean {
  return modelsInLabel(model).some(({ label, key }) => [...label, ...key].some(isMarked));
}

/** Whether labels of the model that are not empty can contain marked values. */
export function isLabelMarked(model: ModelInfo): boolean {
  return modelsInLabel(model).some(({ label }) => label.some(isMarked));
}

function modelsInLabel(model: ModelInfo): readonly ModelInfo[] {
  return [model, ...model.label.flatMap(({ target }) => target ?? [])];
}

/** `text`: the value as PostgreSQL's text, as SQL. */
export function markedSql(field: FieldInfo, text: FragmentSqlToken): FragmentSqlToken {
  if (!isMarked(field)) return text;
  // Labels omit empty text.
  return fragment`(${rawSql(`E'\\x01${field.model.name}.${field.name} '`)} || nullif(${text}, '') || E'\\x02')`;
}

/** Users' text may look like a marked value, so `show` must accept any names and text. */
export function replaceMarked(label: string, show: (model: string, field: string, text: string) => string): string {
  if (!label.includes('\x01')) return label;
  return label.replace(MARKED, (_marked, model: string, field: string, text: string) => show(model, field, text));
}
