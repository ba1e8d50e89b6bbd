import type { App } from '../../core/app.ts';
import type { Translate } from '../../core/messages/catalogue.ts';
import type { DbRow, FieldInfo, Formatter, ModelInfo } from '../../core/model/field-type.ts';
import { isCompleteKey, keyText } from '../../core/model/key.ts';
import { type DecodedRow, decodeRow, isUnexpected, LargeValue } from '../../core/model/row.ts';
import { relationList } from '../../core/sql/aliases.ts';
import { cellFor } from '../../core/view/cells.ts';
import { escapeHtml } from '../../core/view/escape.ts';
import { fieldLabel } from '../../core/view/model-names.ts';
import type { CompiledAdmin, ComputedColumn, DisplayField } from './compile-admin.ts';
import type { ListColumn } from './extension-points.ts';
import type { TableCell } from './widgets.ts';

const NONE = escapeHtml('–');

/** The HTML of a value, or undefined if there is none. */
export type ListCell = (row: DbRow) => string | undefined;

/**
 * Compiles a field or computed column to HTML. Called once per admin, language and time zone; the result is called once per row.
 */
export function compileCell(admin: CompiledAdmin, item: DisplayField, formatter: Formatter): ListCell {
  return 'field' in item ? fieldCell(item.field, formatter) : computedCell(admin, item.computed, formatter);
}

function fieldCell(field: FieldInfo, formatter: Formatter): ListCell {
  const cell = cellFor(field, formatter);
  const alias = field.typeName === 'manyToMany' ? relationList(field.name) : field.name;
  const empty = field.nullable ? emptyValue(formatter) : undefined;
  return (row) => {
    const dbValue = row[alias];
    if (dbValue === null || dbValue === undefined) return undefined;
    if (dbValue === '' || (Array.isArray(dbValue) && dbValue.length === 0)) return empty;
    return cell(dbValue, row);
  };
}

/** In a nullable column, empty text and empty lists must be distinguishable from NULL. */
function emptyValue({ t }: Formatter): string {
  return `<span class="none">${escapeHtml(t('value.empty'))}</span>`;
}

function computedCell(admin: CompiledAdmin, column: ComputedColumn, formatter: Formatter): ListCell {
  return (row) => {
    const value = computedValue(admin, column, row);
    if (value === null || value === undefined || value === '') return undefined;
    if (typeof value === 'number' || typeof value === 'bigint') return escapeHtml(formatter.number(String(value)));
    if (typeof value === 'boolean') return escapeHtml(formatter.t(value ? 'value.yes' : 'value.no'));
    return escapeHtml(value instanceof Date ? formatter.timestamp(value.toISOString()) : value);
  };
}

/**
 * The value of a computed column. If it fails on a row with hidden, large or unexpected values, the cell is empty; any other
 * failure is a bug and is thrown.
 */
function computedValue(admin: CompiledAdmin, column: ComputedColumn, row: DbRow): ReturnType<ComputedColumn['value']> {
  try {
    return column.value(readableRow(admin.model, row));
  } catch (error) {
    // fault: computed-column-of-odd-row
    const isOdd = admin.model.stored.some((field) => {
      const dbValue = row[field.name];
      return dbValue === undefined || dbValue instanceof LargeValue || isUnexpected(field, dbValue);
    });
    if (isOdd) return undefined;
    throw error;
  }
}

/**
 * The row for a computed column. Reading a large value throws, since it was not loaded and must not be mistaken for an empty one.
 */
function readableRow(model: ModelInfo, row: DbRow): DecodedRow {
  const values = decodeRow(model, row);
  const large = model.stored.filter(({ name }) => row[name] instanceof LargeValue);
  if (large.length === 0) return values;
  const unreadable = {
    get(): never {
      throw new TypeError('The value is too large for a list.');
    },
  };
  // fault: large-value-as-empty
  return Object.defineProperties({ ...values }, Object.fromEntries(large.map(({ name }) => [name, unreadable])));
}

/** A column of a list: a field, a computed column, or one that is loaded for each page. */
export type DisplayColumn = DisplayField | { readonly column: ListColumn };
/** The cells of loaded columns, by column name and record key. */
export type LoadedCells = ReadonlyMap<string, ReadonlyMap<string, TableCell>>;

