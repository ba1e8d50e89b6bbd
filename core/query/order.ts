import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import type { Reader } from './reader.ts';
import type { Listing, Sort } from './types.ts';

/** Up to so many rows a list may be sorted by a column without an index. */
export const SORTED_WITHOUT_INDEX = 50_000;
const MOST_SORTS = 3;

/**
 * The order of a list, complete: no two rows are equal in it, so that a page's end is one place and nothing is left to
 * chance. The key is added in the direction of the last wish, so that most orders run one way through an index.
 */
export function completeOrder(reader: Reader, listing: Listing, wished: readonly Sort[]): readonly Sort[] {
  const wishes = wished.length > 0 ? wished : listing.order.filter((sort) => reader.sees(sort.field));
  const order: Sort[] = [];
  for (const sort of wishes) {
    if (order.some((before) => before.field === sort.field)) continue;
    order.push(sort);
    if (distinguishesAll(sort.field)) return order;
  }
  const descending = order.at(-1)?.descending ?? false;
  for (const field of listing.model.key) {
    if (!order.some((sort) => sort.field === field)) order.push({ field, descending });
  }
  return order;
}

/** The columns that this reader may sort by, now that the table has about so many rows. */
export function sortableFields(reader: Reader, listing: Listing, estimate: number): readonly FieldInfo[] {
  const { model, columns, computed = [] } = listing;
  const asked = new Set([...columns, ...computed, ...listing.order.map((sort) => sort.field), ...model.key]);
  return [...asked].filter(
    (field) => isSortable(field) && reader.sees(field) && (estimate <= SORTED_WITHOUT_INDEX || isIndexed(field)),
  );
}

export function tooManySorts(sorts: readonly Sort[]): boolean {
  return sorts.length > MOST_SORTS;
}

/** Long texts are left out: a page's end holds the value, and it travels in the address. */
export function isSortable(field: FieldInfo): boolean {
  return field.column !== '' && field.spec.sortable && !field.multiline;
}

/** Whether an ordinary index begins with this column. */
export function isIndexed(field: FieldInfo): boolean {
  const { model } = field;
  const leads = (fields: readonly FieldInfo[]) => fields[0] === field;
  return (
    field.index === true ||
    // One over lower(…) gives no order of the column itself.
    (field.unique && field.spec.uniqueAs === undefined) ||
    leads(model.key) ||
    model.unique.some(leads) ||
    model.indexes.some((parts) => parts[0]?.field === field)
  );
}

/** `name` and `-name` for the parts of a model's key: what a list is ordered by when nobody says anything. */
export function keyOrder(model: ModelInfo): readonly Sort[] {
  return model.key.map((field) => ({ field, descending: false }));
}

function distinguishesAll(field: FieldInfo): boolean {
  const isKey = field.model.key.length === 1 && field.model.key[0] === field;
  return isKey || (field.unique && !field.nullable);
}
