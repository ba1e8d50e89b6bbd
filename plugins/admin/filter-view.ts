import type { App } from '../../core/app.ts';
import { distinctTexts } from '../../core/model/distinct-labels.ts';
import type { DbRow, FieldInfo } from '../../core/model/field-type.ts';
import { truncate } from '../../core/model/plain-text.ts';
import type { ListQuery } from '../../core/query/list-query.ts';
import { NO_VALUE, SOME_VALUE } from '../../core/query/parse-filter.ts';
import type { ListQueryProblem } from '../../core/query/parse-list-query.ts';
import type { Filter, Offered } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { relationLabel } from '../../core/sql/aliases.ts';
import { choiceLabel, fieldLabel } from '../../core/view/model-names.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import type { FilterChoice } from './extension-points.ts';

/** One filter of the toolbar, formatted for the view; its inputs are named as in the URL. */
export interface FilterView {
  readonly name: string;
  readonly label: string;
  readonly shape: 'values' | 'boolean' | 'range' | 'relation' | 'typed' | 'presence';
  readonly active: boolean;
  readonly values: readonly { readonly value: string; readonly label: string; readonly checked: boolean }[];
  readonly from: string;
  readonly to: string;
  readonly input: string;
  readonly optionsUrl: string;
  readonly chosen: readonly { readonly value: string; readonly label: string }[];
  /** Why the value entered could not be read; the list is then shown without this filter. */
  readonly error?: string;
  /** Only the first filter with an error is open: opening one closes the others. */
  readonly open: boolean;
  readonly entered?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/filter': { readonly filter: FilterView };
  }
}

/** Max length of an unreadable value quoted in the error message. */
const MAX_ENTERED = 200;

/** Labels of the rows referenced by relation filters; queried once per page. */
export type RelationLabels = ReadonlyMap<FieldInfo, ReadonlyMap<string, string>>;

/** The selected values and their labels. */
export interface Chosen {
  readonly query: ListQuery;
  readonly labels: RelationLabels;
  /** The choices of filters added by plugins. */
  readonly choices: ReadonlyMap<FieldInfo, readonly FilterChoice[]>;
}

/** Labels found in the rows of the page are reused; the others are queried. */
export async function relationLabels(
  ctx: Context,
  app: App,
  { filters }: ListQuery,
  rows: readonly DbRow[],
): Promise<RelationLabels> {
  const labels = new Map<FieldInfo, ReadonlyMap<string, string>>();
  for (const filter of filters) {
    const { field } = filter;
    if (!field.target) continue;
    const onPage = labelsIn(rows, field);
    const keys = valuesOf([filter]).filter((key) => key !== NO_VALUE);
    const missing = keys.filter((key) => !onPage.has(key));
    const queried =
      missing.length === 0 ? new Map<string, string>() : await app.records.labels(ctx.state.actor, field, missing);
    const texts = keys.map((key): [string, string] => [key, onPage.get(key) ?? queried.get(key) ?? key]);
    labels.set(field, distinctTexts(new Map(texts)));
  }
  return labels;
}

function labelsIn(rows: readonly DbRow[], field: FieldInfo): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const row of rows) {
    const key = row[field.name];
    const label = row[relationLabel(field.name)];
    if (key !== null && key !== undefined && typeof label === 'string') labels.set(String(key), label);
  }
  return labels;
}

export function filterViews(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  { filters, conditions }: Offered,
  chosen: Chosen,
  problems: readonly ListQueryProblem[] = [],
): readonly FilterView[] {
  const withError = (view: FilterView): FilterView => {
    const names = ['', '.from', '.to'].map((end) => `f.${view.name}${end}`);
    const unreadable = names.filter((own) => problems.some((each) => each.name === own));
    if (unreadable.length === 0) return view;
    const entered = unreadable.map((own) => chosen.query.entered(own)).filter((text) => text !== '');
    const values = [...new Set(entered)].join(', ').slice(0, MAX_ENTERED);
    const error = ctx.state.t(`admin.filter.unreadable.${expectedValue(view)}`, { values });
    return { ...view, error, entered: entered[0] ?? '' };
  };
  const ofFields = filters.flatMap((field) => {
    const { filter: shape } = field.type;
    return shape === 'none' ? [] : [filterView(ctx, app, admin, field, shape, chosen)];
  });
  const views = [...ofFields, ...conditions.map(({ field }) => addedFilterView(ctx, field, chosen))].map(withError);
  const first = views.find(({ error }) => error !== undefined);
  return views.map((view) => (view === first ? { ...view, open: true } : view));
}

/** The expected kind of value, which selects the error message. */
function expectedValue({ shape, input }: FilterView): 'number' | 'date' | 'time' | 'choice' | 'value' {
  if (shape === 'typed') return 'value';
  if (shape !== 'range') return 'choice';
  return input === 'number' || input === 'date' || input === 'time' ? input : 'value';
}

