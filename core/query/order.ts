import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { rowHashField } from './computed-field.ts';
import { SMALL_TABLE } from './estimates.ts';
import type { Reader } from './reader.ts';
import { mayBeNull } from './table-facts.ts';
import type { Listing, Offered, Sort } from './types.ts';

const MAX_SORTS = 3;

/**
 * The complete order of a list, in which no two rows are equal, so that pages have exact boundaries and the order is deterministic.
 * The key is added in the direction of the last requested field, so that most orders can be read along an index in one direction.
 */
export function completeOrder(reader: Reader, listing: Listing, requested: readonly Sort[]): readonly Sort[] {
  const sorts = requested.length > 0 ? requested : listing.order.filter((sort) => reader.sees(sort.field));
  const order: Sort[] = [];
  for (const sort of sorts) {
    if (order.some(({ field }) => field === sort.field)) continue;
    order.push(sort);
    if (isUniqueKey(sort.field)) return order;
  }
  const { model } = listing;
  const descending = order.at(-1)?.descending ?? false;
  for (const field of model.key) {
    if (!order.some((sort) => sort.field === field)) order.push({ field, descending });
  }
  // The key of a view may not be unique: rows with the same key are ordered by the values that the user can see.
  // fault: repeated-keys-in-views
  if (model.readOnly && !model.managed) order.push({ field: rowHashField(reader, model), descending });
  return order;
}

/** The columns that this user may sort by, given the estimated number of rows. */
export function sortableFields(
  reader: Reader,
  listing: Listing,
  estimate: number,
): Pick<Offered, 'sortable' | 'tooLargeToSort'> {
  const visible = sortCandidates(listing).filter((field) => reader.sees(field));
  if (estimate <= SMALL_TABLE) return { sortable: visible, tooLargeToSort: [] };
  return {
    sortable: visible.filter(isIndexed),
    tooLargeToSort: visible.filter((field) => !isIndexed(field)),
  };
}

const candidates = new WeakMap<Listing, readonly FieldInfo[]>();

/**
 * The columns that a user with all permissions could sort by. Cached, because most listings are compiled once and used for every
 * page.
 */
function sortCandidates(listing: Listing): readonly FieldInfo[] {
  let fields = candidates.get(listing);
  if (fields === undefined) {
    const { model, columns, computed = [], order } = listing;
    fields = [...new Set([...columns, ...computed, ...order.map(({ field }) => field), ...model.key])].filter(
      isSortable,
    );
    candidates.set(listing, fields);
  }
  return fields;
}

export function tooManySorts(sorts: readonly Sort[]): boolean {
  return sorts.length > MAX_SORTS;
}

/**
 * Whether a field can be sorted by. Long strings are excluded, because the cursor in the URL contains the value at the page's
 * boundary.
 */
export function isSortable(field: FieldInfo): boolean {
  return field.column !== '' && field.type.sortable && !field.multiline;
}

/** Whether an ordinary index begins with this column. */
export function isIndexed(field: FieldInfo): boolean {
  const { model } = field;
  const leads = (fields: readonly FieldInfo[]) => fields[0] === field;
  return (
    field.index === true ||
    // An index on lower(…) does not sort the column itself.
    (field.unique && field.type.uniqueAs === undefined) ||
    leads(model.key) ||
    model.unique.some(leads) ||
    model.indexes.some((parts) => parts[0]?.field === field)
  );
}

/** The model's key, ascending, which is the order of a list that declares none. */
export function keyOrder(model: ModelInfo): readonly Sort[] {
  return model.key.map((field) => ({ field, descending: false }));
}

function isUniqueKey(field: FieldInfo): boolean {
  const isKey = field.model.key.length === 1 && field.model.key[0] === field;
  const { managed, readOnly } = field.model;
  // Fields of an unmanaged table that are declared unique may not be; `doctor` checks only the key.
  if (!managed) return isKey && !readOnly;
  return isKey || (field.unique && !mayBeNull(field));
}
