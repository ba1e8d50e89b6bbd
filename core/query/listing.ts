import { didYouMean } from '../base/nearest.ts';
import type { BootProblem } from '../errors/boot.ts';
import type { FieldInfo, ModelInfo } from '../model/field-type.ts';
import { isSortable, keyOrder, sortableFields } from './order.ts';
import type { Reader } from './reader.ts';
import { searchableFields } from './search.ts';
import type { Listing, Offered, SearchField, Sort } from './types.ts';

/** The names of a list's columns, filters and so on. */
export interface ListingNames {
  readonly list?: readonly string[] | undefined;
  readonly filters?: readonly string[] | undefined;
  /** `name` of the model itself, `airport.name` of the row that a relation references. */
  readonly search?: readonly string[] | undefined;
  /** `-name` is descending. */
  readonly order?: readonly string[] | undefined;
  /** Rows per page. @defaultValue 50 */
  readonly size?: number | undefined;
  /** Whether further columns are computed from the whole row. */
  readonly computed?: boolean | undefined;
}
export interface CompiledListing {
  readonly listing: Listing;
  /** Problems with invalid names, which the listing omits. */
  readonly problems: readonly BootProblem[];
}

const SIZE = 50;
const MAX_ROWS = 200;
const FIRST_FIELDS = 5;

/**
 * Compiles names of columns, filters and the like into a listing, once per model, at startup. It never throws: all problems are
 * reported together.
 *
 * @example
 * const { listing, problems } = compileListing(model, { list: ['name', 'status'], filters: ['status'], order: ['-createdAt'] });
 */
export function compileListing(model: ModelInfo, names: ListingNames): CompiledListing {
  const problems = new ListingProblems(model);
  const size = names.size ?? SIZE;
  const isValidSize = Number.isInteger(size) && size >= 1 && size <= MAX_ROWS;
  if (!isValidSize) problems.add('size', `${size} rows per page; use a whole number from 1 to ${MAX_ROWS}.`);
  const order = (names.order ?? []).flatMap((name) => parseSort(problems, name) ?? []);
  const listing: Listing = {
    model,
    columns: (names.list ?? defaultColumns(model)).flatMap((name) => problems.field('list', name) ?? []),
    filters: (names.filters ?? []).flatMap((name) => parseFilter(problems, name) ?? []),
    search: (names.search ?? []).flatMap((name) => parseSearchField(problems, name) ?? []),
    order: order.length === 0 ? keyOrder(model) : order,
    size: isValidSize ? size : SIZE,
    wholeRow: names.computed ?? false,
  };
  return { listing, problems: problems.list };
}

/** Looks up names and collects the invalid ones. */
class ListingProblems {
  readonly model: ModelInfo;
  readonly list: BootProblem[] = [];

  constructor(model: ModelInfo) {
    this.model = model;
  }

  add(option: string, problem: string): void {
    this.list.push({ where: `admin of ${this.model.name}: ${option}`, problem });
  }

  field(option: string, name: string, model = this.model): FieldInfo | undefined {
    const field = model.fields.get(name);
    if (field === undefined) {
      this.add(option, `The model ${model.name} has no field "${name}".${didYouMean(name, model.fields.keys())}`);
    }
    return field;
  }
}

/** The label's fields and the first few others. */
function defaultColumns(model: ModelInfo): readonly string[] {
  const others = model.stored.filter((field) => !model.label.includes(field) && field.typeName !== 'identity');
  return [...model.label, ...others.slice(0, FIRST_FIELDS)].map((field) => field.name);
}

function parseFilter(problems: ListingProblems, name: string): FieldInfo | undefined {
  const field = problems.field('filters', name);
  if (field?.type.filter !== 'none') return field;
  problems.add('filters', `"${name}" is a ${field.typeName} field, which cannot be filtered.`);
  return undefined;
}

function parseSearchField(problems: ListingProblems, name: string): SearchField | undefined {
  const [first = '', second, ...rest] = name.split('.');
  const ownField = problems.field('search', first);
  if (ownField === undefined) return undefined;
  if (second !== undefined && (ownField.typeName !== 'belongsTo' || ownField.target === undefined || rest.length > 0)) {
    problems.add('search', `"${name}": use at most one dot, after a belongsTo field of this model.`);
    return undefined;
  }
  const field = second === undefined ? ownField : problems.field('search', second, ownField.target);
  if (field === undefined) return undefined;
  if (!field.type.searchable) {
    problems.add(
      'search',
      `"${name}" is a ${field.typeName} field; only text, choice and uuid fields can be searched.`,
    );
    return undefined;
  }
  return { via: second === undefined ? undefined : ownField, field };
}

function parseSort(problems: ListingProblems, name: string): Sort | undefined {
  const descending = name.startsWith('-');
  const field = problems.field('order', descending ? name.slice(1) : name);
  if (field === undefined) return undefined;
  if (isSortable(field)) return { field, descending };
  problems.add(
    'order',
    `"${field.name}" cannot be sorted by: it is ${field.multiline ? 'a long text' : `a ${field.typeName}`}.`,
  );
  return undefined;
}

/**
 * The part of a listing that this user may use, without fields that they cannot view and without sorting a large table that has no
 * index for it. `estimate`: the estimated number of rows in the table.
 */
export function permittedPart(reader: Reader, listing: Listing, estimate: number): Offered {
  const { computed = [] } = listing;
  const columns = computed.length === 0 ? listing.columns : [...listing.columns, ...computed];
  return {
    columns: columns.filter((field) => reader.sees(field)),
    conditions: reader.mayView(listing.model) ? (listing.conditions ?? []) : [],
    filters: listing.filters.filter((field) => reader.sees(field)),
    ...sortableFields(reader, listing, estimate),
    search: searchableFields(reader, listing.search),
  };
}
