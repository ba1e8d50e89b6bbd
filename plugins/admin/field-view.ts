import type { App } from '../../core/app.ts';
import { distinctLabels } from '../../core/model/distinct-labels.ts';
import type { FieldInfo } from '../../core/model/field-type.ts';
import { isFileField } from '../../core/model/field-types/file.ts';
import type { Problem } from '../../core/model/issue.ts';
import { MAX_LISTED } from '../../core/query/find-record.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { relationLabel, relationList } from '../../core/sql/aliases.ts';
import { choiceLabel, fieldHelp, fieldLabel } from '../../core/view/model-names.ts';
import { adminRegistry } from './admin-registry.ts';
import type { CompiledAdmin, DisplayField } from './compile-admin.ts';
import { type AddLink, addLink } from './create-in-place.ts';
import { acceptedFiles, type FileView, fileView } from './file-view.ts';
import { type Input, inputOfRecord, isAutoFilled, linkedRows, tooLargeFields } from './form-input.ts';
import { columnLabel, compileCell } from './list-cells.ts';
import type { Waiting } from './receive-files.ts';
import type { Selections } from './resolve-relations.ts';
import { writableFields } from './writable-fields.ts';

/** One field of a form, formatted for the view. */
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
  readonly error?: string;
  /** The value of a read-only field, as HTML. */
  readonly valueHtml?: string;
  /** After a conflict: the value saved by someone else, as HTML. Set only if this user changed the field, too. */
  readonly savedHtml?: string;
  readonly maxlength?: number;
  /** The unit next to the control: the currency of an amount, the time zone of a timestamp. */
  readonly unit?: string;
  readonly file?: FileView;
  readonly options?: readonly OptionView[];
  readonly optionsUrl?: string;
  readonly chosenLabel?: string;
  /** Opens the other model's form in a new tab, to add a missing row. */
  readonly add?: AddLink;
  /** Rows that match the text typed without scripts. */
  readonly candidates?: readonly { readonly value: string; readonly label: string }[];
}
export interface OptionView {
  readonly value: string;
  readonly label: string;
  readonly checked: boolean;
}

/** A group of fields under a heading, which may be empty. */
export interface SectionView {
  readonly title: string;
  readonly fields: readonly FieldView[];
}

/** A text input with suggestions. `many` allows several rows. */
interface ComboboxView {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** The label of the current row. */
  readonly label: string;
  /** Undefined for users who cannot look up rows; they type a key or a label. */
  readonly url: string | undefined;
  readonly many: boolean;
  /** HTML attributes, from `admin/fields/described`. */
  readonly attributes: string;
}

/** The name of a control in `admin/fields`. Custom field types name a view of their own, which receives the same data. */
type ControlName =
  | 'checkbox'
  | 'colour'
  | 'date'
  | 'datetime-local'
  | 'decimal'
  | 'email'
  | 'json'
  | 'markdown'
  | 'number'
  | 'phone'
  | 'relation'
  | 'relations'
  | 'text'
  | 'textarea'
  | 'time'
  | 'url';
interface ControlData<K extends keyof FieldView = never> {
  readonly field: FieldView & Required<Pick<FieldView, K>>;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes extends Record<`admin/fields/${ControlName}`, ControlData> {
    'admin/field': ControlData;
    'admin/combobox': { readonly box: ComboboxView };
    /** The attributes common to all controls. */
    'admin/fields/described': ControlData;
    'admin/fields/boxes': ControlData<'options'>;
    'admin/fields/radios': ControlData<'options'>;
    'admin/fields/select': ControlData<'options'>;
    'admin/fields/candidates': ControlData & Required<Pick<FieldView, 'candidates'>>;
    'admin/fields/file': ControlData<'file'>;
    'admin/fields/image': ControlData<'file'>;
  }
}

interface FieldState {
  readonly record?: FoundRecord | undefined;
  readonly input: Input;
  readonly selections: Selections;
  readonly waiting?: Waiting;
  /** Fields whose file will be removed. */
  readonly removed?: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  /** Fields changed by both this user and someone else. */
  readonly changedByBoth?: ReadonlySet<string>;
}

/** The sections of a form with their fields. Fields that are visible but not writable are shown as text. */
export async function fieldViews(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  state: FieldState,
): Promise<readonly SectionView[]> {
  const { record } = state;
  const all = writableFields(ctx, app, admin, record ? 'change' : 'add');
  const tooLarge = record ? tooLargeFields(all, inputOfRecord(admin, record, ctx.state.timeZone)) : new Set();
  const writable = new Set(all.filter((field) => !tooLarge.has(field)));
  const sections = [];
  for (const { title, items } of admin.sections) {
    const fields: FieldView[] = [];
    for (const item of items) {
      if ('field' in item && writable.has(item.field)) fields.push(await editable(ctx, app, admin, item.field, state));
      else if (record) {
        const fact = readOnlyView(ctx, app, admin, item, {
          record,
          isCut: 'field' in item && tooLarge.has(item.field),
        });
        if (fact) fields.push(fact);
      }
    }
    if (fields.length > 0) sections.push({ title: title === '' ? '' : ctx.state.t(title), fields });
  }
  return sections;
}

