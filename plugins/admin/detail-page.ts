import type { App } from '../../core/app.ts';
import type { Formatter } from '../../core/model/field-type.ts';
import type { Dependants, FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { relationList } from '../../core/sql/aliases.ts';
import { capitalised, fieldLabel, modelPlural } from '../../core/view/model-names.ts';
import { adminRegistry, getAdmin, recordOr404 } from './admin-registry.ts';
import type { CompiledAdmin, DisplayField } from './compile-admin.ts';
import { columnLabel, compileCell } from './list-cells.ts';
import { loadPart } from './load-part.ts';
import { type RecordHeadData, recordHead } from './record-head.ts';
import { type PanelViews, recordPanels } from './record-panels.ts';

/** A labelled value of a record, formatted for the view. */
export interface Fact {
  readonly label: string;
  readonly valueHtml: string;
  readonly empty: boolean;
  readonly wide: boolean;
}

interface DetailView extends PageData, RecordHeadData {
  readonly panels: PanelViews;
  readonly sections: readonly { readonly title: string; readonly facts: readonly Fact[] }[];
  /** Undefined if the rows could not be counted. */
  readonly related: readonly RelatedView[] | undefined;
  readonly key: string;
}

/** Rows of another model that reference the record. */
export interface RelatedView {
  readonly label: string;
  readonly rows: number;
  /** True if there are more rows than were counted. */
  readonly more: boolean;
  /** The list filtered by the record, if the list has that filter. */
  readonly url?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/detail': DetailView;
  }
}

/** GET /:model/:key: everything about a record that the user can view. Links lead only to pages that the user can open. */
export async function detailPage(ctx: Context, app: App): Promise<void> {
  const admin = getAdmin(ctx, app);
  const { model } = admin;
  const record = await recordOr404(ctx, app, admin);
  const registry = adminRegistry(app);
  const formatter = registry.formatter(ctx, 'whole');
  const part = { page: 'record', model: model.name };
  const [dependants, panels] = await Promise.all([
    loadPart(ctx, app, part, () => app.records.dependants(ctx.state.actor, model, record.key)),
    recordPanels(ctx, app, admin, record),
  ]);
  app.views.page(ctx, 'admin/detail', {
    title: record.label,
    head: recordHead(ctx, app, model, record),
    panels,
    sections: buildSections(ctx, admin, record, formatter),
    related: dependants.ok ? dependants.value.map((each) => relatedView(ctx, app, each, record)) : undefined,
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

/** Fields hidden from the user are absent from the row. */
function isVisible(item: DisplayField, record: FoundRecord): boolean {
  if ('computed' in item) return true;
  const { field } = item;
  return (field.typeName === 'manyToMany' ? relationList(field.name) : field.name) in record.row;
}

export function buildFact(admin: CompiledAdmin, item: DisplayField, record: FoundRecord, formatter: Formatter): Fact {
  const html = compileCell(admin, item, formatter)(record.row);
  return {
    label: columnLabel(formatter.t, item),
    valueHtml: html ?? '–',
    empty: html === undefined,
    wide: 'field' in item && (item.field.multiline || item.field.typeName === 'json'),
  };
}

/** Rows of another model that reference the record, with a link to the filtered list if there is one. */
export function relatedView(
  { state: { t } }: Context,
  app: App,
  { field, rows, more }: Dependants,
  record: FoundRecord,
): RelatedView {
  const admin = adminRegistry(app).of(field.model);
  // If a model has two relations to this one (origin, destination), add the field's name to tell them apart.
  const siblings = field.model.stored.filter((other) => other.target === field.target);
  const name = capitalised(modelPlural(t, field.model));
  const label = siblings.length > 1 ? `${name} (${fieldLabel(t, field)})` : name;
  const filterable = admin?.listing.filters.includes(field) ?? false;
  const query = `?${new URLSearchParams({ [`f.${field.name}`]: relationKey(record) })}`;
  return { label, rows, more, ...(admin && filterable && rows > 0 && { url: app.urls.list(field.model) + query }) };
}

/** Relations reference single-column keys. Unlike in paths, the key is not escaped in a filter. */
function relationKey(record: FoundRecord): string {
  return record.keyValue;
}
