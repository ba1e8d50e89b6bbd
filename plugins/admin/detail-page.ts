import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { notFound } from '../../core/http/router.ts';
import type { Formatter } from '../../core/model/kind.ts';
import { relationList } from '../../core/query/aliases.ts';
import type { Dependants, Found } from '../../core/query/types.ts';
import { capitalised } from '../../core/view/capitalised.ts';
import { pluralOf, titleOf } from '../../core/view/model-names.ts';
import { cellOf, labelOf } from './cells.ts';
import { recordHead } from './record-head.ts';
import { recordPanels } from './record-panels.ts';
import { type Shown, type Site, siteOf, sitesOf } from './site.ts';

/** One fact of a record, ready to show. */
export interface Fact {
  readonly label: string;
  readonly valueHtml: string;
  readonly empty: boolean;
  readonly wide: boolean;
}

/** GET /:model/:key — everything about a record, for whoever may view it; the links lead to what he may do. */
export async function detailPage(ctx: Context, app: App): Promise<void> {
  const site = siteOf(ctx, app);
  const { model } = site;
  const found = await foundOr404(ctx, app, site);
  const sites = sitesOf(app);
  const show = sites.show(ctx, 'whole');
  const [dependants, panels] = await Promise.all([
    app.records.dependants(ctx.state.actor, model, found.key),
    recordPanels(ctx, app, site, found),
  ]);
  app.views.page(ctx, 'admin/detail', {
    title: found.label,
    singular: titleOf(ctx.state.t, model),
    head: recordHead(ctx, app, model, found),
    panels,
    sections: sectionsOf(ctx, site, found, show),
    related: dependants.map((dependant) => relatedView(ctx, app, dependant, found)),
    record: { key: found.key },
  });
}

/** The record of the address, or the 404 that a record which is not there and one that is hidden share. */
export async function foundOr404(ctx: Context, app: App, site: Site): Promise<Found> {
  const found = await app.records.find(ctx.state.actor, site.model, ctx.state.params.key ?? '');
  if (!found) throw notFound();
  return found;
}

function sectionsOf(
  ctx: Context,
  site: Site,
  found: Found,
  show: Formatter,
): readonly { title: string; facts: readonly Fact[] }[] {
  const sections = site.sections.map(({ title, shown }) => ({
    title: title === '' ? '' : ctx.state.t(title),
    facts: shown.filter((each) => isVisible(each, found)).map((each) => factOf(site, each, found, show)),
  }));
  return sections.filter(({ facts }) => facts.length > 0);
}

/** Fields that the reader may not see are absent from the row. */
function isVisible(shown: Shown, found: Found): boolean {
  if ('computed' in shown) return true;
  const { field } = shown;
  return (field.kind === 'manyToMany' ? relationList(field.name) : field.name) in found.row;
}

export function factOf(site: Site, shown: Shown, found: Found, show: Formatter): Fact {
  const html = cellOf(site, shown, show)(found.row);
  return {
    label: labelOf(shown),
    valueHtml: html ?? '–',
    empty: html === undefined,
    wide: 'field' in shown && (shown.field.multiline || shown.field.kind === 'json'),
  };
}

/** Rows elsewhere that point to the record, with their list narrowed to them where there is such a list. */
export function relatedView(
  { state: { t } }: Context,
  app: App,
  { field, rows, more }: Dependants,
  found: Found,
): { label: string; rows: number; more: boolean; url?: string } {
  const site = sitesOf(app).of(field.model);
  // Two relations from the same model (origin, destination) need their names to be told apart.
  const siblings = field.model.stored.filter((other) => other.target === field.target);
  const name = capitalised(pluralOf(t, field.model));
  const label = siblings.length > 1 ? `${name} (${field.label})` : name;
  const filterable = site?.listing.filters.includes(field) ?? false;
  const query = `?${new URLSearchParams({ [`f.${field.name}`]: relationKey(found) })}`;
  return { label, rows, more, ...(site && filterable && rows > 0 && { url: app.urls.list(field.model) + query }) };
}

/** Relations point to single keys, whose text in filters is not escaped as it is in addresses. */
function relationKey(found: Found): string {
  return found.keyValue;
}
