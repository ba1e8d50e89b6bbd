import type { Form } from '../http/form.ts';
import type { Issue, Parsed } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

export interface ReadForm {
  /** What was understood, as code has it. */
  readonly values: Values;
  readonly problems: readonly Problem[];
}

/**
 * Reads the fields of a posted form; its other names are nobody's business. Empty is NULL where a field may be NULL, else a
 * missing value. A checkbox posts nothing when it is not ticked, so its absence counts; any other field that was not in the
 * form is left alone. Relations are for whoever can look up rows. `zone`: the reader's time zone, whose clocks he typed.
 */
export function readForm(model: ModelInfo, fields: readonly FieldInfo[], form: Form, zone: string): ReadForm {
  const values: Record<string, unknown> = Object.create(null);
  const problems: Problem[] = [];
  for (const field of fields) {
    if (field.model !== model) throw new TypeError(`${field.name} is no field of ${model.name}.`);
    if (field.target !== undefined) throw new TypeError(`${field.name} points to rows, which have to be looked up.`);
    const read = readField(field, form.all(field.name), zone);
    if (read === undefined) continue;
    if (read.ok) values[field.name] = read.value;
    else problems.push({ field: field.name, issue: read.issue });
  }
  return { values, problems };
}

const REQUIRED: Issue = { key: 'problem.required' };

function readField(field: FieldInfo, texts: readonly string[], zone: string): Parsed<unknown> | undefined {
  if (field.item !== undefined) return readItems(field, texts, zone);
  const [text] = texts;
  if (text === undefined) return isCheckbox(field) ? { ok: true, value: false } : undefined;
  if (text.trim() !== '') return field.spec.parse(text, field, zone);
  // The write door makes a slug of what it is made from.
  const mayBeNull = field.nullable || field.source !== undefined;
  return mayBeNull ? { ok: true, value: null } : { ok: false, issue: REQUIRED };
}

/** Boxes post each ticked one by itself, and nothing where none is; a text has one item a line. */
function readItems(field: FieldInfo, texts: readonly string[], zone: string): Parsed<unknown> | undefined {
  if (texts.length === 0 && field.spec.filter !== 'values') return undefined;
  const text = texts.join('\n');
  return text.trim() === '' && field.nullable ? { ok: true, value: null } : field.spec.parse(text, field, zone);
}

function isCheckbox(field: FieldInfo): boolean {
  return field.spec.filter === 'boolean' && !field.nullable;
}
