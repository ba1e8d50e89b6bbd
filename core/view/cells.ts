import { printJson } from '../base/exact-json.ts';
import { UnexpectedValue } from '../base/unexpected-value.ts';
import { distinctLabels } from '../model/distinct-labels.ts';
import type { BuiltInFieldType } from '../model/field.ts';
import type { DbRow, DbValue, FieldInfo, Formatter } from '../model/field-type.ts';
import { shownItems } from '../model/field-types/array.ts';
import { readByteSummary } from '../model/field-types/bytes.ts';
import { fileUrl, linkedRecordUrl, readStoredFile } from '../model/field-types/file.ts';
import { relatedRows } from '../model/field-types/relation.ts';
import { encodeKeyPart } from '../model/key.ts';
import { truncate } from '../model/plain-text.ts';
import { LargeValue } from '../model/row.ts';
import { relationLabel, relationList } from '../sql/aliases.ts';
import { escapeHtml } from './escape.ts';
import { sizeText } from './formatter.ts';
import { markdownExcerpt, markdownHtml } from './markdown.ts';
import { choiceLabel } from './model-names.ts';
import { valueText } from './value-text.ts';

/** The content of a list's cell, or of a value on a record's page, as HTML. Never called with null. */
export type Cell = (dbValue: NonNullable<DbValue>, row: DbRow) => string;
type MakeCell = (field: FieldInfo, formatter: Formatter) => Cell;

/** Max length of text in a list; a record's own page shows it in full. */
const MAX_TEXT = 80;
/** Max length of a file name in a list. */
const MAX_FILE_NAME = 40;
/** Max number of items of an array in a list. */
const MAX_ITEMS = 10;
/** The number of hash digits shown, enough for users to compare. */
const HASH_DIGITS = 16;
/** Text that can be inserted into `datetime` without escaping. Unmanaged columns can hold any text. */
const MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * Creates the function with which a list renders a field in each row. A plugin's field type has its own `cell`.
 *
 * @example
 * const cell = cellFor(field, formatter);
 * const html = rows.map((row) => cell(row[field.name], row));
 */
export function cellFor(field: FieldInfo, formatter: Formatter): Cell {
  const make = field.type.cell ?? builtIn[field.typeName as BuiltInFieldType];
  const cell = make(field, formatter);
  return (dbValue, row) => {
    if (dbValue instanceof UnexpectedValue) return unexpected(dbValue.text, formatter);
    if (dbValue instanceof LargeValue) return largeCell(dbValue, field, formatter, row, cell);
    try {
      return cell(dbValue, row);
    } catch (error) {
      // One value that a cell cannot format must not break the whole list.
      if (field.type.cell !== undefined) process.emitWarning(`The cell of ${field.model.name}.${field.name}: ${error}`);
      return unexpected(String(dbValue), formatter);
    }
  };
}

/** A value that does not fit its field, as PostgreSQL writes it. */
function unexpected(text: string, formatter: Formatter): string {
  return `<code title="${escapeHtml(formatter.t('value.unexpected'))}">${excerpt(text, formatter)}</code>`;
}

const PROSE: ReadonlySet<string> = new Set(['text', 'markdown']);

/** The beginning of a value that was not read in full, its size, and a link to the rest; on a record's page also its hash. */
function largeCell(
  { text: beginning, bytes, sha256 }: LargeValue,
  field: FieldInfo,
  formatter: Formatter,
  row: DbRow,
  cell: Cell,
): string {
  const text = formatter.whole === true ? `${beginning}…` : beginning;
  const html = PROSE.has(field.typeName) ? cell(text, row) : `<code>${excerpt(text, formatter)}</code>`;
  const record = field.expression === undefined ? linkedRecordUrl(field, formatter, row) : undefined;
  const size = escapeHtml(sizeText(formatter, bytes));
  const all = escapeHtml(formatter.t('value.all'));
  const linked =
    record === undefined
      ? size
      : `<a href="${escapeHtml(`${record}/+value/${field.name}`)}" title="${all}">${size}</a>`;
  const hash = sha256 === undefined ? '' : ` · SHA-256 <code>${sha256.slice(0, HASH_DIGITS)}</code>`;
  return `${beginning === '' ? '' : `${html} `}<small>${linked}${hash}</small>`;
}

