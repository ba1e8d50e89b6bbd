import { didYouMean } from '../base/nearest.ts';
import type { ReportProblem } from '../errors/boot.ts';
import { readField } from './declared-field.ts';
import { compileField } from './field-info.ts';
import type { AnyModel } from './model.ts';
import {
  fieldNameProblem,
  kebabCase,
  modelNameProblem,
  pluralize,
  slugProblem,
  snakeCase,
  tableNameProblem,
  wordsInSentence,
} from './names.ts';
import type { MutableField, MutableModel, Resolution } from './resolution.ts';

/** Fields that label a row if the model declares no label. */
const LABELS = ['name', 'title', 'email'];

/**
 * Options of a definition besides fields and key, to detect misspelled ones: if `table` were ignored, `migrate make` would drop the
 * table that it names.
 */
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
  selectableBy: true,
  recordsViews: true,
} satisfies Readonly<Record<keyof AnyModel['definition'], true>>);

/** A model with its own fields and key; what depends on other models is added later. */
export function compileModel(owner: string, declaration: AnyModel, resolution: Resolution): MutableModel {
  const { report } = resolution;
  const { modelName: name, definition } = declaration;
  const model: MutableModel = {
    model: declaration,
    name,
    owner,
    table: definition.table?.split('.') ?? [snakeCase(name)],
    slug: definition.slug ?? kebabCase(pluralize(name)),
    title: definition.title ?? wordsInSentence(name),
    plural: definition.plural ?? pluralize(definition.title ?? wordsInSentence(name)),
    fields: new Map(),
    stored: [],
    key: [],
    label: [],
    unique: [],
    indexes: [],
    managed: definition.managed ?? true,
    readOnly: definition.readOnly ?? false,
    selectableBy: definition.selectableBy ?? 'viewers',
    recordsViews: definition.recordsViews ?? false,
    inbound: [],
  };
  const where = `model ${name}`;
  const nameProblem = modelNameProblem(name);
  if (nameProblem !== undefined) report(where, nameProblem);
  const tableProblem = tableNameProblem(model.table);
  if (tableProblem !== undefined) report(`${where}: table`, tableProblem);
  if (model.managed && owner === 'project' && model.table.at(-1)?.startsWith('rustio_')) {
    report(`${where}: table`, 'Table names that start with "rustio_" are reserved; choose another name.');
  }
  const invalidSlug = slugProblem(model.slug);
  if (invalidSlug !== undefined) report(`${where}: slug`, invalidSlug);

  for (const option of Object.keys(definition)) {
    if (!OPTIONS.includes(option)) report(where, `There is no option "${option}".${didYouMean(option, OPTIONS)}`);
  }
  readFields(model, resolution);
  model.key = readKey(model, report);
  return model;
}

/** Resolves the field names in the label, unique sets and indexes. Columns must already be known. */
export function resolveNames(model: MutableModel, report: ReportProblem): void {
  const { definition } = model.model;
  const where = `model ${model.name}`;
  model.label = readLabel(model, report);
  const secret = model.label.find((field) => field.secret);
  // Labels are stored with entries of the audit trail, in plain text.
  if (secret !== undefined) report(`${where}: label`, `"${secret.name}" is secret, so it cannot label rows.`);
  model.unique = (definition.unique ?? []).map((names, at) =>
    names.flatMap((name) => storedField(model, name, `${where}: unique[${at}]`, report) ?? []),
  );
  model.indexes = (definition.indexes ?? []).map((names, at) =>
    names.flatMap((name) => {
      const descending = name.startsWith('-');
      const field = storedField(model, descending ? name.slice(1) : name, `${where}: indexes[${at}]`, report);
      return field === undefined ? [] : [{ field, descending }];
    }),
  );
  for (const [at, set] of model.unique.entries()) {
    if (new Set(set).size < set.length) report(`${where}: unique[${at}]`, 'A field is listed twice.');
    if (definition.unique?.[at]?.length === 0) report(`${where}: unique[${at}]`, 'It has no fields.');
    const large = set.find((field) => field.type.summary !== undefined);
    if (large !== undefined) report(`${where}: unique[${at}]`, `"${large.name}" is too large for a unique constraint.`);
  }
  for (const [at, parts] of model.indexes.entries()) {
    if (new Set(parts.map(({ field }) => field)).size < parts.length) {
      report(`${where}: indexes[${at}]`, 'A field is listed twice.');
    }
    if (definition.indexes?.[at]?.length === 0) report(`${where}: indexes[${at}]`, 'It has no fields.');
    const unsortable = parts.find(({ field }) => !field.type.sortable)?.field;
    if (unsortable !== undefined) report(`${where}: indexes[${at}]`, `${withArticle(unsortable)} cannot be indexed.`);
  }
}

