import { z } from 'zod';
import { quoteTable } from '../migrate/quote.ts';
import type { Kind } from './field.ts';
import type { FieldType } from './kind.ts';
import { kinds } from './kinds/index.ts';

/** Types of a column that hold any text: whatever somebody types can be compared with it. */
export const TEXT_TYPES: readonly string[] = ['text', 'citext', 'bpchar'];

/**
 * What a field of this kind does over a column whose type somebody else chose: values travel as that type, so PostgreSQL
 * stores, compares and sorts them as the column does. An enum takes nothing else; an index over citext or char(n) is used.
 */
export function specOf(kind: Kind, type: FieldType, sqlType: string | undefined, managed: boolean): FieldType {
  if (kind === 'identity' && !managed) return serial;
  if (sqlType === undefined) return type;
  const name = quoteTable(sqlType);
  return { ...type, cast: () => name };
}

/** The serial of 32 bits that others may have made comes as a number, for PostgreSQL's integer has no digit to lose. */
const serial: FieldType = { ...kinds.identity, wire: z.union([z.string(), z.number()]) };
