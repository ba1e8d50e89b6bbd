import type { App } from '../../core/app.ts';
import { keyText } from '../../core/model/key.ts';
import type { DbRow, Formatter } from '../../core/model/kind.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import { decodeRow } from '../../core/model/row.ts';
import { relationList } from '../../core/query/aliases.ts';
import { escapeHtml } from '../../core/view/escape.ts';
import type { TableCell } from './dashboard.ts';
import type { ListColumn } from './extension-points.ts';
import type { ComputedColumn, Shown, Site } from './site.ts';

const NONE = escapeHtml('–');

/** HTML of a value, or undefined where there is none. */
export type Cell = (row: DbRow) => string | undefined;

/** Compiles how a field or something worked out is shown; done once a site and reader's language, called once a row. */
export function cellOf(site: Site, shown: Shown, show: Formatter): Cell {
  return 'field' in shown ? fieldCell(shown.field, show) : computedCell(site, shown.computed, show);
}

function fieldCell(field: FieldInfo, show: Formatter): Cell {
  const cell = field.spec.cell(field, show);
  const alias = field.kind === 'manyToMany' ? relationList(field.name) : field.name;
  return (row) => {
    const wire = row[alias];
    if (wire === null || wire === undefined || wire === '' || (Array.isArray(wire) && wire.length === 0))
      return undefined;
    return cell(wire, row);
  };
}

function computedCell(site: Site, column: ComputedColumn, show: Formatter): Cell {
  return (row) => {
    const value = workedOut(site, column, row);
    if (value === null || value === undefined || value === '') return undefined;
    if (typeof value === 'number' || typeof value === 'bigint') return escapeHtml(show.number(String(value)));
    if (typeof value === 'boolean') return escapeHtml(show.t(value ? 'value.yes' : 'value.no'));
    return escapeHtml(value instanceof Date ? show.timestamp(value.toISOString()) : value);
  };
}

/** A column that reads a field which this reader may not see has nothing to say to him; any other failure is a mistake. */
function workedOut(site: Site, column: ComputedColumn, row: DbRow): ReturnType<ComputedColumn['value']> {
  try {
    return column.value(decodeRow(site.model, row));
  } catch (error) {
    if (site.model.stored.every((field) => field.name in row)) throw error;
    return undefined;
  }
}

/** What a list shows: a field, something computed from the row, or a column that is loaded for each page. */
export type ListShown = Shown | { readonly column: ListColumn };
/** The cells of loaded columns, by the column's name and the record's key. */
export type LoadedCells = ReadonlyMap<string, ReadonlyMap<string, TableCell>>;

export function labelOf(shown: ListShown): string {
  if ('column' in shown) return shown.column.label;
  return 'field' in shown ? shown.field.label : shown.computed.label;
}

export function alignOf(shown: ListShown): 'start' | 'end' {
  if ('column' in shown) return shown.column.align ?? 'start';
  return 'field' in shown ? shown.field.spec.align : (shown.computed.align ?? 'start');
}

export interface RowsOptions {
  /** Columns that this reader may see. */
  readonly columns: readonly ListShown[];
  readonly loaded: LoadedCells;
  /** Check boxes before each row; `all`: ticked. */
  readonly selection: 'none' | 'some' | 'all';
}

type RowMaker = (rows: readonly DbRow[], loaded: LoadedCells, ticked: string) => string;
/** By site, by reader's language and zone, and by the names of the columns that are shown. */
const rowMakers = new WeakMap<Site, WeakMap<Formatter, Map<string, RowMaker>>>();

/** The `<tr>`s of a page of rows; the first cell of each links to its record. */
export function rowsHtml(
  app: App,
  site: Site,
  show: Formatter,
  rows: readonly DbRow[],
  { columns, loaded, selection }: RowsOptions,
): string {
  const bySite = rowMakers.get(site) ?? new WeakMap<Formatter, Map<string, RowMaker>>();
  rowMakers.set(site, bySite);
  const byColumns = bySite.get(show) ?? new Map<string, RowMaker>();
  bySite.set(show, byColumns);
  const selectable = selection !== 'none';
  const names = `${selectable ? 'selectable ' : ''}${columns.map(nameOf).join(' ')}`;
  let make = byColumns.get(names);
  if (!make) {
    make = compileRows(app, site, columns, show, selectable);
    byColumns.set(names, make);
  }
  return make(rows, loaded, selection === 'all' ? ' checked' : '');
}

/** Words that no field is named with tell loaded columns from the others. */
function nameOf(shown: ListShown): string {
  if ('column' in shown) return `+${shown.column.name}`;
  return 'field' in shown ? shown.field.name : shown.computed.name;
}

function compileRows(
  app: App,
  site: Site,
  columns: readonly ListShown[],
  show: Formatter,
  selectable: boolean,
): RowMaker {
  const { model } = site;
  const [first, ...others] = columns.map((shown) => ({
    cell: 'column' in shown ? undefined : cellOf(site, shown, show),
    loadedFrom: 'column' in shown ? shown.column.name : '',
    open: alignOf(shown) === 'end' ? '<td class="num">' : '<td>',
    none: `<td class="none${alignOf(shown) === 'end' ? ' num' : ''}">${NONE}</td>`,
    // A column of costs is read for those that are not zero.
    zero: alignOf(shown) === 'end' && 'field' in shown ? shown.field.name : undefined,
  }));
  const list = escapeHtml(app.urls.list(model));
  const firstField = columns[0];
  // The first cell is a link to the record itself, so nothing in it may be one to somewhere else.
  const firstCell =
    firstField && 'field' in firstField
      ? fieldCell(firstField.field, { ...show, recordUrl: () => undefined, bare: true })
      : first?.cell;
  return (rows, loaded, ticked) => {
    let html = '';
    let at = 0;
    for (const row of rows) {
      const key = keyText(model, row);
      html += '<tr>';
      if (selectable) {
        at += 1;
        html += `<td class="select"><input type="checkbox" name="key" value="${escapeHtml(key)}" form="selection" aria-labelledby="row-${at}"${ticked}></td><th scope="row" id="row-${at}">`;
      } else html += '<th scope="row">';
      html += `<a href="${list}/${key}">${firstCell?.(row) ?? NONE}</a></th>`;
      for (const { cell, open, none, zero, loadedFrom } of others) {
        const inside = cell === undefined ? loadedCell(loaded.get(loadedFrom)?.get(key)) : cell(row);
        if (inside === undefined) html += none;
        else if (zero !== undefined && Number(row[zero]) === 0) html += `<td class="num none">${inside}</td>`;
        else html += `${open}${inside}</td>`;
      }
      html += '</tr>\n';
    }
    return html;
  };
}

function loadedCell(cell: TableCell | undefined): string | undefined {
  if (cell === undefined || cell.text === '') return undefined;
  const text = escapeHtml(cell.text);
  const inside = cell.tone === undefined ? text : `<span class="badge tone-${cell.tone}">${text}</span>`;
  return cell.url === undefined ? inside : `<a href="${escapeHtml(cell.url)}">${inside}</a>`;
}
