import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/http/layout.ts';
import { distinctLabels } from '../../core/model/distinct-labels.ts';
import { isCompleteKey, keyText } from '../../core/model/key.ts';
import { Reader } from '../../core/query/reader.ts';
import { searchableFields, searchText, searchWords } from '../../core/query/search.ts';
import type { Listing } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';
import { adminRegistry } from './admin-registry.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import type { SearchHit, SearchSource } from './extension-points.ts';
import { loadPart } from './load-part.ts';

/** Max results per source; the rest are in the model's list. */
const LIMIT = 5;

interface ResultGroup {
  readonly label: string;
  readonly hits: readonly SearchHit[];
  /** The page with all results, if there are more. */
  readonly moreUrl?: string | undefined;
}

interface SearchView extends PageData {
  readonly q: string;
  /** Only the beginning of the text was used, which is `q`. */
  readonly tooLong: boolean;
  readonly groups: readonly ResultGroup[];
  /** Labels of the sources that failed. */
  readonly failed: string;
}
/** A type alias rather than an interface, because it passes through an extension point. */
type SearchFieldView = { readonly action: string };

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'admin/search': SearchView;
    'admin/search-field': SearchFieldView;
  }
}

/** GET /+search?q=…: searches every model with `search`, and the sources that plugins add. */
export async function searchPage(ctx: Context, app: App): Promise<void> {
  const { t } = ctx.state;
  const entered = (new URLSearchParams(ctx.querystring).get('q') ?? '').trim();
  const q = searchText(entered);
  const words = searchWords(q);
  const searches = words === undefined || words.length === 0 ? [] : searchesFor(ctx, app, q);
  const results = await Promise.all(
    searches.map(async ({ name, label, run }) => ({ label, loaded: await loadPart(ctx, app, { search: name }, run) })),
  );
  const groups = results.flatMap(({ loaded }) => (loaded.ok && loaded.value.hits.length > 0 ? [loaded.value] : []));
  const failed = results.flatMap(({ label, loaded }) => (loaded.ok ? [] : [label]));
  app.views.page(ctx, 'admin/search', {
    title: q === '' ? t('admin.search.title') : t('admin.search.for', { q }),
    q,
    tooLong: q !== entered,
    groups,
    failed: failed.join(t('admin.filter.comma')),
  });
}

/** The search field above the navigation, for users who can search anything. */
export function searchField(ctx: Context, app: App): SearchFieldView | undefined {
  if (ctx.state.actor.kind !== 'user') return undefined;
  const reader = new Reader(app.policy, ctx.state.actor);
  const isOffered =
    adminRegistry(app).all.some(({ listing }) => isSearchable(reader, listing)) || sourcesFor(ctx, app).length > 0;
  return isOffered ? { action: app.urls.to('/+search') } : undefined;
}

interface Search {
  readonly name: string;
  readonly label: string;
  run(): Promise<ResultGroup>;
}

function searchesFor(ctx: Context, app: App, q: string): readonly Search[] {
  const { t } = ctx.state;
  const ofModels = searchable(ctx, app).map((admin) => {
    const label = capitalised(modelPlural(t, admin.model));
    return { name: admin.model.name, label, run: () => searchModel(ctx, app, admin, { q, label }) };
  });
  const ofPlugins = sourcesFor(ctx, app).map((source) => {
    const label = t(source.label);
    const run = async () => ({ label, hits: (await source.search(ctx, app, q, LIMIT)).slice(0, LIMIT) });
    return { name: source.name, label, run };
  });
  return [...ofModels, ...ofPlugins];
}

function searchable(ctx: Context, app: App): readonly CompiledAdmin[] {
  const reader = new Reader(app.policy, ctx.state.actor);
  return adminRegistry(app).all.filter(({ listing }) => isSearchable(reader, listing));
}

/** Whether the user can see at least one of the searched fields. */
function isSearchable(reader: Reader, { model, search }: Listing): boolean {
  return search.length > 0 && reader.mayView(model) && searchableFields(reader, search).length > 0;
}

function sourcesFor(ctx: Context, app: App): readonly SearchSource[] {
  return app.contributions('search.sources').filter((source) => isAllowed(ctx, app, source));
}

/** The first records that the model's list would show for this search. */
async function searchModel(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  { q, label }: { readonly q: string; readonly label: string },
): Promise<ResultGroup> {
  const { actor } = ctx.state;
  const { model } = admin;
  // Selects only the keys: labels are read later, for the records that are shown.
  const listing: Listing = { ...admin.listing, columns: [], wholeRow: false, size: LIMIT };
  const params = new URLSearchParams({ q });
  const { parsed } = await app.records.parseListQuery(actor, listing, params, ctx.state.timeZone);
  if (!parsed.ok) return { label, hits: [] };
  const page = await app.records.list(actor, listing, parsed.query);
  const keys = page.rows.map((row) => keyText(model, row)).filter(isCompleteKey);
  const records = keys.length === 0 ? [] : await app.records.findMany(actor, model, keys);
  return {
    label,
    hits: distinctLabels(records).map((record) => ({ label: record.label, url: app.urls.record(model, record.key) })),
    moreUrl: page.next === undefined ? undefined : `${app.urls.list(model)}?${params}`,
  };
}
