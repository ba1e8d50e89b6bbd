// Binds fields to what they refer to: relations to their targets, slugs to their source fields.

import { didYouMean } from '../base/nearest.ts';
import { belongsToKey, manyToManyKeys } from './field-types/relation.ts';
import type { AnyModel } from './model.ts';
import { snakeCase } from './names.ts';
import type { MutableField, MutableModel, Resolution } from './resolution.ts';

/** Binds belongsTo fields: first the target, then the type and the column, which depend on the target's key. */
export function bindBelongsTo(fields: readonly MutableField[], resolution: Resolution): void {
  const { declared } = resolution;
  for (const field of fields) {
    const report = reporterFor(field, resolution);
    field.target = resolveTarget(declared.get(field)?.target, resolution, report);
    const keyLength = field.target?.key.length ?? 1;
    if (keyLength > 1) {
      report(
        `The model "${field.target?.name}" has a key of ${keyLength} fields; a relation can point to a key of one field only. ` +
          'Give that model a single-field key and declare the fields as unique together.',
      );
    }
    if (field.target?.key.length === 1) field.target.inbound.push(field);
  }
  const bound = new Set<MutableField>();
  for (const field of fields) bindKey(field, [], { ...resolution, bound });
}

/** `path`: the relations followed so far, each of them a key of the model that the previous one references. */
function bindKey(
  field: MutableField,
  path: readonly MutableField[],
  resolution: Resolution & { readonly bound: Set<MutableField> },
): void {
  const { bound, declared } = resolution;
  if (bound.has(field)) return;
  const key = field.target?.key.length === 1 ? field.target.key[0] : undefined;
  if (path.includes(field)) {
    bound.add(field);
    const cycle = [...path.slice(path.indexOf(field)), field].map(({ model, name }) => `${model.name}.${name}`);
    reporterFor(field, resolution)(`The relations in this key are circular: ${cycle.join(' → ')}.`);
    return;
  }
  if (key?.typeName === 'belongsTo') bindKey(key, [...path, field], resolution);
  if (bound.has(field)) return;
  bound.add(field);
  if (key === undefined) return;
  field.type = belongsToKey(key.type, key);
  field.column = declared.get(field)?.options.column ?? `${snakeCase(field.name)}_${key.column}`;
}

/** Binds manyToMany fields, whose through model must have exactly one relation to each side. */
export function bindManyToMany(fields: readonly MutableField[], resolution: Resolution): void {
  const { declared } = resolution;
  for (const field of fields) {
    const report = reporterFor(field, resolution);
    const target = resolveTarget(declared.get(field)?.target, resolution, report);
    const through = resolveTarget(declared.get(field)?.through, resolution, (problem) => report(`through: ${problem}`));
    field.target = target;
    const key = target?.key[0];
    if (target === undefined || key === undefined || through === undefined) continue;
    if (target.key.length > 1 || field.model.key.length > 1) {
      report('Both sides of a manyToMany need a key of one field.');
      continue;
    }
    field.type = manyToManyKeys(key.type, key);

    const sides = target === field.model ? [target] : [field.model, target];
    const required = target === field.model ? 2 : 1;
    const relations = sides.map((side) => [...through.fields.values()].filter((other) => isRelationTo(other, side)));
    for (const [at, { length }] of relations.entries()) {
      if (length === required) continue;
      const count = required === 1 ? 'exactly one belongsTo' : 'exactly two belongsTo';
      report(`through: "${through.name}" needs ${count} to "${sides[at]?.name}", but has ${length}.`);
    }
    const [source, destination] =
      target === field.model ? (relations[0] ?? []) : [relations[0]?.[0], relations[1]?.[0]];
    if (source !== undefined && destination !== undefined) {
      field.through = { model: through, source, target: destination };
    }
  }
}

function isRelationTo(field: MutableField, side: MutableModel): boolean {
  return field.typeName === 'belongsTo' && field.target === side;
}

/** Binds each slug to the field that it names in `from`. */
export function bindSlugSources(slugs: readonly MutableField[], resolution: Resolution): void {
  for (const slug of slugs) {
    const report = reporterFor(slug, resolution);
    const from = resolution.declared.get(slug)?.options.from;
    if (from === undefined) continue;
    const texts = [...slug.model.fields.values()].filter(({ typeName }) => typeName === 'text');
    const source = texts.find(({ name }) => name === from);
    if (source === undefined) {
      const names = texts.map(({ name }) => name);
      report(`from: there is no text field "${from}".${didYouMean(from, names)}`);
    }
    if (slug.nullable) report('A slug with `from` is never empty; remove nullable.');
    slug.source = source;
  }
}

/** The model that an arrow function returns. Reports a problem and returns undefined if it is not a model of the application. */
function resolveTarget(
  arrow: (() => unknown) | undefined,
  { models }: Resolution,
  report: (problem: string) => void,
): MutableModel | undefined {
  if (arrow === undefined) {
    report('A relation requires an arrow function: field.belongsTo(() => Patient).');
    return undefined;
  }
  let returned: unknown;
  try {
    returned = arrow();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(`The arrow function failed: ${reason}. Check that the imported file exports the model.`);
    return undefined;
  }
  if (!isModel(returned)) {
    const what = returned === undefined ? 'nothing' : returned === null ? 'null' : `a ${typeof returned}`;
    report(`The arrow function must return a model, but it returns ${what}.`);
    return undefined;
  }
  const model = models.get(returned);
  if (model === undefined) {
    report(`${unknownModelProblem(returned.modelName, models.values())} Add it to \`models\`.`);
  }
  return model;
}

/** The problem of a reference to a model that is not part of the application. */
export function unknownModelProblem(modelName: string, models: Iterable<MutableModel>): string {
  const names = [...models].map(({ name }) => name);
  const hint = names.includes(modelName)
    ? ' It has another model of that name: are there two copies of a file?'
    : didYouMean(modelName, names);
  return `The model "${modelName}" is not part of this application.${hint}`;
}

function reporterFor(field: MutableField, { report }: Resolution): (problem: string) => void {
  return (problem) => report(`model ${field.model.name}: fields.${field.name}`, problem);
}

function isModel(value: unknown): value is AnyModel {
  return typeof value === 'object' && value !== null && 'modelName' in value && 'fields' in value;
}
