/**
 * The names of everything that a migration makes, as functions of the model alone: the write door finds a field by them when
 * PostgreSQL names a violated constraint, and a migration drops by them what an earlier one made.
 */
import { createHash } from 'node:crypto';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';

/** PostgreSQL cuts longer names off without an error: two of them could become the same. */
const LONGEST_NAME = 63;
const HASH_LENGTH = 8;

/** `strike_pkey` */
export function primaryKeyName(model: ModelInfo): string {
  return nameOf(tableOf(model), [], 'pkey');
}

/** `route_origin_code_destination_code_key` */
export function uniqueName(model: ModelInfo, fields: readonly FieldInfo[]): string {
  return nameOf(tableOf(model), columns(fields), 'key');
}

/** `strike_state_occurred_on_desc_idx` */
export function indexName(model: ModelInfo, parts: ModelInfo['indexes'][number]): string {
  const words = parts.map(({ field, descending }) => (descending ? `${field.column}_desc` : field.column));
  return nameOf(tableOf(model), words, 'idx');
}

/** The trigram index of a field that is searched: `strike_notes_search` */
export function searchIndexName(field: FieldInfo): string {
  return nameOf(tableOf(field.model), [field.column], 'search');
}

/** `strike_phase_choice`; the suffix is the one that the field's kind gives. */
export function checkName(field: FieldInfo, suffix: string): string {
  return nameOf(tableOf(field.model), [field.column], suffix);
}

/** `strike_airport_code_fkey` */
export function foreignKeyName(field: FieldInfo): string {
  return nameOf(tableOf(field.model), [field.column], 'fkey');
}

/**
 * `table_columns_suffix`. Over 63 bytes the middle is cut and eight digits of the whole name's SHA-256 stand for what is
 * missing, so that the short name is the same tomorrow and differs from every other.
 */
export function nameOf(table: string, columns: readonly string[], suffix: string): string {
  const whole = [table, ...columns, suffix].join('_');
  if (Buffer.byteLength(whole) <= LONGEST_NAME) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_LENGTH);
  const ending = `_${hash}_${suffix}`;
  return cut([table, ...columns].join('_'), LONGEST_NAME - Buffer.byteLength(ending)) + ending;
}

/** The fields behind a constraint that PostgreSQL names in an error; undefined when the model has no such constraint. */
export function fieldsOfConstraint(model: ModelInfo, constraint: string): readonly FieldInfo[] | undefined {
  return constraints(model).get(constraint);
}

const known = new WeakMap<ModelInfo, ReadonlyMap<string, readonly FieldInfo[]>>();

function constraints(model: ModelInfo): ReadonlyMap<string, readonly FieldInfo[]> {
  const before = known.get(model);
  if (before !== undefined) return before;
  const names = new Map<string, readonly FieldInfo[]>([[primaryKeyName(model), model.key]]);
  for (const set of model.unique) names.set(uniqueName(model, set), set);
  for (const field of model.stored) {
    if (field.unique) names.set(uniqueName(model, [field]), [field]);
    if (field.target !== undefined || field.spec.references) names.set(foreignKeyName(field), [field]);
    for (const check of field.spec.checks(field)) names.set(checkName(field, check.suffix), [field]);
  }
  known.set(model, names);
  return names;
}

function tableOf(model: ModelInfo): string {
  return model.table.at(-1) ?? model.name;
}

function columns(fields: readonly FieldInfo[]): readonly string[] {
  return fields.map((field) => field.column);
}

/** The beginning of `text` that fits into so many bytes of UTF-8, without half a character at the end. */
function cut(text: string, bytes: number): string {
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(short + character) > bytes) break;
    short += character;
  }
  return short;
}
