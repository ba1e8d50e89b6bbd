import type { App } from '../../core/app.ts';
import type { Formatter } from '../../core/model/field-type.ts';
import type { Dependants, FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { relationList } from '../../core/sql/aliases.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { adminRegistry, getAdmin, recordOr404 } from './admin-registry.ts';
import type { CompiledAdmin, DisplayField } from './compile-admin.ts';
import { columnLabel, compileCell } from './list-cells.ts';
import { type RecordHeadData, recordHead } from './record-head.ts';
import { type PanelViews, recordPanels } from './record-panels.ts';

/** One fact of a record, ready to show. */
export interface Fact {
  readonly label: string;
  readonly valueHtml: string;
  readonly empty: boolean;
  readonly wide: boolean;
}

interface DetailView extends PageData, RecordHeadData {
  readonly panels: PanelViews;
  readonly sections: readonly { readonly title: string; readonly facts: readonly Fact[] }[];
  readonly related: readonly RelatedView[];
  readonly key: string;
}

/** Rows of another model that reference the record. */
export interface RelatedView {
  readonly label: string;
  readonly rows: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** Their list, if it can be filtered by the record. */
  readonly url?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/detail': DetailView;
  }
}

/** GET /:model/:key — everything about a record, for users who can view it; links are limited to what they can do. */
export async function detailPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const { model } = admin;
  const record = await recordOr404(ctx, app, admin);
  const registry = adminRegistry(app);
  const formatter = registry.formatter(ctx, 'whole');
  const [dependants, panels] = await Promise.all([
    app.records.dependants(ctx.state.actor, model, record.key),
    recordPanels(ctx, app, admin, record),
  ]);
  app.views.page(ctx, 'admin/detail', {
    title: record.label,
    head: recordHead(ctx, app, model, record),
    panels,
    sections: buildSections(ctx, admin, record, formatter),
    related: dependants.map((dependant) => relatedView(ctx, app, dependant, record)),
    key: record.key,
  });
}

function buildSections(
  ctx: Context,
  admin: CompiledAdmin,
  record: FoundRecord,
  formatter: Formatter,
): DetailView['sections'] {
  const sections = admin.sections.map(({ title, items }) => ({
    title: title === '' ? '' : ctx.state.t(title),
    facts: items.filter((item) => isVisible(item, record)).map((item) => buildFact(admin, item, record, formatter)),
  }));
  return sections.filter(({ facts }) => facts.length > 0);
}

/** Fields that the user cannot see are absent from the row. */
function isVisible(item: DisplayField, record: FoundRecord): boolean {
  if ('computed' in item) return true;
  const { field } = item;
  return (field.typeName === 'manyToMany' ? relationList(field.name) : field.name) in record.row;
}

export function buildFact(admin: CompiledAdmin, item: DisplayField, record: FoundRecord, formatter: Formatter): Fact {
  const html = compileCell(admin, item, formatter)(record.row);
  return {
    label: columnLabel(item),
    valueHtml: html ?? '–',
    empty: html === undefined,
    wide: 'field' in item && (item.field.multiline || item.field.typeName === 'json'),
  };
}

/** Rows of other models that reference the record, with a link to their filtered list if there is one. */
export function relatedView(
  { state: { t } }: Context,
  app: App,
  { field, rows, more }: Dependants,
  record: FoundRecord,
): RelatedView {
  const admin = adminRegistry(app).of(field.model);
  // Two relations from the same model (origin, destination) need their names to be distinguished.
  const siblings = field.model.stored.filter((other) => other.target === field.target);
  const name = capitalised(modelPlural(t, field.model));
  const label = siblings.length > 1 ? `${name} (${field.label})` : name;
  const filterable = admin?.listing.filters.includes(field) ?? false;
  const query = `?${new URLSearchParams({ [`f.${field.name}`]: relationKey(record) })}`;
  return { label, rows, more, ...(admin && filterable && rows > 0 && { url: app.urls.list(field.model) + query }) };
}

/** Relations reference single keys, whose text in filters is not escaped as it is in paths. */
function relationKey(record: FoundRecord): string {
  return record.keyValue;
}