export function columnLabel(t: Translate, item: DisplayColumn): string {
  if ('column' in item) return item.column.label;
  return 'field' in item ? fieldLabel(t, item.field) : item.computed.label;
}

export function columnAlign(item: DisplayColumn): 'start' | 'end' {
  if ('column' in item) return item.column.align ?? 'start';
  return 'field' in item ? item.field.type.align : (item.computed.align ?? 'start');
}

export interface RowsOptions {
  /** Columns that this user can see. */
  readonly columns: readonly DisplayColumn[];
  readonly loaded: LoadedCells;
  /** Whether rows have check boxes; `all`: all of them are ticked. */
  readonly selection: 'none' | 'some' | 'all';
}

type RowMaker = (rows: readonly DbRow[], loaded: LoadedCells, ticked: string) => string;
/** By admin, then by formatter (language and time zone), then by column names. */
const rowMakers = new WeakMap<CompiledAdmin, WeakMap<Formatter, Map<string, RowMaker>>>();

/** The `<tr>` elements of a page of rows; the first cell of each row links to the record. */
export function rowsHtml(
  app: App,
  admin: CompiledAdmin,
  formatter: Formatter,
  rows: readonly DbRow[],
  { columns, loaded, selection }: RowsOptions,
): string {
  const byAdmin = rowMakers.get(admin) ?? new WeakMap<Formatter, Map<string, RowMaker>>();
  rowMakers.set(admin, byAdmin);
  const byColumns = byAdmin.get(formatter) ?? new Map<string, RowMaker>();
  byAdmin.set(formatter, byColumns);
  const selectable = selection !== 'none';
  const names = `${selectable ? 'selectable ' : ''}${columns.map(nameOf).join(' ')}`;
  let make = byColumns.get(names);
  if (!make) {
    make = compileRows(app, admin, columns, formatter, selectable);
    byColumns.set(names, make);
  }
  return make(rows, loaded, selection === 'all' ? ' checked' : '');
}

/** Loaded columns are prefixed with `+`, which no field name can contain. */
function nameOf(item: DisplayColumn): string {
  if ('column' in item) return `+${item.column.name}`;
  return 'field' in item ? item.field.name : item.computed.name;
}

function compileRows(
  app: App,
  admin: CompiledAdmin,
  columns: readonly DisplayColumn[],
  formatter: Formatter,
  selectable: boolean,
): RowMaker {
  const { model } = admin;
  const [first, ...others] = columns.map((item) => ({
    cell: 'column' in item ? undefined : compileCell(admin, item, formatter),
    loadedFrom: 'column' in item ? item.column.name : '',
    open: columnAlign(item) === 'end' ? '<td class="num">' : '<td>',
    none: `<td class="none${columnAlign(item) === 'end' ? ' num' : ''}">${NONE}</td>`,
    // Zeros in numeric columns are de-emphasised, so that other values stand out.
    zero: columnAlign(item) === 'end' && 'field' in item ? item.field.name : undefined,
  }));
  const list = escapeHtml(app.urls.list(model));
  const firstField = columns[0];
  // The first cell is itself a link to the record, so it cannot contain another one.
  const firstCell =
    firstField && 'field' in firstField
      ? fieldCell(firstField.field, { ...formatter, recordUrl: () => undefined, bare: true })
      : first?.cell;
  return (rows, loaded, ticked) => {
    let html = '';
    let at = 0;
    for (const row of rows) {
      const key = keyText(model, row);
      const hasRecord = isCompleteKey(key);
      html += '<tr>';
      if (selectable) {
        at += 1;
        html += hasRecord
          ? `<td class="select"><input type="checkbox" name="key" value="${escapeHtml(key)}" form="selection" aria-labelledby="row-${at}"${ticked}></td>`
          : '<td class="select"></td>';
        html += `<th scope="row" id="row-${at}">`;
      } else html += '<th scope="row">';
      const name = firstCell?.(row) ?? NONE;
      html += hasRecord ? `<a href="${list}/${key}">${name}</a></th>` : `${name}</th>`;
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
