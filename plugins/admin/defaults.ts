import type { FieldInfo } from '../../core/model/registry.ts';

/** The default as an empty form shows it; undefined where there is none, or where only the moment of saving knows it. */
export function shownDefault(field: FieldInfo): string | undefined {
  const { default: value, kind, spec } = field;
  if (kind === 'json' || kind === 'array')
    return value === undefined || typeof value === 'function' ? undefined : spec.text(Object(value), field);
  switch (typeof value) {
    case 'string':
      return value === spec.defaultWord ? undefined : spec.text(value, field);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}

/** Left empty in the form of a new record, the field is filled in by itself: now, a random key, a slug, what a function gives. */
export function fillsItself(field: FieldInfo): boolean {
  if (field.source !== undefined) return true;
  return !field.nullable && field.default !== undefined && shownDefault(field) === undefined;
}
