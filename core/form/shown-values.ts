// What a form showed, in its hidden field `~shown`.

import type { Form } from './form.ts';
import { formNames } from './form-protocol.ts';

/** By field: a text, or several. */
export type ShownTexts = ReadonlyMap<string, string | readonly string[]>;

/** Undefined if the hidden field is missing or malformed, so the request did not come from the form. */
export function readShownTexts(form: Form): ShownTexts | undefined {
  const text = form.get(formNames.shown) ?? '';
  if (text === '') return undefined;
  const entries = parse(text);
  return Array.isArray(entries) && entries.every(isEntry) ? new Map(entries) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is [string, string | readonly string[]] {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') return false;
  const value: unknown = entry[1];
  return typeof value === 'string' || (Array.isArray(value) && value.every((key) => typeof key === 'string'));
}
