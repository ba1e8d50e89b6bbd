import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { DbRow } from '../../core/model/kind.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import { relationLabel } from '../../core/query/aliases.ts';
import { askAddress } from '../../core/query/ask-address.ts';
import type { Offered } from '../../core/query/offered.ts';
import { NO_VALUE, SOME_VALUE } from '../../core/query/parse-filter.ts';
import type { Ask, Filter } from '../../core/query/types.ts';
import type { FilterChoice } from './extension-points.ts';
import type { Site } from './site.ts';

/** One filter of the toolbar, ready to show; its inputs are named as the address has them. */
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
}

/** Labels of the rows that relation filters name; asked for once a page. */
export type RelationLabels = ReadonlyMap<FieldInfo, ReadonlyMap<string, string>>;

/** What the reader chose, and how it is called. */
export interface Chosen {
  readonly ask: Ask;
  readonly params: URLSearchParams;
  readonly labels: RelationLabels;
  /** Of the filters that plugins add. */
  readonly choices: ReadonlyMap<FieldInfo, readonly FilterChoice[]>;
}

/** From the rows of the page where they stand there; the others are asked for. */
export async function relationLabels(
  ctx: Context,
  app: App,
  { filters }: Ask,
  rows: readonly DbRow[],
): Promise<RelationLabels> {
  const labels = new Map<FieldInfo, ReadonlyMap<string, string>>();
  for (const filter of filters) {
    const { field } = filter;
    if (!field.target) continue;
    const known = labelsIn(rows, field);
    const keys = valuesOf([filter]).filter((key) => key !== NO_VALUE && !known.has(key));
    const asked = keys.length === 0 ? [] : await app.records.labels(ctx.state.actor, field, keys);
    labels.set(field, new Map([...known, ...asked]));
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
  site: Site,
  { filters, conditions }: Offered,
  chosen: Chosen,
): readonly FilterView[] {
  const ofFields = filters.flatMap((field) => {
    const { filter: shape } = field.spec;
    return shape === 'none' ? [] : [filterView(ctx, app, site, field, shape, chosen)];
  });
  return [...ofFields, ...conditions.map(({ field }) => addedFilterView(ctx, field, chosen))];
}

function addedFilterView(ctx: Context, field: FieldInfo, { ask, choices }: Chosen): FilterView {
  const { t } = ctx.state;
  const values = valuesOf(ask.filters.filter((filter) => filter.field === field));
  return {
    name: field.name,
    label: t(field.label),
    shape: 'values',
    active: values.length > 0,
    values: (choices.get(field) ?? []).map(({ value, label }) => ({
      value,
      label: t(label),
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
  site: Site,
  field: FieldInfo,
  shape: FilterView['shape'],
  { ask, params, labels }: Chosen,
): FilterView {
  const mine = ask.filters.filter((filter) => filter.field === field);
  const values = valuesOf(mine);
  const mayBeEmpty = field.nullable || field.kind === 'manyToMany' || field.item !== undefined;
  const none: readonly (readonly [string, string])[] = mayBeEmpty ? [[NO_VALUE, ctx.state.t('admin.filter.none')]] : [];
  const ticked = shape === 'values' || shape === 'boolean' || shape === 'presence';
  const offered = ticked ? [...valueLabels(ctx, field), ...none] : none;
  const known = labels.get(field);
  return {
    name: field.name,
    label: field.label,
    shape,
    active: mine.length > 0,
    values: offered.map(([value, label]) => ({ value, label, checked: values.includes(value) })),
    from: params.get(`f.${field.name}.from`) ?? '',
    to: params.get(`f.${field.name}.to`) ?? '',
    input: INPUTS[field.kind] ?? 'text',
    optionsUrl: app.urls.to(`/${site.model.slug}/+options/${field.name}`),
    chosen:
      field.target || shape === 'typed'
        ? values.filter((key) => key !== NO_VALUE).map((key) => ({ value: key, label: known?.get(key) ?? key }))
        : [],
  };
}

/** A day is what people narrow by, also where a field holds moments. */
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

/** What a list is narrowed by, each with the address without it. */
export function chipViews(
  ctx: Context,
  { ask, params, labels, choices }: Chosen,
  to: (query: string) => string,
): readonly { label: string; removeUrl: string }[] {
  const { t } = ctx.state;
  const chips: { label: string; removeUrl: string }[] = [];
  if (ask.q !== '')
    chips.push({ label: t('admin.filter.words', { words: ask.q }), removeUrl: to(askAddress(params, { q: '' })) });
  for (const filter of ask.filters) {
    const { field } = filter;
    if (filter.is === 'range') {
      const words = {
        label: field.label,
        from: params.get(`f.${field.name}.from`) ?? '',
        to: params.get(`f.${field.name}.to`) ?? '',
      };
      const key =
        words.from === '' ? 'admin.filter.to' : words.to === '' ? 'admin.filter.from' : 'admin.filter.between';
      chips.push({ label: t(key, words), removeUrl: to(askAddress(params, { without: field })) });
      continue;
    }
    const added = choices.get(field)?.map(({ value, label }) => [value, t(label)] as const);
    const named = added ? new Map(added) : (labels.get(field) ?? valueLabels(ctx, field));
    const name = filter.is === 'condition' ? t(field.label) : field.label;
    for (const value of valuesOf([filter])) {
      const text = value === NO_VALUE ? t('admin.filter.none') : (named.get(value) ?? value);
      chips.push({
        label: t('admin.filter.is', { label: name, value: text }),
        removeUrl: to(askAddress(params, { without: field, value })),
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

function valueLabels(ctx: Context, field: FieldInfo): ReadonlyMap<string, string> {
  const { t } = ctx.state;
  if (field.spec.filter === 'presence') return new Map([[SOME_VALUE, t('admin.filter.some')]]);
  if (field.kind === 'boolean')
    return new Map([
      ['true', t('value.yes')],
      ['false', t('value.no')],
    ]);
  return new Map(field.values.map((value) => [value, field.valueLabels[value] ?? value]));
}
