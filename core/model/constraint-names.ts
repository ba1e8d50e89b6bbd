/**
 * The names of everything that a migration creates, derived from the model alone. When PostgreSQL reports a violated constraint,
 * `app.write` finds the field by its name; migrations drop by name what earlier ones created.
 */
import { createHash } from 'node:crypto';
import type { FieldInfo, ModelInfo } from './field-type.ts';

/** PostgreSQL silently truncates longer names, so two could become the same. */
const MAX_NAME_LENGTH = 63;
const HASH_LENGTH = 8;

/** `strike_pkey` */
export function primaryKeyName(model: ModelInfo): string {
  return constraintName(tableOf(model), [], 'pkey');
}

/** `route_origin_code_destination_code_key` */
export function uniqueName(model: ModelInfo, fields: readonly FieldInfo[]): string {
  return constraintName(tableOf(model), columnsOf(fields), 'key');
}

/** `strike_state_occurred_on_desc_idx` */
export function indexName(model: ModelInfo, parts: ModelInfo['indexes'][number]): string {
  const columns = parts.map(({ field, descending }) => (descending ? `${field.column}_desc` : field.column));
  return constraintName(tableOf(model), columns, 'idx');
}

/** The trigram index of a searched field: `strike_notes_search` */
export function searchIndexName(field: FieldInfo): string {
  return constraintName(tableOf(field.model), [field.column], 'search');
}

/** `strike_phase_choice`; the suffix is defined by the field type. */
export function checkName(field: FieldInfo, suffix: string): string {
  return constraintName(tableOf(field.model), [field.column], suffix);
}

/** `strike_airport_code_fkey` */
export function foreignKeyName(field: FieldInfo): string {
  return constraintName(tableOf(field.model), [field.column], 'fkey');
}

/**
 * `table_columns_suffix`. Over 63 bytes the middle is cut and replaced by eight digits of the full name's SHA-256, so that the
 * short name is stable and unique.
 */
export function constraintName(table: string, columns: readonly string[], suffix: string): string {
  const full = [table, ...columns, suffix].join('_');
  if (Buffer.byteLength(full) <= MAX_NAME_LENGTH) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, HASH_LENGTH);
  const ending = `_${hash}_${suffix}`;
  return truncateBytes([table, ...columns].join('_'), MAX_NAME_LENGTH - Buffer.byteLength(ending)) + ending;
}

/** The fields of a constraint that PostgreSQL names in an error; undefined if the model has no such constraint. */
export function fieldsOfConstraint(model: ModelInfo, constraint: string): readonly FieldInfo[] | undefined {
  return constraints(model).get(constraint);
}

const cache = new WeakMap<ModelInfo, ReadonlyMap<string, readonly FieldInfo[]>>();

function constraints(model: ModelInfo): ReadonlyMap<string, readonly FieldInfo[]> {
  const cached = cache.get(model);
  if (cached !== undefined) return cached;
  const names = new Map<string, readonly FieldInfo[]>([[primaryKeyName(model), model.key]]);
  for (const set of model.unique) names.set(uniqueName(model, set), set);
  for (const field of model.stored) {
    if (field.unique) names.set(uniqueName(model, [field]), [field]);
    if (field.target !== undefined || field.type.references) names.set(foreignKeyName(field), [field]);
    for (const check of field.type.checks(field)) names.set(checkName(field, check.suffix), [field]);
  }
  cache.set(model, names);
  return names;
}

function tableOf(model: ModelInfo): string {
  return model.table.at(-1) ?? model.name;
}

function columnsOf(fields: readonly FieldInfo[]): readonly string[] {
  return fields.map((field) => field.column);
}

/** The longest prefix of `text` that fits into `bytes` bytes of UTF-8, without cutting a character. */
function truncateBytes(text: string, bytes: number): string {
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(short + character) > bytes) break;
    short += character;
  }
  return short;
}
