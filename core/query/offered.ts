import type { FieldInfo } from '../model/registry.ts';
import { sortableFields } from './order.ts';
import type { Reader } from './reader.ts';
import { searchableFields } from './search-sql.ts';
import type { ConditionFilter, Listing, SearchField } from './types.ts';

/** What of a listing this reader may use. What is not in here is to him as if it did not exist. */
export interface Offered {
  /** Computed ones included. */
  readonly columns: readonly FieldInfo[];
  readonly conditions: readonly ConditionFilter[];
  readonly filters: readonly FieldInfo[];
  readonly sortable: readonly FieldInfo[];
  readonly search: readonly SearchField[];
}

/** `estimate`: about how many rows the table has. */
export function offeredTo(reader: Reader, listing: Listing, estimate: number): Offered {
  return {
    columns: [...listing.columns, ...(listing.computed ?? [])].filter((field) => reader.sees(field)),
    conditions: reader.mayView(listing.model) ? (listing.conditions ?? []) : [],
    filters: listing.filters.filter((field) => reader.sees(field)),
    sortable: sortableFields(reader, listing, estimate),
    search: searchableFields(reader, listing.search),
  };
}
