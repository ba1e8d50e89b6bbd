import type { App } from '../../core/app.ts';
import { holdsFile } from '../../core/files/holds-file.ts';
import type { Context } from '../../core/http/context.ts';
import type { Form } from '../../core/http/form.ts';
import type { FieldInfo } from '../../core/model/registry.ts';
import { relationLabel, relationList } from '../../core/query/aliases.ts';
import type { Found } from '../../core/query/types.ts';
import type { Problem } from '../../core/write/types.ts';
import { cellOf, labelOf } from './cells.ts';
import { type AddLink, addLink } from './create-in-place.ts';
import { fillsItself, shownDefault } from './defaults.ts';
import { type FileView, fileView } from './file-view.ts';
import type { Waiting } from './receive-files.ts';
import type { Picks } from './resolve-relations.ts';
import { type Shown, type Site, sitesOf } from './site.ts';
import { writableFields } from './writable-fields.ts';

/** The texts that the controls of a form hold, by field; a manyToMany and a checkbox hold several or none. */
export type Input = ReadonlyMap<string, readonly string[]>;

/** One field of a form, ready to show. */
export interface FieldView {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly wide: boolean;
  readonly widget: string;
  readonly value: string;
  readonly mistake?: string;
  /** Ready HTML of a value that is shown and not edited. */
  readonly valueHtml?: string;
  readonly maxlength?: number;
  /** What stands behind the control: the currency of an amount, the zone whose clocks a moment is told by. */
  readonly unit?: string;
  readonly file?: FileView;
  readonly options?: readonly OptionView[];
  readonly optionsUrl?: string;
  readonly chosenLabel?: string;
  /** Opens the form of the other model, for a row that is not there yet. */
  readonly add?: AddLink;
  /** Rows that fit the words somebody typed without scripts. */
  readonly candidates?: readonly { readonly value: string; readonly label: string }[];
}
export interface OptionView {
  readonly value: string;
  readonly label: string;
  readonly checked: boolean;
}

/** What an empty form holds: defaults, and what the address fills in. */
export function inputOfDefaults(fields: readonly FieldInfo[], query: URLSearchParams): Input {
  const input = new Map<string, readonly string[]>();
  for (const field of fields) {
    const given = query.getAll(field.name).slice(0, 100);
    if (given.length > 0) input.set(field.name, given);
    else {
      const value = shownDefault(field);
      if (value !== undefined) input.set(field.name, [value]);
    }
  }
  return input;
}

export function inputOfRecord(site: Site, found: Found, zone: string): Input {
  const input = new Map<string, readonly string[]>();
  for (const field of site.model.fields.values()) {
    if (field.kind === 'manyToMany') {
      input.set(
        field.name,
        listOf(found, field).map(({ key }) => key),
      );
    } else {
      const wire = found.row[field.name];
      if (wire !== null && wire !== undefined) input.set(field.name, [field.spec.text(wire, field, zone)]);
    }
  }
  return input;
}

/** What was typed, kept for the page that tells the mistakes. */
export function inputOfForm(fields: readonly FieldInfo[], form: Form): Input {
  return new Map(fields.map((field) => [field.name, form.all(field.name)]));
}

interface FieldState {
  readonly found?: Found | undefined;
  readonly input: Input;
  readonly picks: Picks;
  readonly waiting?: Waiting;
  readonly problems: readonly Problem[];
}

/** The sections of a form with their fields. Fields that may be seen but not set are shown as facts. */
export async function fieldViews(
  ctx: Context,
  app: App,
  site: Site,
  state: FieldState,
): Promise<readonly { title: string; fields: readonly FieldView[] }[]> {
  const { found } = state;
  const writable = new Set(writableFields(ctx, app, site, found ? 'change' : 'add'));
  const sections = [];
  for (const { title, shown } of site.sections) {
    const fields: FieldView[] = [];
    for (const each of shown) {
      if ('field' in each && writable.has(each.field)) fields.push(await editable(ctx, app, site, each.field, state));
      else if (found) {
        const fact = readOnlyView(ctx, app, site, each, found);
        if (fact) fields.push(fact);
      }
    }
    if (fields.length > 0) sections.push({ title: title === '' ? '' : ctx.state.t(title), fields });
  }
  return sections;
}

function readOnlyView(ctx: Context, app: App, site: Site, shown: Shown, found: Found): FieldView | undefined {
  const name = 'field' in shown ? shown.field.name : shown.computed.name;
  if ('field' in shown && !(aliasOf(shown.field) in found.row)) return undefined;
  return {
    id: `f-${name}`,
    name,
    label: labelOf(shown),
    help: 'field' in shown ? shown.field.help : '',
    required: false,
    readOnly: true,
    wide: 'field' in shown && shown.field.multiline,
    widget: 'text',
    value: '',
    valueHtml: cellOf(site, shown, sitesOf(app).show(ctx, 'whole'))(found.row) ?? '–',
  };
}

