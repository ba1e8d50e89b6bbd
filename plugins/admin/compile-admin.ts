import type { App } from '../../core/app.ts';
import { didYouMean } from '../../core/base/nearest.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/field-type.ts';
import { computedField, conditionField } from '../../core/query/computed-field.ts';
import { compileListing } from '../../core/query/listing.ts';
import type { Listing } from '../../core/query/types.ts';
import type { Computed, ModelAdmin } from './define-admin.ts';
import type { ListColumn, ListFilter } from './extension-points.ts';
import { itemsFor } from './items-for.ts';

/** A column that is computed from a row. */
export interface ComputedColumn extends Computed<Readonly<Record<string, unknown>>> {
  readonly name: string;
}
/** An item of a list or fieldset: a field or a computed column. */
export type DisplayField = { readonly field: FieldInfo } | { readonly computed: ComputedColumn };

/** A column that a plugin adds: either computed in SQL or loaded for each page. */
export interface AddedColumn {
  readonly item: ListColumn;
  /** Undefined for loaded columns. */
  readonly field: FieldInfo | undefined;
}
/** A filter that a plugin adds, and the field that represents it in the listing. */
export interface AddedFilter {
  readonly item: ListFilter;
  readonly field: FieldInfo;
}

/** A `ModelAdmin`, compiled at startup. */
export interface CompiledAdmin {
  readonly model: ModelInfo;
  readonly group: string;
  readonly columns: readonly DisplayField[];
  readonly listing: Listing;
  readonly sections: readonly { readonly title: string; readonly items: readonly DisplayField[] }[];
  readonly readOnly: ReadonlySet<string>;
  readonly addedColumns: readonly AddedColumn[];
  readonly addedFilters: readonly AddedFilter[];
}

const OPTIONS: readonly string[] = [
  'computed',
  'list',
  'filters',
  'search',
  'order',
  'size',
  'fieldsets',
  'readOnly',
  'group',
  'hidden',
] satisfies readonly (keyof ModelAdmin['options'])[];

/** Compiles the declaration for a model; problems are added to `problems`. */
export function compileAdmin(
  app: App,
  model: ModelInfo,
  { options }: ModelAdmin,
  problems: BootProblem[],
): CompiledAdmin {
  const computed = new Map<string, ComputedColumn>();
  for (const [name, column] of Object.entries(options.computed ?? {})) {
    if (model.fields.has(name)) {
      problems.push({ where: `admin of ${model.name}: computed`, problem: `"${name}" has the same name as a field.` });
    }
    // defineAdmin has checked the row type; from here on every row is an untyped record.
    computed.set(name, { name, ...column } as ComputedColumn);
  }
  const compileItems = (names: readonly string[]): readonly DisplayField[] =>
    names.flatMap((name): readonly DisplayField[] => {
      const field = model.fields.get(name);
      if (field) return [{ field }];
      const column = computed.get(name);
      return column ? [{ computed: column }] : [];
    });
  const list = options.list ?? defaultList(model);
  const { filters, search, order, size } = options;
  const fields = list.filter((name) => !computed.has(name));
  const compiled = compileListing(model, {
    list: fields,
    computed: fields.length < list.length,
    filters,
    search,
    order,
    size,
  });
  problems.push(...compiled.problems);
  problems.push(...optionProblems(model, options));
  const sections = compileSections(model, options.fieldsets ?? [], computed, problems);
  return {
    model,
    group: options.group ?? (model.owner === 'project' ? '' : 'layout.group.system'),
    columns: compileItems(list),
    listing: compiled.listing,
    sections: sections.map(({ title, fields }) => ({ title, items: compileItems(fields) })),
    readOnly: new Set(options.readOnly ?? []),
    addedColumns: itemsFor(app, model)['list.columns'].map((item) => ({ item, field: columnField(model, item) })),
    addedFilters: itemsFor(app, model)['list.filters'].map((item) => ({ item, field: conditionField(model, item) })),
  };
}

/** Reports fields whose control has no view: it would break every form of the model. */
export function widgetProblems({ views }: App, model: ModelInfo): readonly BootProblem[] {
  return [...model.fields.values()].flatMap((field): readonly BootProblem[] => {
    const widget = field.type.widget(field);
    const view = widget.includes('/') ? widget : `admin/fields/${widget}`;
    if (views.names.includes(view)) return [];
    const where = `model ${model.name}: fields.${field.name}`;
    return [
      { where, problem: `Its control is the view "${view}", which does not exist.${didYouMean(view, views.names)}` },
    ];
  });
}

function columnField(model: ModelInfo, { name, label, align, sql: source }: ListColumn): FieldInfo | undefined {
  if (source === undefined) return undefined;
  const { type, sortable = false } = source;
  const field = computedField(model, { name, label, type, expression: source.expression(model), sortable });
  return align === undefined ? field : { ...field, type: { ...field.type, align } };
}

/** Checks what so far only types have checked: field names in the options, and fields that forms must not write. */
function optionProblems(model: ModelInfo, options: ModelAdmin['options']): readonly BootProblem[] {
  const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name));
  const notFields = (options.readOnly ?? []).filter((name) => !model.fields.has(name));
  return [
    ...unknown.map((name) => ({
      where: `admin of ${model.name}`,
      problem: `There is no option "${name}".${didYouMean(name, OPTIONS)}`,
    })),
    ...notFields.map((name) => ({
      where: `admin of ${model.name}: readOnly`,
      problem: `The model ${model.name} has no field "${name}".${didYouMean(name, model.fields.keys())}`,
    })),
  ];
}

function defaultList(model: ModelInfo): readonly string[] {
  const label = model.label.map((field) => field.name);
  const others = model.stored.filter(
    (field) =>
      !label.includes(field.name) && !field.multiline && field.typeName !== 'json' && field.typeName !== 'bytes',
  );
  const plain = others.filter((field) => field.typeName !== 'identity').slice(0, 5);
  return [...label, ...plain.map((field) => field.name)];
}

/** The declared sections, followed by a section with all other fields. */
function compileSections(
  model: ModelInfo,
  fieldsets: readonly { readonly title: string; readonly fields: readonly string[] }[],
  computed: ReadonlyMap<string, ComputedColumn>,
  problems: BootProblem[],
): readonly { title: string; fields: readonly string[] }[] {
  const where = `admin of ${model.name}: fieldsets`;
  const listed = new Set<string>();
  for (const name of fieldsets.flatMap(({ fields }) => fields)) {
    if (listed.has(name)) problems.push({ where, problem: `"${name}" is listed twice.` });
    if (!model.fields.has(name) && !computed.has(name)) {
      const available = [...model.fields.keys(), ...computed.keys()];
      problems.push({
        where,
        problem: `The model ${model.name} has no field "${name}".${didYouMean(name, available)}`,
      });
    }
    listed.add(name);
  }
  const rest = [...model.fields.values()].filter((field) => !listed.has(field.name) && field.typeName !== 'identity');
  const restNames = rest.map((field) => field.name);
  const name = rest.every(({ typeName }) => typeName === 'timestamp') ? 'timestamps' : 'other';
  const title = fieldsets.length === 0 ? '' : `admin.section.${name}`;
  return restNames.length === 0 ? fieldsets : [...fieldsets, { title, fields: restNames }];
}
