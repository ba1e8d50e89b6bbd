import { sql } from 'slonik';
import { z } from 'zod';
import type { Query } from '../../core/database/queries.ts';

/** The last of graphile-worker's own migrations that are included in this plugin. A test compares it with the package. */
export const SCHEMA_VERSION = 20;

const one = sql.type(z.object({ version: z.number().nullable() }));
const exists = sql.type(z.object({ exists: z.boolean() }));

/** The version of the job queue's tables; null if they do not exist. */
export async function readSchemaVersion(query: Query): Promise<number | null> {
  const hasTable = await query.oneFirst(exists`select to_regclass('graphile_worker.migrations') is not null as exists`);
  return hasTable ? query.oneFirst(one`select max(id) as version from graphile_worker.migrations`) : null;
}
