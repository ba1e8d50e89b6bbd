import type { App } from '../../core/app.ts';
import { keyText } from '../../core/model/key.ts';
import type { DbRow, Formatter } from '../../core/model/kind.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import { decodeRow } from '../../core/model/row.ts';
import { relationList } from '../../core/query/aliases.ts';
import { escapeHtml } from '../../core/view/escape.ts';
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

export function labelOf(shown: Shown): string {
  return 'field' in shown ? shown.field.label : shown.computed.label;
}

export function alignOf(shown: Shown): 'start' | 'end' {
  return 'field' in shown ? shown.field.spec.align : (shown.computed.align ?? 'start');
}

type RowMaker = (rows: readonly DbRow[]) => string;
/** By site, by reader's language and zone, and by the names of the columns that are shown. */
const rowMakers = new WeakMap<Site, WeakMap<Formatter, Map<string, RowMaker>>>();

/** The `<tr>`s of a page of rows; the first cell of each links to its record. `columns`: those that this reader may see. */
export function rowsHtml(
  app: App,
  site: Site,
  columns: readonly Shown[],
  show: Formatter,
  rows: readonly DbRow[],
): string {
  const byShow = rowMakers.get(site) ?? new WeakMap<Formatter, Map<string, RowMaker>>();
  rowMakers.set(site, byShow);
  const byColumns = byShow.get(show) ?? new Map<string, RowMaker>();
  byShow.set(show, byColumns);
  const names = columns.map((shown) => ('field' in shown ? shown.field.name : shown.computed.name)).join(' ');
  let make = byColumns.get(names);
  if (!make) {
    make = compileRows(app, site, columns, show);
    byColumns.set(names, make);
  }
  return make(rows);
}

function compileRows(app: App, site: Site, columns: readonly Shown[], show: Formatter): RowMaker {
  const { model } = site;
  const [first, ...others] = columns.map((shown) => ({
    cell: cellOf(site, shown, show),
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
  return (rows) => {
    let html = '';
    for (const row of rows) {
      const href = `${list}/${keyText(model, row)}`;
      html += `<tr><th scope="row"><a href="${href}">${firstCell?.(row) ?? NONE}</a></th>`;
      for (const { cell, open, none, zero } of others) {
        const inside = cell(row);
        if (inside === undefined) html += none;
        else if (zero !== undefined && Number(row[zero]) === 0) html += `<td class="num none">${inside}</td>`;
        else html += `${open}${inside}</td>`;
      }
      html += '</tr>\n';
    }
    return html;
  };
}
