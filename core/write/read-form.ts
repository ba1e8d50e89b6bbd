import type { Form } from '../form/form.ts';
import { roundingIssue } from '../model/column-precision.ts';
import type { DbRow, DbValue, FieldInfo, ModelInfo } from '../model/field-type.ts';
import type { Issue, Parsed, Problem } from '../model/issue.ts';
import type { Values } from './types.ts';

export interface ReadForm {
  /** The parsed values. */
  readonly values: Values;
  readonly problems: readonly Problem[];
}

/**
 * Reads these fields of a submitted form and ignores other names. An empty input is NULL if the field is nullable, otherwise a
 * missing value. Browsers send nothing for an unchecked checkbox, so its absence means false; any other field that is not in the
 * form is left unchanged. `stored`: the row that the form showed; parts of its values that were submitted unchanged are not parsed
 * again. Relations require permission to look up rows. `timeZone`: that of the user, for the times that they entered.
 */
export function readForm(
  model: ModelInfo,
  fields: readonly FieldInfo[],
  form: Form,
  timeZone: string,
  stored: DbRow = {},
): ReadForm {
  const values: Record<string, unknown> = Object.create(null);
  const problems: Problem[] = [];
  for (const field of fields) {
    if (field.model !== model) throw new TypeError(`${field.name} is not a field of ${model.name}.`);
    if (field.target !== undefined) throw new TypeError(`${field.name} references rows, which have to be looked up.`);
    const parsed = readField(field, form.all(field.name), timeZone, stored[field.name]);
    if (parsed === undefined) continue;
    const issue = parsed.ok ? roundingIssue(field, parsed.value) : parsed.issue;
    if (issue !== undefined) problems.push({ field: field.name, issue });
    else if (parsed.ok) values[field.name] = parsed.value;
  }
  return { values, problems };
}

const REQUIRED: Issue = { key: 'problem.required' };

function readField(
  field: FieldInfo,
  texts: readonly string[],
  timeZone: string,
  stored: DbValue | undefined,
): Parsed<unknown> | undefined {
  if (field.item !== undefined) return readItems(field, texts, timeZone, stored);
  const [text] = texts;
  if (text === undefined) return isCheckbox(field) ? { ok: true, value: false } : undefined;
  if (text.trim() !== '') return field.type.parse(text, field, timeZone);
  // `app.write` generates an empty slug from its source.
  const mayBeNull = field.nullable || field.source !== undefined;
  return mayBeNull ? { ok: true, value: null } : { ok: false, issue: REQUIRED };
}

/** Checkboxes submit one value per checked box, and nothing if none is checked; a text input has one item per line. */
function readItems(
  field: FieldInfo,
  texts: readonly string[],
  timeZone: string,
  stored: DbValue | undefined,
): Parsed<unknown> | undefined {
  if (texts.length === 0 && field.type.filter !== 'values') return undefined;
  const text = texts.join('\n');
  if (text.trim() === '' && field.nullable) return { ok: true, value: null };
  return stored === undefined || stored === null || field.type.parseChange === undefined
    ? field.type.parse(text, field, timeZone)
    : field.type.parseChange(text, stored, field, timeZone);
}

function isCheckbox(field: FieldInfo): boolean {
  return field.type.filter === 'boolean' && !field.nullable;
}