function readOnlyView(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  item: DisplayField,
  { record, isCut }: { readonly record: FoundRecord; readonly isCut: boolean },
): FieldView | undefined {
  const name = 'field' in item ? item.field.name : item.computed.name;
  const help = 'field' in item ? fieldHelp(ctx.state.t, item.field) : '';
  const valueHtml = shownHtml(ctx, app, admin, item, { record, isCut });
  if (valueHtml === undefined) return undefined;
  return {
    id: `f-${name}`,
    name,
    label: columnLabel(ctx.state.t, item),
    help: isCut ? `${help} ${ctx.state.t('admin.form.tooLarge')}`.trim() : help,
    required: false,
    readOnly: true,
    wide: 'field' in item && item.field.multiline,
    widget: 'text',
    value: '',
    valueHtml,
  };
}

/**
 * The value of a record, formatted as on its page, or as in a list if it is truncated; undefined if it is hidden from the user.
 */
function shownHtml(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  item: DisplayField,
  { record, isCut }: { readonly record: FoundRecord; readonly isCut: boolean },
): string | undefined {
  if ('field' in item && !(rowAlias(item.field) in record.row)) return undefined;
  return compileCell(admin, item, adminRegistry(app).formatter(ctx, isCut ? undefined : 'whole'))(record.row) ?? '–';
}

async function editable(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  field: FieldInfo,
  { record, input, selections, waiting, removed, problems, changedByBoth }: FieldState,
): Promise<FieldView> {
  const { t } = ctx.state;
  const help = fieldHelp(t, field);
  const texts = input.get(field.name) ?? [];
  const errors = problems.filter((problem) => problem.field === field.name);
  const widget = controlFor(field, texts, errors);
  const savedHtml =
    record && changedByBoth?.has(field.name)
      ? shownHtml(ctx, app, admin, { field }, { record, isCut: false })
      : undefined;
  const base = {
    id: `f-${field.name}`,
    name: field.name,
    label: fieldLabel(t, field),
    help: record === undefined && isAutoFilled(field) ? `${help} ${t('admin.form.autoFilled')}`.trim() : help,
    required: isRequired(field, record === undefined),
    readOnly: false,
    wide: field.multiline || field.typeName === 'json' || field.typeName === 'manyToMany',
    widget,
    value: texts[0] ?? '',
    ...(errors.length > 0 && { error: errors.map(({ issue }) => t(issue.key, issue.params)).join(' ') }),
    ...(savedHtml !== undefined && { savedHtml }),
    ...(typeof field.max === 'number' && field.type.cast(field) === 'text' && { maxlength: field.max }),
    ...unitOf(ctx, field),
  };
  if (isFileField(field)) {
    const state = { waiting: waiting?.get(field.name), isRemoved: removed?.has(field.name) === true };
    const file = fileView(ctx, app, field, record, state);
    const help = [fieldHelp(t, field), acceptedFiles(ctx, app, field)].join(' ').trim();
    return { ...base, value: '', help, file, required: base.required && !file.current && !file.waiting };
  }
  if (!field.target) return { ...base, ...buildOptions(field, texts, t) };

  const selection = selections.get(field.name);
  // Text that was resolved to a row is replaced by the row's key, as if the user had selected it.
  const keys =
    selection && (field.typeName === 'manyToMany' || selection.chosen.length > 0)
      ? [...new Set([...selection.kept, ...selection.chosen.map(({ key }) => key)])]
      : texts;
  const loaded = await loadFieldLabels(ctx, app, field, keys, record, selections);
  const add = addLink(ctx, app, field);
  // The lookup endpoint belongs to this model's pages and requires permission to view it. Users who can only add records type a
  // key or a label.
  const looksUp = app.policy.may(ctx.state.actor, 'view', admin.model);
  const relation = {
    ...base,
    ...(looksUp && { optionsUrl: app.urls.to(`/${admin.model.slug}/+options/${field.name}`) }),
    ...(add && { add }),
  };
  const others = (selection?.candidates ?? []).filter(({ key }) => !keys.includes(key));
  if (field.typeName === 'manyToMany') {
    const chosen = keys
      .filter((key) => key !== '')
      .map((key) => ({ key, label: loaded.get(key) ?? key, checked: true }));
    const boxes = distinctLabels([...chosen, ...others.map((candidate) => ({ ...candidate, checked: false }))]);
    return {
      ...relation,
      value: '',
      ...(record?.truncated.has(field.name) && {
        help: [
          fieldHelp(t, field),
          t('admin.form.moreLinked', { n: adminRegistry(app).formatter(ctx).number(MAX_LISTED) }),
        ]
          .join(' ')
          .trim(),
      }),
      options: boxes.map(({ key, label, checked }) => ({ value: key, label, checked })),
    };
  }
  const value = keys[0] ?? '';
  const candidates = distinctLabels(others);
  return {
    ...relation,
    value,
    chosenLabel: loaded.get(value) ?? value,
    ...(candidates.length > 0 && { candidates: candidates.map(({ key, label }) => ({ value: key, label })) }),
  };
}