const plain: MakeCell = () => (dbValue) => escapeHtml(String(dbValue));
const number: MakeCell = (_field, formatter) => (dbValue) =>
  escapeHtml(formatter.number(typeof dbValue === 'number' ? dbValue : String(dbValue)));
const text: MakeCell = (_field, formatter) => (dbValue) => excerpt(String(dbValue), formatter);

/** A link, unless the value is already inside one. The URL is validated again, since an unmanaged table may contain any value. */
const linked =
  (link: (text: string, html: string) => string, shown: (text: string, formatter: Formatter) => string): MakeCell =>
  (field, formatter) =>
  (dbValue) => {
    const text = String(dbValue);
    const html = shown(text, formatter);
    return formatter.bare === true || field.type.validate(text, field) !== undefined ? html : link(text, html);
  };

const file: MakeCell = (field, formatter) => (dbValue, row) => {
  const stored = readStoredFile(dbValue);
  if (stored === undefined) return escapeHtml(String(dbValue));
  const name = escapeHtml(formatter.whole === true ? stored.name : truncate(stored.name, MAX_FILE_NAME));
  const url = fileUrl(field, formatter, row);
  const named = url === undefined ? name : `<a href="${escapeHtml(url)}">${name}</a>`;
  return `${named} <small>${escapeHtml(sizeText(formatter, stored.size))}</small>`;
};

