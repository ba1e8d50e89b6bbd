import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import type { Formatter } from '../../core/model/kind.ts';
import { didYouMean } from '../../core/model/nearest.ts';
import type { FieldInfo, ModelInfo } from '../../core/model/registry.ts';
import type { BootProblem } from '../../core/problem.ts';
import { computedField, conditionField } from '../../core/query/computed-field.ts';
import { compileListing } from '../../core/query/listing.ts';
import type { Listing } from '../../core/query/types.ts';
import { createShow } from '../../core/view/show.ts';
import type { Computed, ModelAdmin } from './define-admin.ts';
import type { ListColumn, ListFilter } from './extension-points.ts';
import { itemProblems, itemsFor } from './items-for.ts';

/** A column or fact that is worked out from a row. */
export interface ComputedColumn extends Computed<Readonly<Record<string, unknown>>> {
  readonly name: string;
}
/** What stands in a list or section: a field, or something worked out. */
export type Shown = { readonly field: FieldInfo } | { readonly computed: ComputedColumn };

/** A column that a plugin adds: computed in the list's statement, or loaded for each page. */
export interface AddedColumn {
  readonly item: ListColumn;
  /** Undefined for a loaded one. */
  readonly field: FieldInfo | undefined;
}
/** A filter that a plugin adds, with the field that stands for it in the listing. */
export interface AddedFilter {
  readonly item: ListFilter;
  readonly field: FieldInfo;
}

/** How the admin shows one model, after the boot. */
export interface Site {
  readonly model: ModelInfo;
  readonly group: string;
  readonly columns: readonly Shown[];
  readonly listing: Listing;
  readonly sections: readonly { readonly title: string; readonly shown: readonly Shown[] }[];
  readonly readOnly: ReadonlySet<string>;
  readonly addedColumns: readonly AddedColumn[];
  readonly addedFilters: readonly AddedFilter[];
}

