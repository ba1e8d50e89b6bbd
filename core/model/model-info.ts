import type { DeclaredField } from './declared-field.ts';
import { readField } from './declared-field.ts';
import type { FieldDraft, ModelDraft, Tell } from './draft.ts';
import { fieldInfo } from './field-info.ts';
import type { FieldTypeRegistry } from './field-types.ts';
import type { AnyModel } from './model.ts';
import { addressFault, fieldNameFault, modelNameFault, tableNameFault } from './names.ts';
import { kebabCase, pluralOf, snakeCase, wordsInSentence } from './naming.ts';
import { didYouMean } from './nearest.ts';

/** Fields by which people know a row where the model names none. */
const LABELS = ['name', 'title', 'email'];

/** Of a definition beside fields and key. A misspelt one would be left out, and `migrate make` would drop the table that it named. */
const OPTIONS = Object.keys({
  table: true,
  unique: true,
  indexes: true,
  label: true,
  title: true,
  plural: true,
  slug: true,
  managed: true,
  readOnly: true,
  pick: true,
} satisfies Readonly<Record<keyof AnyModel['definition'], true>>);

/** A model with its own fields and key; what other models have to say about it comes later. */
export function modelInfo(
  owner: string,
  model: AnyModel,
  declared: Map<FieldDraft, DeclaredField>,
  types: FieldTypeRegistry,
  tell: Tell,
): ModelDraft {
  const { modelName: name, definition } = model;
  const draft: ModelDraft = {
    model,
    name,
    owner,
    table: definition.table?.split('.') ?? [snakeCase(name)],
    slug: definition.slug ?? kebabCase(pluralOf(name)),
    title: definition.title ?? wordsInSentence(name),
    plural: definition.plural ?? pluralOf(definition.title ?? wordsInSentence(name)),
    fields: new Map(),
    stored: [],
    key: [],
    label: [],
    unique: [],
    indexes: [],
    managed: definition.managed ?? true,
    readOnly: definition.readOnly ?? false,
    pick: definition.pick ?? 'viewers',
    inbound: [],
  };
  const where = `model ${name}`;
  const nameFault = modelNameFault(name);
  if (nameFault !== undefined) tell(where, `${capital(nameFault)}.`);
  const tableFault = tableNameFault(draft.table);
  if (tableFault !== undefined) tell(`${where}: table`, `${capital(tableFault)}.`);
  if (draft.managed && owner === 'project' && draft.table.at(-1)?.startsWith('rustio_')) {
    tell(`${where}: table`, 'Tables that begin with "rustio_" belong to the framework; choose another name.');
  }
  const wrongAddress = addressFault(draft.slug);
  if (wrongAddress !== undefined) tell(`${where}: address`, `${capital(wrongAddress)}.`);

  for (const option of Object.keys(definition)) {
    if (!OPTIONS.includes(option))
      tell(`model ${name}`, `There is no option "${option}".${didYouMean(option, OPTIONS)}`);
  }
  readFields(draft, declared, types, tell);
  draft.key = readKey(draft, tell);
  return draft;
}

/** Label, unique sets and indexes: names of the model's own fields. Columns are known by now. */
export function nameFields(model: ModelDraft, tell: Tell): void {
  const { definition } = model.model;
  const where = `model ${model.name}`;
  model.label = readLabel(model, tell);
  model.unique = (definition.unique ?? []).map((names, at) =>
    names.flatMap((name) => stored(model, name, `${where}: unique[${at}]`, tell) ?? []),
  );
  model.indexes = (definition.indexes ?? []).map((names, at) =>
    names.flatMap((name) => {
      const descending = name.startsWith('-');
      const field = stored(model, descending ? name.slice(1) : name, `${where}: indexes[${at}]`, tell);
      return field === undefined ? [] : [{ field, descending }];
    }),
  );
  for (const [at, set] of model.unique.entries()) {
    if (new Set(set).size < set.length) tell(`${where}: unique[${at}]`, 'A field stands twice.');
    if (definition.unique?.[at]?.length === 0) tell(`${where}: unique[${at}]`, 'There is no field in it.');
    const bytes = set.find((field) => field.spec.summary !== undefined);
    if (bytes !== undefined) tell(`${where}: unique[${at}]`, `"${bytes.name}" is too large to be compared.`);
  }
  for (const [at, parts] of model.indexes.entries()) {
    if (new Set(parts.map(({ field }) => field)).size < parts.length) {
      tell(`${where}: indexes[${at}]`, 'A field stands twice.');
    }
    if (definition.indexes?.[at]?.length === 0) tell(`${where}: indexes[${at}]`, 'There is no field in it.');
    const unordered = parts.find(({ field }) => !field.spec.sortable)?.field;
    if (unordered !== undefined) tell(`${where}: indexes[${at}]`, `${aField(unordered)} has no order.`);
  }
}

