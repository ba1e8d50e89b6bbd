import { keyPart, readKeyPart } from './key-text.ts';
import type { DbRow, Param } from './kind.ts';
import { isStorable } from './plain-text.ts';
import type { FieldInfo, ModelInfo } from './registry.ts';

/** One whole number has one text: no `007`, no `+7`, no `-0`. */
const CANONICAL = /^(?:0|-?[1-9]\d*)$/;

/**
 * A row's key as it is in URLs: `17`, `ATL`, `ATL,LAX`. The row has the fields of the key under their own names.
 *
 * @throws TypeError when one is missing, because the query did not select it.
 * @example
 * const url = app.urls.record(model, keyText(model, row));
 */
export function keyText(model: ModelInfo, row: DbRow): string {
  const [first] = model.key;
  if (first !== undefined && model.key.length === 1) return partOf(model, first, row);
  return model.key.map((field) => partOf(model, field, row)).join(',');
}

function partOf(model: ModelInfo, field: FieldInfo, row: DbRow): string {
  const wire = row[field.name];
  if (wire === null || wire === undefined) throw new TypeError(`The row of ${model.name} has no ${field.name}.`);
  return keyPart(String(wire));
}

/**
 * The values of a key out of an address, in the order of `model.key`, to be cast by `field.spec.cast(field)`. Undefined for what
 * no row of the model can have: it asks for nothing, so it needs no statement to be answered with 404.
 */
export function parseKey(model: ModelInfo, text: string): readonly Param[] | undefined {
  const parts = text.split(',');
  if (parts.length !== model.key.length) return undefined;
  const params: Param[] = [];
  for (const [at, field] of model.key.entries()) {
    const part = readKeyPart(parts[at] ?? '');
    const param = part === undefined ? undefined : keyParam(field, part);
    if (param === undefined) return undefined;
    params.push(param);
  }
  return params;
}

function keyParam(field: FieldInfo, text: string): Param | undefined {
  const stored = endOf(field);
  // Text is taken as it is: a key may hold what no form would take (outer spaces, a line break, nothing at all).
  if (stored.spec.cast(stored) === 'text' && stored.kind !== 'choice') return isStorable(text) ? text : undefined;
  const whole = stored.kind === 'identity' || stored.kind === 'integer' || stored.kind === 'bigint';
  if (whole && !CANONICAL.test(text)) return undefined;
  const parsed = stored.spec.parse(text, stored);
  return parsed.ok ? stored.spec.encode(parsed.value) : undefined;
}

/** The field in which a relation's key ends. */
function endOf(field: FieldInfo): FieldInfo {
  const next = field.kind === 'belongsTo' ? field.target?.key[0] : undefined;
  return next === undefined ? field : endOf(next);
}