export interface Sites {
  readonly all: readonly Site[];
  readonly problems: readonly BootProblem[];
  of(model: ModelInfo): Site | undefined;
  /** How values are shown to this reader, with links to the records that he may open; `whole`: as on a record's own page, where nothing is cut. */
  show(ctx: Context, extent?: 'whole'): Formatter;
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

const byApp = new WeakMap<App, Sites>();

/** The sites of an application; worked out once. */
export function sitesOf(app: App): Sites {
  let sites = byApp.get(app);
  if (!sites) {
    sites = buildSites(app);
    byApp.set(app, sites);
  }
  return sites;
}

/** The site of the model in the address; a model that the admin does not show has no pages. */
export function siteOf(ctx: Context, app: App): Site {
  const site = ctx.state.model && sitesOf(app).of(ctx.state.model);
  if (!site) throw notFound();
  return site;
}

function buildSites(app: App): Sites {
  const problems: BootProblem[] = [...itemProblems(app)];
  const byName = new Map<string, Site>();
  const owners = new Map<string, string>();
  // The project comes first, since its declaration for a model wins over those of plugins.
  for (const { owner, admin } of declaredAdmins(app)) {
    const model = app.models.byName(admin.model.modelName);
    const where = `admin of ${admin.model.modelName}${owner === 'project' ? '' : ` by the plugin ${owner}`}`;
    const other = owners.get(admin.model.modelName);
    if (model?.model !== admin.model) {
      const problem =
        owner === 'project'
          ? 'the model is not in `models` of the config.'
          : 'the model is not part of the application.';
      problems.push({ where, problem });
    } else if (other === 'project' && owner !== 'project') {
      // It is replaced.
    } else if (other !== undefined) {
      problems.push({
        where,
        problem: other === owner ? 'the model has an admin already.' : `the model has an admin by the plugin ${other}.`,
      });
    } else {
      owners.set(model.name, owner);
      if (admin.options.hidden === true) continue;
      const found: BootProblem[] = [];
      byName.set(model.name, buildSite(app, model, admin, found));
      const by = owner === 'project' ? '' : `plugin ${owner}: `;
      problems.push(...found.map((each) => ({ ...each, where: by + each.where })));
    }
  }
  // Tables of plugins are shown as they are; a project says itself which of its own models have pages.
  for (const model of app.models.all) {
    if (model.owner !== 'project' && !owners.has(model.name)) {
      byName.set(model.name, buildSite(app, model, { model: model.model, options: {} }, problems));
    }
  }
  for (const { model } of byName.values()) problems.push(...widgetProblems(app, model));
  const shows = new Map<string, Formatter>();
  // Labels of these are read by people who may not open the records: by them they pick.
  const picked = [...byName.values()].map(({ model }) => model).filter((model) => model.pick === 'everybody');
  return {
    all: [...byName.values()],
    problems,
    of: (model) => byName.get(model.name),
    show(ctx, extent) {
      const { actor, locale, timeZone, t } = ctx.state;
      const closed = picked.filter((model) => !app.policy.may(actor, 'view', model)).map(({ name }) => name);
      const key = `${locale} ${timeZone} ${extent} ${closed.join(' ')}`;
      let show = shows.get(key);
      if (!show) {
        const made = createShow(locale, timeZone, t, (name, record) => {
          const site = closed.includes(name) ? undefined : byName.get(name);
          return site && app.urls.record(site.model, record);
        });
        show = extent === 'whole' ? { ...made, whole: true } : made;
        shows.set(key, show);
      }
      return show;
    },
  };
}

function declaredAdmins(app: App): readonly { readonly owner: string; readonly admin: ModelAdmin }[] {
  return [
    ...app.options('admin').admins.map((admin) => ({ owner: 'project', admin })),
    ...app.plugins.flatMap(({ name, admins = [] }) =>
      admins.map(({ model, options }) => ({ owner: name, admin: { model, options } })),
    ),
  ];
}

function buildSite(app: App, model: ModelInfo, { options }: ModelAdmin, problems: BootProblem[]): Site {
  const computed = new Map<string, ComputedColumn>();
  for (const [name, column] of Object.entries(options.computed ?? {})) {
    if (model.fields.has(name)) {
      problems.push({ where: `admin of ${model.name}: computed`, problem: `"${name}" hides the field of that name.` });
    }
    // Its row type was checked by defineAdmin; here every row is a record.
    computed.set(name, { name, ...column } as ComputedColumn);
  }
  const shownOf = (names: readonly string[]): readonly Shown[] =>
    names.flatMap((name): readonly Shown[] => {
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
  const sections = sectionsOf(model, options.fieldsets ?? [], computed, problems);
  return {
    model,
    group: options.group ?? (model.owner === 'project' ? '' : 'layout.group.system'),
    columns: shownOf(list),
    listing: compiled.listing,
    sections: sections.map(({ title, fields }) => ({ title, shown: shownOf(fields) })),
    readOnly: new Set(options.readOnly ?? []),
    addedColumns: itemsFor(app, model)['list.columns'].map((item) => ({ item, field: columnField(model, item) })),
    addedFilters: itemsFor(app, model)['list.filters'].map((item) => ({ item, field: conditionField(model, item) })),
  };
}

/** A control that does not exist would fail every form of the model. */
function widgetProblems({ views }: App, model: ModelInfo): readonly BootProblem[] {
  return [...model.fields.values()].flatMap((field): readonly BootProblem[] => {
    const widget = field.spec.widget(field);
    const view = widget.includes('/') ? widget : `admin/fields/${widget}`;
    if (views.names.includes(view)) return [];
    const where = `model ${model.name}: fields.${field.name}`;
    return [
      { where, problem: `its control is the view "${view}", which does not exist.${didYouMean(view, views.names)}` },
    ];
  });
}

function columnField(model: ModelInfo, { name, label, align, sql: source }: ListColumn): FieldInfo | undefined {
  if (source === undefined) return undefined;
  const { type, sortable = false } = source;
  const field = computedField(model, { name, label, type, expression: source.expression(model), sortable });
  return align === undefined ? field : { ...field, spec: { ...field.spec, align } };
}

/** What only types have looked at so far: the names of the options themselves, and fields that forms shall not write. */
function optionProblems(model: ModelInfo, options: ModelAdmin['options']): readonly BootProblem[] {
  const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name));
  const notFields = (options.readOnly ?? []).filter((name) => !model.fields.has(name));
  return [
    ...unknown.map((name) => ({
      where: `admin of ${model.name}`,
      problem: `there is no option "${name}".${didYouMean(name, OPTIONS)}`,
    })),
    ...notFields.map((name) => ({
      where: `admin of ${model.name}: readOnly`,
      problem: `${model.name} has no field "${name}".${didYouMean(name, model.fields.keys())}`,
    })),
  ];
}

function defaultList(model: ModelInfo): readonly string[] {
  const label = model.label.map((field) => field.name);
  const others = model.stored.filter(
    (field) => !label.includes(field.name) && !field.multiline && field.kind !== 'json' && field.kind !== 'bytes',
  );
  const plain = others.filter((field) => field.kind !== 'identity').slice(0, 5);
  return [...label, ...plain.map((field) => field.name)];
}

/** The sections as they were written, and a last one with every field that stands in none. */
function sectionsOf(
  model: ModelInfo,
  fieldsets: readonly { readonly title: string; readonly fields: readonly string[] }[],
  computed: ReadonlyMap<string, ComputedColumn>,
  problems: BootProblem[],
): readonly { title: string; fields: readonly string[] }[] {
  const where = `admin of ${model.name}: fieldsets`;
  const named = new Set<string>();
  for (const name of fieldsets.flatMap(({ fields }) => fields)) {
    if (named.has(name)) problems.push({ where, problem: `"${name}" stands in two places.` });
    if (!model.fields.has(name) && !computed.has(name)) {
      const known = [...model.fields.keys(), ...computed.keys()];
      problems.push({ where, problem: `${model.name} has no field "${name}".${didYouMean(name, known)}` });
    }
    named.add(name);
  }
  const rest = [...model.fields.values()].filter((field) => !named.has(field.name) && field.kind !== 'identity');
  const restNames = rest.map((field) => field.name);
  const title = fieldsets.length === 0 ? '' : 'admin.section.other';
  return restNames.length === 0 ? fieldsets : [...fieldsets, { title, fields: restNames }];
}