function readFields(
  model: ModelDraft,
  declared: Map<FieldDraft, DeclaredField>,
  types: FieldTypeRegistry,
  tell: Tell,
): void {
  for (const [name, field] of Object.entries(model.model.fields)) {
    const where = `model ${model.name}: fields.${name}`;
    const fault = fieldNameFault(name);
    if (fault !== undefined) {
      tell(where, `${capital(fault)}.`);
      continue;
    }
    const read = readField(field, types, (problem) => tell(where, problem));
    if (read === undefined) continue;
    const info = fieldInfo(model, name, read);
    declared.set(info, read);
    model.fields.set(name, info);
    if (info.kind !== 'manyToMany') model.stored.push(info);
  }
}

function readKey(model: ModelDraft, tell: Tell): FieldDraft[] {
  const where = `model ${model.name}: key`;
  const names = namesOf(model.model.key);
  if (names.length === 0) tell(where, 'A key names one field, or several in an array.');
  if (new Set(names).size < names.length) tell(where, 'A field stands twice.');
  const key = names.flatMap((name) => stored(model, name, where, tell) ?? []);
  for (const field of key) {
    if (field.nullable) tell(where, `"${field.name}" may be empty; a key may not.`);
    if (!field.spec.sortable) tell(where, `"${field.name}" is ${nameOf(field)}; a key must be readable in an address.`);
  }
  for (const field of model.stored) {
    const alone = key.length === 1 && key[0] === field;
    if (field.kind === 'identity' && !alone) {
      tell(`model ${model.name}: fields.${field.name}`, "An identity is a model's whole key, or it is not there.");
    }
  }
  return key;
}

function readLabel(model: ModelDraft, tell: Tell): readonly FieldDraft[] {
  const where = `model ${model.name}: label`;
  const written = model.model.definition.label;
  const names = written === undefined ? LABELS.filter((name) => model.fields.has(name)).slice(0, 1) : namesOf(written);
  if (names.length === 0) {
    tell(where, 'By which fields do people know a row? Say `label`, as there is no field name, title or email.');
  }
  const fields = names.flatMap((name) => stored(model, name, where, tell) ?? []);
  const unreadable = fields.find((field) => !field.spec.sortable);
  if (unreadable !== undefined)
    tell(where, `"${unreadable.name}" is ${nameOf(unreadable)}; nobody knows a row by that.`);
  return fields;
}

function stored(model: ModelDraft, name: string, where: string, tell: Tell): FieldDraft | undefined {
  const field = model.fields.get(name);
  if (field === undefined) {
    tell(where, `There is no field "${name}".${didYouMean(name, model.fields.keys())}`);
    return undefined;
  }
  if (field.kind === 'manyToMany') {
    tell(where, `"${name}" is a manyToMany and has no column.`);
    return undefined;
  }
  return field;
}

function namesOf(written: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(written) ? written : [written];
  return list.filter((name) => typeof name === 'string');
}

function nameOf({ kind }: FieldDraft): string {
  const names: Readonly<Record<string, string>> = { json: 'JSON', markdown: 'Markdown', array: 'an array' };
  return names[kind] ?? kind;
}

function aField({ kind }: Pick<FieldDraft, 'kind'>): string {
  return `${kind === 'array' ? 'An' : 'A'} ${kind} field`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
