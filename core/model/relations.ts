import type { DeclaredField } from './declared-field.ts';
import type { FieldDraft, ModelDraft, Tell } from './draft.ts';
import { belongsToKey } from './kinds/belongs-to.ts';
import { manyToManyKeys } from './kinds/many-to-many.ts';
import type { AnyModel } from './model.ts';
import { snakeCase } from './naming.ts';
import { didYouMean } from './nearest.ts';

export type Declarations = ReadonlyMap<FieldDraft, DeclaredField>;
export type Known = ReadonlyMap<AnyModel, ModelDraft>;

/** Finds out where an arrow points. Tells, and gives undefined, when that is no model of the application. */
export function pointedTo(arrow: (() => unknown) | undefined, known: Known, tell: (problem: string) => void) {
  if (arrow === undefined) {
    tell('A relation is written with an arrow function: field.belongsTo(() => Patient).');
    return undefined;
  }
  let found: unknown;
  try {
    found = arrow();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    tell(`The arrow function failed: ${reason}. Is the model exported by the file that it is imported from?`);
    return undefined;
  }
  if (!isModel(found)) {
    const what = found === undefined ? 'nothing' : found === null ? 'null' : `a ${typeof found}`;
    tell(`The arrow function must return a model, but it returns ${what}.`);
    return undefined;
  }
  const model = known.get(found);
  if (model === undefined) {
    const names = [...known.values()].map(({ name }) => name);
    const near = names.includes(found.modelName)
      ? ' Another model of that name is: are there two copies of a file?'
      : didYouMean(found.modelName, names);
    tell(`The model "${found.modelName}" is not among the application's models.${near} Add it to \`models\`.`);
  }
  return model;
}

/** Binds belongsTo fields: target first, then the spec and the column, which follow from the target's key. */
export function bindBelongsTo(fields: readonly FieldDraft[], declared: Declarations, known: Known, tell: TellOf): void {
  for (const field of fields) {
    field.target = pointedTo(declared.get(field)?.target, known, (problem) => tell(field, problem));
    const parts = field.target?.key.length ?? 1;
    if (parts > 1) {
      tell(
        field,
        `The model "${field.target?.name}" has a key of ${parts} fields; a relation can point to a key of one field only. ` +
          'Give that model a key of its own and make the fields unique together.',
      );
    }
    if (field.target?.key.length === 1) field.target.inbound.push(field);
  }
  const done = new Set<FieldDraft>();
  for (const field of fields) bindKey(field, declared, done, [], tell);
}

/** Binds manyToMany fields, whose through model must hold exactly one relation to each side. */
export function bindManyToMany(
  fields: readonly FieldDraft[],
  declared: Declarations,
  known: Known,
  tell: TellOf,
): void {
  for (const field of fields) {
    const target = pointedTo(declared.get(field)?.target, known, (problem) => tell(field, problem));
    const model = pointedTo(declared.get(field)?.through, known, (problem) => tell(field, `through: ${problem}`));
    field.target = target;
    const key = target?.key[0];
    if (target === undefined || key === undefined || model === undefined) continue;
    if (target.key.length > 1 || field.model.key.length > 1) {
      tell(field, 'Both sides of a manyToMany need a key of one field.');
      continue;
    }
    field.spec = manyToManyKeys(key.spec, key);

    const sides = target === field.model ? [target] : [field.model, target];
    const wanted = target === field.model ? 2 : 1;
    const found = sides.map((side) => [...model.fields.values()].filter((one) => isRelationTo(one, side)));
    for (const [at, relations] of found.entries()) {
      if (relations.length === wanted) continue;
      const count = wanted === 1 ? 'exactly one belongsTo' : 'exactly two belongsTo';
      tell(field, `through: "${model.name}" needs ${count} to "${sides[at]?.name}", but has ${relations.length}.`);
    }
    const [near, far] = target === field.model ? (found[0] ?? []) : [found[0]?.[0], found[1]?.[0]];
    if (near !== undefined && far !== undefined) field.through = { model, near, far };
  }
}

export type TellOf = (field: FieldDraft, problem: string) => void;
export const tellOf =
  (tell: Tell): TellOf =>
  (field, problem) =>
    tell(`model ${field.model.name}: fields.${field.name}`, problem);

function bindKey(
  field: FieldDraft,
  declared: Declarations,
  done: Set<FieldDraft>,
  path: readonly FieldDraft[],
  tell: TellOf,
): void {
  if (done.has(field)) return;
  const key = field.target?.key.length === 1 ? field.target.key[0] : undefined;
  if (path.includes(field)) {
    done.add(field);
    const round = [...path.slice(path.indexOf(field)), field].map(({ model, name }) => `${model.name}.${name}`);
    tell(field, `A key that is a relation must end in a plain key, but this one goes round: ${round.join(' → ')}.`);
    return;
  }
  if (key?.kind === 'belongsTo') bindKey(key, declared, done, [...path, field], tell);
  if (done.has(field)) return;
  done.add(field);
  if (key === undefined) return;
  field.spec = belongsToKey(key.spec, key);
  field.column = declared.get(field)?.options.column ?? `${snakeCase(field.name)}_${key.column}`;
}

function isRelationTo(field: FieldDraft, side: ModelDraft): boolean {
  return field.kind === 'belongsTo' && field.target === side;
}

function isModel(value: unknown): value is AnyModel {
  return typeof value === 'object' && value !== null && 'modelName' in value && 'fields' in value;
}