function addedFilterView(ctx: Context, field: FieldInfo, { query, choices }: Chosen): FilterView {
  const { t } = ctx.state;
  const values = valuesOf(query.filters.filter((filter) => filter.field === field));
  return {
    name: field.name,
    label: t(field.label),
    shape: 'values',
    open: false,
    active: values.length > 0,
    values: [...choiceLabels(ctx, choices.get(field) ?? [])].map(([value, label]) => ({
      value,
      label,
      checked: values.includes(value),
    })),
    from: '',
    to: '',
    input: 'text',
    optionsUrl: '',
    chosen: [],
  };
}

function filterView(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  field: FieldInfo,
  shape: FilterView['shape'],
  { query, labels }: Chosen,
): FilterView {
  const active = query.filters.filter((filter) => filter.field === field);
  const values = valuesOf(active);
  const mayBeEmpty = field.nullable || field.typeName === 'manyToMany' || field.item !== undefined;
  const emptyOption: readonly (readonly [string, string])[] = mayBeEmpty
    ? [[NO_VALUE, ctx.state.t('admin.filter.none')]]
    : [];
  const hasBoxes = shape === 'values' || shape === 'boolean' || shape === 'presence';
  const available = hasBoxes ? [...valueLabels(ctx, field), ...emptyOption] : emptyOption;
  const rowLabels = labels.get(field);
  return {
    name: field.name,
    label: fieldLabel(ctx.state.t, field),
    shape,
    open: false,
    active: active.length > 0,
    values: available.map(([value, label]) => ({ value, label, checked: values.includes(value) })),
    from: query.entered(`f.${field.name}.from`),
    to: query.entered(`f.${field.name}.to`),
    input: INPUTS[field.typeName] ?? 'text',
    optionsUrl: app.urls.to(`/${admin.model.slug}/+options/${field.name}`),
    chosen:
      field.target || shape === 'typed'
        ? values.filter((key) => key !== NO_VALUE).map((key) => ({ value: key, label: rowLabels?.get(key) ?? key }))
        : [],
  };
}

/** Input types. Timestamps are filtered by day. */
const INPUTS: Readonly<Record<string, string>> = {
  date: 'date',
  timestamp: 'date',
  localDateTime: 'date',
  time: 'time',
  integer: 'number',
  bigint: 'number',
  decimal: 'number',
  money: 'number',
  identity: 'number',
};

export interface ChipView {
  readonly label: string;
  readonly removeUrl: string;
}

/** The active filters, each with the URL of the list without it. */
export function chipViews(
  ctx: Context,
  { query, labels, choices }: Chosen,
  to: (query: string) => string,
): readonly ChipView[] {
  const { t } = ctx.state;
  const chips: ChipView[] = [];
  if (query.q !== '')
    chips.push({
      label: t('admin.filter.words', { words: truncate(query.q, 80) }),
      removeUrl: to(query.toQueryString({ q: '' })),
    });
  for (const filter of query.filters) {
    const { field } = filter;
    if (filter.is === 'range') {
      const words = {
        label: fieldLabel(t, field),
        from: query.entered(`f.${field.name}.from`),
        to: query.entered(`f.${field.name}.to`),
      };
      const key =
        words.from === '' ? 'admin.filter.to' : words.to === '' ? 'admin.filter.from' : 'admin.filter.between';
      chips.push({ label: t(key, words), removeUrl: to(query.toQueryString({ without: field })) });
      continue;
    }
    const added = choices.get(field);
    const named = added ? choiceLabels(ctx, added) : (labels.get(field) ?? valueLabels(ctx, field));
    const name = filter.is === 'condition' ? t(field.label) : fieldLabel(t, field);
    for (const value of valuesOf([filter])) {
      const text = value === NO_VALUE ? t('admin.filter.none') : (named.get(value) ?? value);
      chips.push({
        label: t('admin.filter.is', { label: name, value: text }),
        removeUrl: to(query.toQueryString({ without: field, value })),
      });
    }
  }
  return chips;
}

function valuesOf(filters: readonly Filter[]): readonly string[] {
  return filters.flatMap((filter) => {
    if (filter.is === 'present') return [SOME_VALUE];
    if (filter.is === 'condition') return filter.values;
    return filter.is === 'oneOf' ? filter.values.map((value) => value ?? NO_VALUE) : [];
  });
}

function choiceLabels({ state: { t } }: Context, choices: readonly FilterChoice[]): ReadonlyMap<string, string> {
  return distinctTexts(new Map(choices.map(({ value, label }) => [value, t(label)])));
}

function valueLabels(ctx: Context, field: FieldInfo): ReadonlyMap<string, string> {
  const { t } = ctx.state;
  if (field.type.filter === 'presence') return new Map([[SOME_VALUE, t('admin.filter.some')]]);
  if (field.typeName === 'boolean')
    return new Map([
      ['true', t('value.yes')],
      ['false', t('value.no')],
    ]);
  return new Map(field.values.map((value) => [value, choiceLabel(t, field, value)]));
}
