import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/http/layout.ts';
import type { DbRow, FieldInfo } from '../../core/model/field-type.ts';
import { keyText } from '../../core/model/key.ts';
import type { ConditionFilter, Listing } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import type { FilterChoice, ListColumn } from './extension-points.ts';
import type { DisplayColumn, LoadedCells } from './list-cells.ts';
import { loadPart } from './load-part.ts';
import type { TableCell } from './widgets.ts';

/** The columns and filters that plugins add to a list and that this user can see. */
export interface ListAdditions {
  /** The listing including the additions. */
  readonly listing: Listing;
  readonly columns: readonly DisplayColumn[];
  /** The choices of each filter, by the field that represents it. */
  readonly choices: ReadonlyMap<FieldInfo, readonly FilterChoice[]>;
}

/** The additions for this request. Runs no query if no plugin adds any. */
export async function listAdditions(ctx: Context, app: App, admin: CompiledAdmin): Promise<ListAdditions> {
  const { model, listing } = admin;
  if (admin.addedColumns.length === 0 && admin.addedFilters.length === 0)
    return { listing, columns: [], choices: new Map() };
  const columns = admin.addedColumns.filter(({ item }) => isAllowed(ctx, app, item));
  // fault: filter-access
  const filters = admin.addedFilters.filter(({ item }) => isAllowed(ctx, app, item));
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

/** The cells of loaded columns: one query per column. A column that fails is left empty. */
export async function loadCells(
  ctx: Context,
  app: App,
  { model }: CompiledAdmin,
  columns: readonly DisplayColumn[],
  rows: readonly DbRow[],
): Promise<LoadedCells> {
  const items = columns.flatMap((item) => ('column' in item ? [item.column] : []));
  if (items.length === 0 || rows.length === 0) return new Map();
  const keys = rows.map((row) => keyText(model, row));
  const cells = async (item: ListColumn): Promise<readonly [string, ReadonlyMap<string, TableCell>]> => {
    const { actor } = ctx.state;
    const loaded = await loadPart(ctx, app, { column: item.name }, async () => item.load?.(app, actor, model, keys));
    return [item.name, (loaded.ok ? loaded.value : undefined) ?? new Map()];
  };
  return new Map(await Promise.all(items.map(cells)));
}
