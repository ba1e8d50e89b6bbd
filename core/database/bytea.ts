import { z } from 'zod';

/**
 * The schema of a `bytea` column in `sql.type`: PostgreSQL sends it as text in hex, and code wants bytes.
 *
 * @example
 * const row = sql.type(z.object({ public_key: bytea }));
 */
export const bytea = z
  .string()
  .regex(/^\\x[0-9a-f]*$/)
  .transform((hex) => Buffer.from(hex.slice(2), 'hex'));
