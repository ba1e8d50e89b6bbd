import type { Form } from '../http/form.ts';
import type { Issue, Parsed } from '../model/kind.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import { onlyKey } from '../query/sql-names.ts';
import type { Problem } from './types.ts';
import type { Values } from './write.ts';

export interface ReadForm {
  /** What was understood, as code has it. */
  readonly values: Values;
  readonly problems: readonly Problem[];
  /** What stood in the form, by field, to be shown again beside the problems. */
  readonly typed: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the fields of a posted form; its other names are nobody's business. Empty is NULL where a field may be NULL, else a
 * missing value. A checkbox and a list of keys post nothing when they are empty, so their absence counts; any other field
 * that was not in the form is left alone. `zone`: the reader's time zone, whose clocks he typed.
 */
export function readForm(model: ModelInfo, fields: readonly FieldInfo[], form: Form, zone: string): ReadForm {
  const values: Record<string, unknown> = Object.create(null);
  const problems: Problem[] = [];
  const typed = new Map<string, readonly string[]>();
  for (const field of fields) {
    if (field.model !== model) throw new TypeError(`${field.name} is no field of ${model.name}.`);
    const texts = form.all(field.name);
    if (texts.length > 0) typed.set(field.name, texts);
    const read = readField(field, texts, zone);
    if (read === undefined) continue;
    if (read.ok) values[field.name] = read.value;
    else problems.push({ field: field.name, issue: read.issue });
  }
  return { values, problems, typed };
}

const REQUIRED: Issue = { key: 'problem.required' };

function readField(field: FieldInfo, texts: readonly string[], zone: string): Parsed<unknown> | undefined {
  if (field.through !== undefined) return readKeys(field, texts);
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

function readKeys(field: FieldInfo, texts: readonly string[]): Parsed<unknown> {
  if (field.target === undefined) return { ok: false, issue: REQUIRED };
  const key = onlyKey(field.target);
  const keys: unknown[] = [];
  for (const text of texts) {
    if (text.trim() === '') continue;
    const parsed = key.spec.parse(text, key);
    if (!parsed.ok) return parsed;
    keys.push(parsed.value);
  }
  return { ok: true, value: keys };
}

function isCheckbox(field: FieldInfo): boolean {
  return field.spec.filter === 'boolean' && !field.nullable;
}
