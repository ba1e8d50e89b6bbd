import { hash as digest } from 'node:crypto';
import { z } from 'zod';
import type { ModelInfo } from '../model/registry.ts';
import { isTextOfType } from './cursor-value.ts';
import { valueField } from './sql-names.ts';
import type { Cursor, Filter, Sort } from './types.ts';

/** What a cursor belongs to: it means nothing in another list, order, filter or search. */
export interface CursorPlace {
  readonly model: ModelInfo;
  readonly order: readonly Sort[];
  readonly filters: readonly Filter[];
  readonly q: string;
}

const LONGEST = 6_000;
const contents = z.tuple([z.string()], z.union([z.string(), z.null()]));

/** Opaque text for an address: a hash of the place, and the values of one row in the order's columns. */
export function writeCursor(place: CursorPlace, values: readonly (string | null)[]): string {
  return Buffer.from(JSON.stringify([hashOf(place), ...values])).toString('base64url');
}

/**
 * Reads a cursor. Undefined when it does not fit: of another list, sort or filter, of an older version, cut off, made up.
 * The list then starts at its top. Values are checked here, so that none of them can be an error of the database.
 */
export function readCursor(place: CursorPlace, text: string): Cursor | undefined {
  if (text.length > LONGEST || !/^[\w-]+$/.test(text)) return undefined;
  const parsed = contents.safeParse(json(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const [hash, ...values] = parsed.data;
  if (hash !== hashOf(place) || values.length !== place.order.length) return undefined;
  const fit = place.order.every(({ field }, index) => {
    const value = values[index] ?? null;
    const holder = valueField(field);
    if (value === null) return field.nullable;
    // An enum of somebody else's has the field's values and no others.
    return isTextOfType(value, holder.spec.cast(holder)) || holder.values.includes(value);
  });
  return fit ? { values } : undefined;
}

function hashOf({ model, order, filters, q }: CursorPlace): string {
  const place = [
    model.name,
    order.map((sort) => [sort.field.name, sort.descending]),
    filters.map((filter) => {
      if (filter.is === 'range') return [filter.field.name, filter.from ?? null, filter.to ?? null, 'range'];
      return [filter.field.name, filter.is === 'present' ? 'present' : filter.values];
    }),
    q,
  ];
  return digest('sha256', JSON.stringify(place), 'base64url').slice(0, 12);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