async function editable(
  ctx: Context,
  app: App,
  site: Site,
  field: FieldInfo,
  { found, input, picks, waiting, problems }: FieldState,
): Promise<FieldView> {
  const { t } = ctx.state;
  const texts = input.get(field.name) ?? [];
  const widget = field.spec.widget(field);
  const mistakes = problems.filter((problem) => problem.field === field.name);
  const base = {
    id: `f-${field.name}`,
    name: field.name,
    label: field.label,
    help: field.help,
    required: isRequired(field, found === undefined),
    readOnly: false,
    wide: field.multiline || field.kind === 'json' || field.kind === 'manyToMany',
    widget,
    value: texts[0] ?? '',
    ...(mistakes.length > 0 && { mistake: mistakes.map(({ issue }) => t(issue.key, issue.params)).join(' ') }),
    ...(typeof field.max === 'number' && field.spec.cast(field) === 'text' && { maxlength: field.max }),
    ...unitOf(ctx, field),
  };
  if (holdsFile(field)) {
    const file = fileView(ctx, app, field, found, waiting?.get(field.name));
    const help = [field.help, file.taken].join(' ').trim();
    return { ...base, value: '', help, file, required: base.required && !file.current && !file.waiting };
  }
  if (!field.target) return { ...base, ...optionsOf(field, texts, t) };

  const pick = picks.get(field.name);
  // Words that led to a row are replaced by its key, as if it had been picked.
  const keys =
    pick && (field.kind === 'manyToMany' || pick.found.length > 0) ? pick.found.map(({ key }) => key) : texts;
  const labels = await labelsOf(ctx, app, field, keys, found, picks);
  const add = addLink(ctx, app, field);
  // Rows are looked up on a page of this model. Who may add to it and not view it types a key or a label.
  const looksUp = app.policy.may(ctx.state.actor, 'view', site.model);
  const relation = {
    ...base,
    ...(looksUp && { optionsUrl: app.urls.to(`/${site.model.slug}/+options/${field.name}`) }),
    ...(add && { add }),
  };
  const candidates = (pick?.candidates ?? []).filter(({ key }) => !keys.includes(key));
  if (field.kind === 'manyToMany') {
    const chosen = keys.filter((key) => key !== '').map((key) => ({ value: key, label: labels.get(key) ?? key }));
    return {
      ...relation,
      value: '',
      options: [
        ...chosen.map((option) => ({ ...option, checked: true })),
        ...candidates.map(({ key, label }) => ({ value: key, label, checked: false })),
      ],
    };
  }
  const value = keys[0] ?? '';
  return {
    ...relation,
    value,
    chosenLabel: labels.get(value) ?? value,
    ...(candidates.length > 0 && { candidates: candidates.map(({ key, label }) => ({ value: key, label })) }),
  };
}

function isRequired(field: FieldInfo, isNew: boolean): boolean {
  if (field.nullable || field.kind === 'manyToMany' || field.kind === 'boolean' || field.source) return false;
  if (field.item) return Number(field.min) > 0;
  return !(isNew && fillsItself(field));
}

function unitOf({ state }: Context, field: FieldInfo): { unit?: string } {
  if (field.currency !== undefined) return { unit: field.currency };
  // A moment stands on somebody's clocks; a time on the wall has none.
  return !field.target && field.spec.cast(field) === 'timestamptz' ? { unit: state.timeZone } : {};
}

/** Values of a choice, and of a boolean that may be unknown. */
function optionsOf(
  field: FieldInfo,
  texts: readonly string[],
  t: Context['state']['t'],
): { options?: readonly OptionView[] } {
  const option = (value: string, label: string): OptionView => ({ value, label, checked: (texts[0] ?? '') === value });
  if (field.kind === 'choice') {
    const [now = ''] = texts;
    // A table that others keep may hold another value. Without its own entry the browser would choose the first one for it.
    const all = now === '' || field.values.includes(now) ? field.values : [...field.values, now];
    const values = all.map((value) => option(value, field.valueLabels[value] ?? value));
    return { options: field.nullable || texts.length === 0 ? [option('', '–'), ...values] : values };
  }
  if (field.item && field.spec.filter === 'values') {
    const chosen = new Set(texts.flatMap((text) => text.split('\n')));
    const label = (value: string): string => field.valueLabels[value] ?? value;
    return { options: field.values.map((value) => ({ value, label: label(value), checked: chosen.has(value) })) };
  }
  if (field.kind === 'boolean' && field.nullable) {
    return { options: [option('', '–'), option('true', t('value.yes')), option('false', t('value.no'))] };
  }
  return {};
}

/** Labels of chosen rows: from the record or from what was just resolved, else asked for. */
async function labelsOf(
  ctx: Context,
  app: App,
  field: FieldInfo,
  texts: readonly string[],
  found: Found | undefined,
  picks: Picks,
): Promise<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  for (const { key, label } of picks.get(field.name)?.found ?? []) labels.set(key, label);
  if (found && field.kind === 'manyToMany') for (const { key, label } of listOf(found, field)) labels.set(key, label);
  if (found && field.kind === 'belongsTo') {
    const key = found.row[field.name];
    const label = found.row[relationLabel(field.name)];
    if (key !== null && typeof label === 'string') labels.set(String(key), label);
  }
  const unknown = texts.filter((key) => key !== '' && !labels.has(key));
  if (unknown.length > 0) {
    for (const [key, label] of await app.records.labels(ctx.state.actor, field, unknown)) labels.set(key, label);
  }
  return labels;
}

function listOf(found: Found, field: FieldInfo): readonly { key: string; label: string }[] {
  const list = found.row[relationList(field.name)];
  return Array.isArray(list) ? list : [];
}

function aliasOf(field: FieldInfo): string {
  return field.kind === 'manyToMany' ? relationList(field.name) : field.name;
}
