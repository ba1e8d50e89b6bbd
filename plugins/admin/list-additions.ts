import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/extension-points.ts';
import type { Context } from '../../core/http/context.ts';
import { keyText } from '../../core/model/key.ts';
import type { DbRow } from '../../core/model/kind.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import type { ConditionFilter, Listing } from '../../core/query/types.ts';
import type { ListShown, LoadedCells } from './cells.ts';
import type { TableCell } from './dashboard.ts';
import type { FilterChoice, ListColumn } from './extension-points.ts';
import { loadPart } from './load-part.ts';
import type { Site } from './site.ts';

/** The columns and filters that plugins add to a list, as far as this user may see them. */
export interface ListAdditions {
  /** The listing with them. */
  readonly listing: Listing;
  readonly columns: readonly ListShown[];
  /** The choices of each filter, by the field that stands for it. */
  readonly choices: ReadonlyMap<FieldInfo, readonly FilterChoice[]>;
}

/** A list to which nothing is added costs nothing here. */
export async function listAdditions(ctx: Context, app: App, site: Site): Promise<ListAdditions> {
  const { model, listing } = site;
  if (site.addedColumns.length === 0 && site.addedFilters.length === 0)
    return { listing, columns: [], choices: new Map() };
  const columns = site.addedColumns.filter(({ item }) => isAllowed(ctx, app, item));
  const filters = site.addedFilters.filter(({ item }) => isAllowed(ctx, app, item));
  const loaded = await Promise.all(
    filters.map(({ item }) => loadPart(ctx, app, { filter: item.name }, async () => item.choices(ctx, app, model))),
  );
  const choices = new Map<FieldInfo, readonly FilterChoice[]>();
  const conditions: ConditionFilter[] = [];
  for (const [at, { item, field }] of filters.entries()) {
    const result = loaded[at];
    if (!result?.ok) continue;
    choices.set(field, result.value);
    const values = result.value.map(({ value }) => value);
    conditions.push({ field, values, where: (value) => item.where(value, model) });
  }
  const computed = columns.flatMap(({ field }) => field ?? []);
  return {
    listing: { ...listing, computed, conditions },
    columns: columns.map(({ item, field }) => (field === undefined ? { column: item } : { field })),
    choices,
  };
}

/** The cells of columns that are loaded for each page: one query per column. One that fails is left empty. */
export async function loadCells(
  ctx: Context,
  app: App,
  { model }: Site,
  columns: readonly ListShown[],
  rows: readonly DbRow[],
): Promise<LoadedCells> {
  const items = columns.flatMap((shown) => ('column' in shown ? [shown.column] : []));
  if (items.length === 0 || rows.length === 0) return new Map();
  const keys = rows.map((row) => keyText(model, row));
  const cells = async (item: ListColumn): Promise<readonly [string, ReadonlyMap<string, TableCell>]> => {
    const { actor } = ctx.state;
    const loaded = await loadPart(ctx, app, { column: item.name }, async () => item.load?.(app, actor, model, keys));
    return [item.name, (loaded.ok ? loaded.value : undefined) ?? new Map()];
  };
  return new Map(await Promise.all(items.map(cells)));
}