const builtIn: Readonly<Record<BuiltInFieldType, MakeCell>> = {
  identity: plain,
  text,
  slug: plain,
  uuid: plain,
  integer: number,
  bigint: number,
  decimal: number,

  money:
    ({ currency = '' }, formatter) =>
    (dbValue) =>
      escapeHtml(formatter.money(String(dbValue), currency)),

  boolean(_field, { t }) {
    const yes = escapeHtml(t('value.yes'));
    const no = escapeHtml(t('value.no'));
    return (dbValue) => (dbValue === true ? yes : no);
  },

  // PostgreSQL also has `infinity` and years BC; those are shown in its own format.
  date: (_field, formatter) => (dbValue) => {
    const iso = String(dbValue);
    if (!DATE.test(iso)) return escapeHtml(iso);
    return `<time datetime="${iso}">${escapeHtml(formatter.date(iso))}</time>`;
  },
  time: (field, formatter) => (dbValue) => {
    const shown = escapeHtml(valueText(field, String(dbValue), formatter));
    return `<time datetime="${shown}">${shown}</time>`;
  },
  timestamp: (_field, formatter) => (dbValue) => {
    const moment = String(dbValue);
    if (!MOMENT.test(moment)) return escapeHtml(moment);
    const iso = `${moment.slice(0, 10)}T${moment.slice(11, -3)}Z`;
    return `<time datetime="${iso}">${escapeHtml(formatter.timestamp(moment))}</time>`;
  },
  localDateTime: (_field, formatter) => (dbValue) => {
    const local = String(dbValue);
    if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/.test(local)) return escapeHtml(local);
    const datetime = local.slice(0, 19).replace(' ', 'T');
    return `<time datetime="${datetime}">${escapeHtml(formatter.localDateTime(local))}</time>`;
  },

  json: (_field, { whole }) =>
    whole === true
      ? (dbValue) => `<pre>${escapeHtml(printJson(dbValue))}</pre>`
      : (dbValue) => `<code>${escapeHtml(truncate(JSON.stringify(dbValue), MAX_TEXT))}</code>`,

  markdown: (_field, { whole }) =>
    whole === true
      ? (dbValue) => `<div class="prose">${markdownHtml(String(dbValue))}</div>`
      : (dbValue) => escapeHtml(truncate(markdownExcerpt(String(dbValue)), MAX_TEXT)),

  choice(field, { t }) {
    const badges = new Map(field.values.map((value) => [value, badgeOf(field, value, t)]));
    // Values outside the declared set occur only in unmanaged tables.
    return (dbValue) => badges.get(String(dbValue)) ?? escapeHtml(String(dbValue));
  },

  array(field, formatter) {
    const { item } = field;
    if (item === undefined) return plain(field, formatter);
    const cell = cellFor(item, formatter);
    return (dbValue, row) => {
      const all = shownItems(dbValue);
      const shown = formatter.whole === true ? all : all.slice(0, MAX_ITEMS);
      const more = all.length > shown.length ? [`<span class="badge">+${all.length - shown.length}</span>`] : [];
      const badges = shown.map((one) => {
        // NULL items occur only in unmanaged tables.
        if (one === null) return '<span class="badge"><code>NULL</code></span>';
        const html = cell(one, row);
        return html.startsWith('<span') ? html : `<span class="badge">${html}</span>`;
      });
      return [...badges, ...more].join(' ');
    };
  },

  email: linked(
    (address, html) => `<a href="mailto:${escapeHtml(encodeURIComponent(address).replace('%40', '@'))}">${html}</a>`,
    escapeHtml,
  ),
  url: linked((address, html) => `<a href="${escapeHtml(address)}" rel="noopener noreferrer">${html}</a>`, excerpt),
  phone:
    (_field, { bare }) =>
    (dbValue) => {
      const digits = String(dbValue);
      if (bare === true || !/^\+[1-9]\d{6,14}$/.test(digits)) return escapeHtml(digits);
      return `<a href="tel:${digits}" dir="ltr">${digits}</a>`;
    },

  // The content security policy allows no inline styles; SVG attributes are not styles.
  colour: () => (dbValue) => {
    const code = String(dbValue);
    if (!/^#[\da-f]{6}$/.test(code)) return escapeHtml(code);
    const swatch = `<rect width="16" height="16" fill="${code}"></rect>`;
    return `<svg class="swatch" width="16" height="16" aria-hidden="true">${swatch}</svg> <code>${code}</code>`;
  },

  bytes: (_field, formatter) => (dbValue) => {
    const { size, sha256 } = readByteSummary(dbValue);
    const words = escapeHtml(formatter.t('value.bytes', { size, shown: formatter.number(size) }));
    return sha256 === undefined ? words : `${words} · SHA-256 <code>${escapeHtml(sha256.slice(0, HASH_DIGITS))}</code>`;
  },

  file,
  image(field, formatter) {
    const named = file(field, formatter);
    if (formatter.whole !== true) return named;
    return (dbValue, row) => {
      const stored = readStoredFile(dbValue);
      const url = fileUrl(field, formatter, row);
      if (stored === undefined || url === undefined) return named(dbValue, row);
      const dimensions = stored.width === null ? '' : ` width="${stored.width}" height="${stored.height}"`;
      // The file name beside it describes the image; screen readers should not read it twice.
      return `<img class="picture" src="${escapeHtml(url)}" alt=""${dimensions} loading="lazy"> ${named(dbValue, row)}`;
    };
  },

  belongsTo(field, formatter) {
    const alias = relationLabel(field.name);
    const target = field.target?.name;
    return (dbValue, row) => {
      const label = row[alias];
      // Without a label, the user cannot see the row, so there is nothing to link to.
      if (typeof label !== 'string') return escapeHtml(String(dbValue));
      const html = escapeHtml(label === '' ? String(dbValue) : label);
      const url = target === undefined ? undefined : formatter.recordUrl(target, encodeKeyPart(String(dbValue)));
      return url === undefined ? html : `<a href="${escapeHtml(url)}">${html}</a>`;
    };
  },

  manyToMany(field, formatter) {
    const alias = relationList(field.name);
    const target = field.target?.name;
    return (dbValue, row) =>
      distinctLabels(
        relatedRows(row[alias] ?? dbValue).map(({ key, label }) => ({
          key: String(key),
          label: label ?? '',
          isVisible: typeof label === 'string',
        })),
      )
        .map(({ key, label, isVisible }) => {
          const html = escapeHtml(label);
          const url = isVisible && target !== undefined ? formatter.recordUrl(target, encodeKeyPart(key)) : undefined;
          if (url === undefined) return `<span class="badge">${html}</span>`;
          return `<a class="badge" href="${escapeHtml(url)}">${html}</a>`;
        })
        .join(' ');
  },
};

/** The beginning of long text in a list; the full text on a record's own page. */
function excerpt(text: string, { whole }: Formatter): string {
  // fault: text-not-escaped
  return escapeHtml(whole === true ? text : truncate(text, MAX_TEXT));
}

/** A badge if any value of the field has a tone, so that a column looks the same in every row. */
function badgeOf(field: FieldInfo, value: string, t: Formatter['t']): string {
  const label = escapeHtml(choiceLabel(t, field, value));
  if (Object.keys(field.tones).length === 0) return label;
  const tone = field.tones[value] ?? 'neutral';
  return `<span class="badge${tone === 'neutral' ? '' : ` tone-${tone}`}">${label}</span>`;
}
