/**
 * What the managed models ask of the database, as plain data: what `migrations/snapshot.json` holds and what the
 * changes are found in. A new optional meaning needs no new version; one that an older release would misread does.
 */
import { z } from 'zod';

export const SNAPSHOT_VERSION = 1;

const column = z.strictObject({
  name: z.string(),
  /** As PostgreSQL knows it: `numeric(12,2)`. */
  type: z.string(),
  nullable: z.boolean(),
  /** The SQL after DEFAULT. */
  default: z.string().nullable(),
  /** Numbered by the database. */
  identity: z.boolean(),
});

/** A primary key or a unique constraint. */
const key = z.strictObject({ name: z.string(), columns: z.array(z.string()).readonly() });

const index = z.strictObject({
  name: z.string(),
  /**
   * `trigram`: GIN with gin_trgm_ops, from the extension pg_trgm; `trigramOfText` over what another type is as text. `gin`: over
   * the items of an array. `uniqueLower`: no two rows have the same text, capitals aside.
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
  columns: z.array(column).readonly(),
  primaryKey: key,
  uniques: z.array(key).readonly(),
  indexes: z.array(index).readonly(),
  checks: z.array(check).readonly(),
  foreignKeys: z.array(foreignKey).readonly(),
});

/** Read after the version was looked at: a newer file would only be told to be malformed. */
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
