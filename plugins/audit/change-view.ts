import type { Translate } from '../../core/messages/catalogue.ts';
import type { FieldInfo, Formatter } from '../../core/model/field-type.ts';
import { sizeText } from '../../core/view/formatter.ts';
import { fieldLabel } from '../../core/view/model-names.ts';
import { valueText as fieldText } from '../../core/view/value-text.ts';
import type { Side } from './entries.ts';
import { storedText } from './stored-values.ts';
import type { Change } from './visible.ts';

const MAX_LENGTH = 300;
/** Lists with more values than this are collapsed. */
const MAX_VALUES = 5;

/** A change as unescaped text, for a template that escapes it. `undefined` means that there was no value. */
export interface ChangeView {
  readonly label: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The URL of the full value, if it is truncated. */
  readonly beforeUrl?: string;
  readonly afterUrl?: string;
  /** The summary of a collapsed list: `Show 16 permissions`. */
  readonly folded?: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'audit/changes': { readonly changes: readonly ChangeView[] };
  }
}

/** `urlOf` returns the URL of a full value, for pages that link to it. */
export function changeView(
  formatter: Formatter,
  { name, field, before, after }: Change,
  urlOf?: (side: Side, name: string) => string,
): ChangeView {
  const { t } = formatter;
  const n = Math.max(...[before, after].map((value) => (Array.isArray(value) ? value.length : 0)));
  const key = `audit.show.${name}`;
  const folded = t(key, { n });
  return {
    label: field === undefined ? labelName(t, name) : fieldLabel(t, field),
    before: valueText(formatter, field, before),
    after: valueText(formatter, field, after),
    ...(urlOf && isCut(formatter, field, before) && { beforeUrl: urlOf('before', name) }),
    ...(urlOf && isCut(formatter, field, after) && { afterUrl: urlOf('after', name) }),
    ...(n > MAX_VALUES && { folded: folded === key ? t('audit.showValues', { n }) : folded }),
  };
}

/**
 * The data of an event other than its changes, by name. Plugins can provide labels for names and codes
 * (`audit.data.reason.wrong_password`).
 */
export function detailView(
  formatter: Formatter,
  name: string,
  value: unknown,
): { readonly label: string; readonly after: string | undefined } {
  const { t } = formatter;
  const code = typeof value === 'string' && /^[a-z]+(_[a-z]+)*$/.test(value) ? value : undefined;
  const after = code === undefined ? valueText(formatter, undefined, value) : labelCode(t, name, code);
  return { label: labelName(t, name), after };
}

function labelName(t: Translate, name: string): string {
  const key = `audit.data.${name}`;
  const label = t(key);
  return label === key ? name : label;
}

/** Codes without a label are shown with spaces: `wrong password`. */
function labelCode(t: Translate, name: string, code: string): string {
  const key = `audit.data.${name}.${code}`;
  const label = t(key);
  return label === key ? code.replaceAll('_', ' ') : label;
}

/**
 * A value of the audit trail as text: formatted as on the record's page if its field is known, otherwise as stored. Large values
 * are truncated.
 */
export function valueText(formatter: Formatter, field: FieldInfo | undefined, value: unknown): string | undefined {
  const stored = storedText(value);
  if (stored?.bytes !== undefined) {
    const size = sizeText(formatter, stored.bytes);
    const details = stored.sha256 === undefined ? size : `${size}, SHA-256 ${stored.sha256}`;
    return `${beginningOf(stored.text)}… (${details})`;
  }
  const text = stored?.text ?? wholeText(formatter, field, value);
  if (text === '' && field?.nullable === true) return formatter.t('value.empty');
  return text === undefined || isShort(text) ? text : `${beginningOf(text)}…`;
}

/** Whether the trail contains more of the value than pages show. */
function isCut(formatter: Formatter, field: FieldInfo | undefined, value: unknown): boolean {
  const stored = storedText(value);
  if (stored?.bytes !== undefined) return stored.sha256 === undefined;
  return !isShort(stored?.text ?? wholeText(formatter, field, value) ?? '');
}

function wholeText(formatter: Formatter, field: FieldInfo | undefined, value: unknown): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
    case 'number':
      return field === undefined ? String(value) : fieldText(field, String(value), formatter);
    case 'boolean':
      return formatter.t(value ? 'value.yes' : 'value.no');
    case 'object':
      if (value === null) return undefined;
      if (Array.isArray(value) && value.length === 0) return field?.nullable === true ? '' : undefined;
      if (Array.isArray(value)) return value.map((each) => wholeText(formatter, field, each) ?? '').join(', ');
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

function isShort(text: string): boolean {
  return text.length <= MAX_LENGTH || [...text].length <= MAX_LENGTH;
}

function beginningOf(text: string): string {
  return [...text].slice(0, MAX_LENGTH).join('');
}

/** The label of an event: the message `event.NAME` of its plugin, otherwise the name itself. */
export function eventLabel(t: Translate, event: string): string {
  const key = `event.${event}`;
  const label = t(key);
  // The plugin may have been removed since, together with its messages.
  return label === key ? event.replaceAll('_', ' ') : label;
}
