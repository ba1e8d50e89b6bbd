/**
 * The schema that the managed models require, as plain data: the content of `migrations/snapshot.json`, and the input of the diff.
 * A new optional property requires a new version only if older releases would misread the file.
 */
import { z } from 'zod';

export const SNAPSHOT_VERSION = 1;

const column = z.strictObject({
  name: z.string(),
  /** In PostgreSQL's format: `numeric(12,2)`. */
  type: z.string(),
  nullable: z.boolean(),
  /** The SQL after DEFAULT. */
  default: z.string().nullable(),
  /** Whether it is an identity column. */
  identity: z.boolean(),
});

/** A primary key or a unique constraint. */
const key = z.strictObject({ name: z.string(), columns: z.array(z.string()).readonly() });

const index = z.strictObject({
  name: z.string(),
  /**
   * `trigram`: GIN with gin_trgm_ops, from the extension pg_trgm; `trigramOfText` on the text of another type. `gin`: on the
   * items of an array. `uniqueLower`: unique text, ignoring case.
   */
  method: z.enum(['btree', 'trigram', 'trigramOfText', 'gin', 'uniqueLower']),
  columns: z.array(z.strictObject({ name: z.string(), descending: z.boolean() })).readonly(),
});

const check = z.strictObject({ name: z.string(), condition: z.string() });

const foreignKey = z.strictObject({
  name: z.string(),
  columns: z.array(z.string()).readonly(),
  target: z.string(),
  targetColumns: z.array(z.string()).readonly(),
  onDelete: z.enum(['restrict', 'cascade', 'setNull']),
});

const table = z.strictObject({
  /** `strike`, or `schema.table`. */
  name: z.string(),
  /** The model's name; missing in snapshots of earlier releases, see `modelName`. */
  model: z.string().optional(),
  /** The plugin that declares the model; missing for the project's own. */
  owner: z.string().optional(),
  columns: z.array(column).readonly(),
  primaryKey: key,
  uniques: z.array(key).readonly(),
  indexes: z.array(index).readonly(),
  checks: z.array(check).readonly(),
  foreignKeys: z.array(foreignKey).readonly(),
});

/** Used only after the version has been checked: otherwise, a newer file would be reported as malformed. */
export const snapshotSchema = z.strictObject({
  version: z.literal(SNAPSHOT_VERSION),
  tables: z.array(table).readonly(),
});

export type ColumnShape = Readonly<z.infer<typeof column>>;
export type KeyShape = Readonly<z.infer<typeof key>>;
export type IndexShape = Readonly<z.infer<typeof index>>;
export type CheckShape = Readonly<z.infer<typeof check>>;
export type ForeignKeyShape = Readonly<z.infer<typeof foreignKey>>;
export type TableShape = Readonly<z.infer<typeof table>>;
export type Snapshot = Readonly<z.infer<typeof snapshotSchema>>;

export const emptySnapshot: Snapshot = { version: SNAPSHOT_VERSION, tables: [] };
