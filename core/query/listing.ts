import { didYouMean } from '../model/nearest.ts';
import type { FieldInfo, ModelInfo } from '../model/registry.ts';
import type { BootProblem } from '../problem.ts';
import { isSortable, keyOrder } from './order.ts';
import type { Listing, SearchField, Sort } from './types.ts';

/** A list as somebody wrote it down, in names. */
export interface ListingNames {
  readonly list?: readonly string[] | undefined;
  readonly filters?: readonly string[] | undefined;
  /** `name` of the model itself, `airport.name` of the row that a relation points to. */
  readonly search?: readonly string[] | undefined;
  /** `-name` is descending. */
  readonly order?: readonly string[] | undefined;
  /** Rows a page. @defaultValue 50 */
  readonly size?: number | undefined;
  /** Columns beside these are worked out from the whole row. */
  readonly computed?: boolean | undefined;
}
export interface CompiledListing {
  readonly listing: Listing;
  /** What is wrong with the names; the listing does without them. */
  readonly problems: readonly BootProblem[];
}

const SIZE = 50;
const MOST_ROWS = 200;
const FIRST_FIELDS = 5;

/**
 * Compiles names of columns, filters and the like into a listing, once per model, at boot. It throws nothing: all problems are
 * reported together.
 *
 * @example
 * const { listing, problems } = compileListing(model, { list: ['name', 'status'], filters: ['status'], order: ['-createdAt'] });
 */
export function compileListing(model: ModelInfo, names: ListingNames): CompiledListing {
  const told = new Told(model);
  const size = names.size ?? SIZE;
  const fits = Number.isInteger(size) && size >= 1 && size <= MOST_ROWS;
  if (!fits) told.say('size', `${size} rows a page; it takes a whole number from 1 to ${MOST_ROWS}.`);
  const order = (names.order ?? []).flatMap((name) => sort(told, name) ?? []);
  const listing: Listing = {
    model,
    columns: (names.list ?? defaultColumns(model)).flatMap((name) => told.field('list', name) ?? []),
    filters: (names.filters ?? []).flatMap((name) => filter(told, name) ?? []),
    search: (names.search ?? []).flatMap((name) => searched(told, name) ?? []),
    order: order.length === 0 ? keyOrder(model) : order,
    size: fits ? size : SIZE,
    wholeRow: names.computed ?? false,
  };
  return { listing, problems: told.problems };
}

/** Looks names up and keeps what was wrong with them. */
class Told {
  readonly model: ModelInfo;
  readonly problems: BootProblem[] = [];

  constructor(model: ModelInfo) {
    this.model = model;
  }

  say(option: string, problem: string): void {
    this.problems.push({ where: `admin of ${this.model.name}: ${option}`, problem });
  }

  field(option: string, name: string, model = this.model): FieldInfo | undefined {
    const field = model.fields.get(name);
    if (field === undefined) {
      this.say(option, `${model.name} has no field "${name}".${didYouMean(name, model.fields.keys())}`);
    }
    return field;
  }
}

/** The label's fields and the first few others. */
function defaultColumns(model: ModelInfo): readonly string[] {
  const others = model.stored.filter((field) => !model.label.includes(field) && field.kind !== 'identity');
  return [...model.label, ...others.slice(0, FIRST_FIELDS)].map((field) => field.name);
}

function filter(told: Told, name: string): FieldInfo | undefined {
  const field = told.field('filters', name);
  if (field?.spec.filter !== 'none') return field;
  told.say('filters', `"${name}" is a ${field.kind}, which no filter is made for.`);
  return undefined;
}

function searched(told: Told, name: string): SearchField | undefined {
  const [first = '', second, ...rest] = name.split('.');
  const own = told.field('search', first);
  if (own === undefined) return undefined;
  if (second !== undefined && (own.kind !== 'belongsTo' || own.target === undefined || rest.length > 0)) {
    told.say('search', `"${name}": only one dot can stand in it, after a relation that this row holds.`);
    return undefined;
  }
  const field = second === undefined ? own : told.field('search', second, own.target);
  if (field === undefined) return undefined;
  if (!field.spec.searchable) {
    told.say('search', `"${name}" is a ${field.kind}; words are looked for in text and its like, choices and uuids.`);
    return undefined;
  }
  return { via: second === undefined ? undefined : own, field };
}

function sort(told: Told, name: string): Sort | undefined {
  const descending = name.startsWith('-');
  const field = told.field('order', descending ? name.slice(1) : name);
  if (field === undefined) return undefined;
  if (isSortable(field)) return { field, descending };
  told.say(
    'order',
    `"${field.name}" cannot be sorted by: it is ${field.multiline ? 'a long text' : `a ${field.kind}`}.`,
  );
  return undefined;
}
