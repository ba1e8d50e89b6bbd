import { currencyDigits } from './currency.ts';
import type { DeclaredField } from './declared-field.ts';
import type { FieldDraft, ModelDraft } from './draft.ts';
import { fileLimits } from './file-limits.ts';
import { arrayOfChoices } from './kinds/array.ts';
import { MONEY_DIGITS } from './kinds/money.ts';
import { SLUG_CHARACTERS } from './kinds/slug.ts';
import { humanise, snakeCase } from './naming.ts';
import { specOf } from './own-type.ts';

/** A field with everything that does not depend on other models; relations are bound afterwards. */
export function fieldInfo(model: ModelDraft, name: string, declared: DeclaredField, owner = model.owner): FieldDraft {
  const { kind, options } = declared;
  const item = declared.item && fieldInfo(model, name, declared.item, owner);
  const values = declared.item?.values ?? declared.values;
  const isMoney = kind === 'money';
  const files = fileLimits(kind, options);
  return {
    model,
    name,
    owner,
    writable: !model.readOnly,
    column: kind === 'manyToMany' ? '' : (options.column ?? snakeCase(name)),
    kind,
    spec: item?.kind === 'choice' ? arrayOfChoices : specOf(kind, declared.type, options.sqlType, model.managed),
    label: options.label ?? humanise(name),
    help: options.help ?? '',
    nullable: options.nullable ?? false,
    // Nobody else's file; and a record is found by its file when the file goes.
    unique: files !== undefined || (options.unique ?? kind === 'slug'),
    index: options.index ?? kind === 'belongsTo',
    // Nobody types bytes into a form.
    readOnly: kind === 'bytes' || (options.readOnly ?? kind === 'identity'),
    default: options.default,
    min: options.min,
    max: files?.max ?? options.max ?? (kind === 'slug' ? SLUG_CHARACTERS : undefined),
    multiline: options.multiline ?? kind === 'markdown',
    precision: isMoney ? MONEY_DIGITS : options.precision,
    scale: isMoney ? currencyDigits(options.currency ?? '') : options.scale,
    values,
    types: files?.types ?? [],
    pixels: files?.pixels,
    currency: options.currency,
    item,
    source: undefined,
    valueLabels: item?.valueLabels ?? bare(labelsOf(values, options.labels ?? {})),
    tones: item?.tones ?? bare(options.tones ?? {}),
    schema: declared.schema,
    target: undefined,
    onDelete: options.onDelete ?? 'restrict',
    through: undefined,
  };
}

function labelsOf(values: readonly string[], given: Readonly<Record<string, string>>): Record<string, string> {
  const own = bare(given);
  return Object.fromEntries(values.map((value) => [value, own[value] ?? humanise(value)]));
}

/** Without a prototype: what is looked up in it comes from forms and tables, and `constructor` must find nothing. */
function bare<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null), record);
}