const ONE_LINE = new Set(['text', 'email', 'url', 'phone', 'colour', 'number', 'decimal']);

/** Single-line inputs remove line breaks, so values that contain any get a text area. */
function controlFor(field: FieldInfo, [text = '']: readonly string[], problems: readonly Problem[]): string {
  const widget = field.type.widget(field);
  // The user resolves the ambiguity by adding an offset, which the browser's time picker cannot represent.
  if (problems.some(({ issue }) => issue.key === 'problem.timeTwice')) return 'text';
  return ONE_LINE.has(widget) && /[\r\n]/.test(text) ? 'textarea' : widget;
}

function isRequired(field: FieldInfo, isNew: boolean): boolean {
  if (field.nullable || field.typeName === 'manyToMany' || field.typeName === 'boolean' || field.source) return false;
  if (field.item) return Number(field.min) > 0;
  return !(isNew && isAutoFilled(field));
}

function unitOf({ state }: Context, field: FieldInfo): { unit?: string } {
  if (field.currency !== undefined) return { unit: field.currency };
  // A timestamp has a time zone; a local time does not.
  return !field.target && field.type.cast(field) === 'timestamptz' ? { unit: state.timeZone } : {};
}

/** The options of a choice or a nullable boolean. */
function buildOptions(
  field: FieldInfo,
  texts: readonly string[],
  t: Context['state']['t'],
): { options?: readonly OptionView[] } {
  const option = (value: string, label: string): OptionView => ({ value, label, checked: (texts[0] ?? '') === value });
  if (field.typeName === 'choice') {
    const [current = ''] = texts;
    // If other programs write to the table, it may contain a value that is not a choice. Without an option for it, the browser
    // would select the first one.
    const all = current === '' || field.values.includes(current) ? field.values : [...field.values, current];
    const values = all.map((value) => option(value, choiceLabel(t, field, value)));
    return { options: field.nullable || texts.length === 0 ? [option('', '–'), ...values] : values };
  }
  if (field.item && field.type.filter === 'values') {
    const chosen = new Set(texts.flatMap((text) => text.split('\n')));
    const label = (value: string): string => choiceLabel(t, field, value);
    // Stored items that are no longer among the choices need a check box, or submitting the form would drop them.
    const values = new Set([...field.values, ...[...chosen].filter((value) => value !== '')]);
    return { options: [...values].map((value) => ({ value, label: label(value), checked: chosen.has(value) })) };
  }
  if (field.typeName === 'boolean' && field.nullable) {
    return { options: [option('', '–'), option('true', t('value.yes')), option('false', t('value.no'))] };
  }
  return {};
}

/** Labels of selected rows: taken from the record or the relations just resolved, otherwise queried. */
async function loadFieldLabels(
  ctx: Context,
  app: App,
  field: FieldInfo,
  texts: readonly string[],
  record: FoundRecord | undefined,
  selections: Selections,
): Promise<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  for (const { key, label } of selections.get(field.name)?.chosen ?? []) labels.set(key, label);
  if (record && field.typeName === 'manyToMany')
    for (const { key, label } of linkedRows(record, field)) labels.set(key, label);
  if (record && field.typeName === 'belongsTo') {
    const key = record.row[field.name];
    const label = record.row[relationLabel(field.name)];
    if (key !== null && typeof label === 'string') labels.set(String(key), label);
  }
  const missing = texts.filter((key) => key !== '' && !labels.has(key));
  if (missing.length > 0) {
    for (const [key, label] of await app.records.labels(ctx.state.actor, field, missing)) labels.set(key, label);
  }
  return labels;
}

function rowAlias(field: FieldInfo): string {
  return field.typeName === 'manyToMany' ? relationList(field.name) : field.name;
}
