import { type DeclaredField, readField } from './declared-field.ts';
import type { FieldDraft, ModelDraft, Tell } from './draft.ts';
import type { ModelExtension } from './extend-model.ts';
import { fieldInfo } from './field-info.ts';
import type { FieldTypeRegistry } from './field-types.ts';
import type { AnyModel } from './model.ts';
import { fieldNameFault } from './names.ts';
import { didYouMean } from './nearest.ts';

export interface OwnedExtension extends ModelExtension {
  /** The plugin's name. */
  readonly owner: string;
}

/** Adds the fields of plugins to the models of others, behind the model's own. */
export function addFields(
  extensions: readonly OwnedExtension[],
  known: ReadonlyMap<AnyModel, ModelDraft>,
  declared: Map<FieldDraft, DeclaredField>,
  types: FieldTypeRegistry,
  tell: Tell,
): void {
  for (const { owner, model, fields, writable } of extensions) {
    const draft = known.get(model);
    const { modelName } = model;
    const where = `plugin ${owner}: extendModels.${modelName}`;
    if (draft === undefined) {
      const names = [...known.values()].map(({ name }) => name);
      const other = names.includes(modelName)
        ? ' Another model of that name is: are there two copies of a file?'
        : didYouMean(modelName, names);
      tell(where, `The model "${modelName}" is not part of this application.${other}`);
      continue;
    }
    for (const [name, field] of Object.entries(fields)) {
      const problem = (text: string): void => tell(`${where}.${name}`, text);
      const fault = fieldNameFault(name);
      if (fault !== undefined) {
        problem(`${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`);
        continue;
      }
      const before = draft.fields.get(name);
      if (before !== undefined) {
        problem(`"${modelName}" has a field "${name}" already, which belongs to ${before.owner}.`);
        continue;
      }
      const read = readField(field, types, problem);
      if (read === undefined) continue;
      if (read.kind === 'identity') {
        problem('An identity is a key, and a key belongs to the owner of the model.');
        continue;
      }
      const info = fieldInfo(draft, name, read, owner);
      info.writable ||= writable;
      declared.set(info, read);
      draft.fields.set(name, info);
      if (info.kind !== 'manyToMany') draft.stored.push(info);
    }
  }
}

/** The model's owner adds rows without these fields; a default that only data access knows is no help to its SQL. */
export function tellRequired(models: readonly ModelDraft[], tell: Tell): void {
  for (const model of models) {
    for (const field of model.stored) {
      if (field.owner === model.owner || field.nullable || field.spec.sqlDefault(field) !== undefined) continue;
      tell(
        `plugin ${field.owner}: extendModels.${model.name}.${field.name}`,
        `It must be nullable or have a default of the database, since ${model.owner} adds rows to "${model.name}" without it.`,
      );
    }
  }
}