function readFields(model: MutableModel, { declared, types, report }: Resolution): void {
  for (const [name, value] of Object.entries(model.model.fields)) {
    const where = `model ${model.name}: fields.${name}`;
    const nameProblem = fieldNameProblem(name);
    if (nameProblem !== undefined) {
      report(where, nameProblem);
      continue;
    }
    const declaredField = readField(value, types, (problem) => report(where, problem));
    if (declaredField === undefined) continue;
    const field = compileField(model, name, declaredField);
    declared.set(field, declaredField);
    model.fields.set(name, field);
    if (field.typeName !== 'manyToMany') model.stored.push(field);
  }
}

function readKey(model: MutableModel, report: ReportProblem): MutableField[] {
  const where = `model ${model.name}: key`;
  const names = namesOf(model.model.key);
  if (names.length === 0) report(where, 'A key needs at least one field.');
  if (new Set(names).size < names.length) report(where, 'A field is listed twice.');
  const key = names.flatMap((name) => storedField(model, name, where, report) ?? []);
  for (const field of key) {
    if (field.nullable) report(where, `"${field.name}" is nullable; key fields cannot be nullable.`);
    if (!field.type.sortable) report(where, `"${field.name}" is ${typeTitle(field)}; a key must be usable in a URL.`);
  }
  for (const field of model.stored) {
    const isOnlyKey = key.length === 1 && key[0] === field;
    if (field.typeName === 'identity' && !isOnlyKey) {
      report(`model ${model.name}: fields.${field.name}`, 'An identity field must be the only key field of its model.');
    }
  }
  return key;
}

function readLabel(model: MutableModel, report: ReportProblem): readonly MutableField[] {
  const where = `model ${model.name}: label`;
  const { label } = model.model.definition;
  const names = label === undefined ? LABELS.filter((name) => model.fields.has(name)).slice(0, 1) : namesOf(label);
  if (names.length === 0) {
    report(
      where,
      'Set `label` to the fields that identify a row for users: the model has no field name, title or email.',
    );
  }
  const fields = names.flatMap((name) => storedField(model, name, where, report) ?? []);
  const unsuitable = fields.find((field) => !field.type.sortable);
  if (unsuitable !== undefined)
    report(where, `"${unsuitable.name}" is ${typeTitle(unsuitable)}, which cannot be used as a label.`);
  return fields;
}

function storedField(
  model: MutableModel,
  name: string,
  where: string,
  report: ReportProblem,
): MutableField | undefined {
  const field = model.fields.get(name);
  if (field === undefined) {
    report(where, `There is no field "${name}".${didYouMean(name, model.fields.keys())}`);
    return undefined;
  }
  if (field.typeName === 'manyToMany') {
    report(where, `"${name}" is a manyToMany field and has no column.`);
    return undefined;
  }
  return field;
}

function namesOf(names: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  return list.filter((name) => typeof name === 'string');
}

function typeTitle({ typeName }: MutableField): string {
  const names: Readonly<Record<string, string>> = { json: 'JSON', markdown: 'Markdown', array: 'an array' };
  return names[typeName] ?? typeName;
}

function withArticle({ typeName }: Pick<MutableField, 'typeName'>): string {
  return `${typeName === 'array' ? 'An' : 'A'} ${typeName} field`;
}
