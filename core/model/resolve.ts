import { RustioError } from '../errors.ts';
import type { BootProblem } from '../problem.ts';
import { addFields, type OwnedExtension, tellRequired } from './add-fields.ts';
import { fieldProblems } from './check-field.ts';
import type { DeclaredField } from './declared-field.ts';
import type { FieldDraft, ModelDraft, Tell } from './draft.ts';
import { fieldTypesOf, type OwnedFieldType } from './field-types.ts';
import type { AnyModel } from './model.ts';
import { modelInfo, nameFields } from './model-info.ts';
import { columnNameFault } from './names.ts';
import type { ModelInfo, Models } from './registry.ts';
import { bindBelongsTo, bindManyToMany, tellOf } from './relations.ts';
import { bindSlugSources } from './slug-source.ts';

export interface DeclaredModel {
  /** A plugin's name, or `project`. */
  readonly owner: string;
  readonly model: AnyModel;
}

/** What plugins add to the models of others. */
export interface ModelAdditions {
  readonly extensions?: readonly OwnedExtension[];
  readonly fieldTypes?: readonly OwnedFieldType[];
}

/**
 * Resolves what plugins and project declared: names to fields, arrows to models, options to what they mean. Finds all problems
 * at once; where there is one, the models are as good as could be and nothing may be served from them.
 */
export function buildModels(
  declared: readonly DeclaredModel[],
  { extensions = [], fieldTypes = [] }: ModelAdditions = {},
): {
  readonly models: Models;
  readonly problems: readonly BootProblem[];
} {
  const problems: BootProblem[] = [];
  const tell: Tell = (where, problem) => problems.push({ where, problem });
  const written = new Map<FieldDraft, DeclaredField>();

  const types = fieldTypesOf(fieldTypes, tell);
  const known = new Map<AnyModel, ModelDraft>();
  for (const { owner, model } of declared) {
    if (known.has(model))
      tell(`model ${model.modelName}`, `It is declared twice, by ${known.get(model)?.owner} and ${owner}.`);
    else known.set(model, modelInfo(owner, model, written, types, tell));
  }
  addFields(extensions, known, written, types, tell);
  const all = [...known.values()];
  const fields = all.flatMap((model) => [...model.fields.values()]);

  bindBelongsTo(ofKind(fields, 'belongsTo'), written, known, tellOf(tell));
  bindManyToMany(ofKind(fields, 'manyToMany'), written, known, tellOf(tell));
  bindSlugSources(ofKind(fields, 'slug'), written, tellOf(tell));
  for (const model of all) {
    nameFields(model, tell);
    tellColumns(model, tell);
  }
  tellRequired(all, tell);
  for (const [field, read] of written) {
    for (const problem of fieldProblems(field, read)) tell(`model ${field.model.name}: fields.${field.name}`, problem);
  }
  tellTwice(all, 'name', (model) => model.name, tell);
  tellTwice(all, 'table', (model) => model.table.join('.'), tell);
  tellTwice(all, 'address', (model) => model.slug, tell);
  return { models: registryOf(known, all), problems };
}

function ofKind(fields: readonly FieldDraft[], kind: FieldDraft['kind']): readonly FieldDraft[] {
  return fields.filter((field) => field.kind === kind);
}

function tellColumns(model: ModelDraft, tell: Tell): void {
  const owners = new Map<string, FieldDraft>();
  for (const field of model.stored) {
    const where =
      field.owner === model.owner
        ? `model ${model.name}: fields.${field.name}`
        : `plugin ${field.owner}: extendModels.${model.name}.${field.name}`;
    const named = (other: FieldDraft): string =>
      field.owner === other.owner ? `"${other.name}"` : `"${other.name}" of ${other.owner}`;
    const fault = columnNameFault(field.column);
    if (fault !== undefined) tell(where, `Column: ${fault}.`);
    const other = owners.get(field.column);
    if (other)
      tell(where, `It has the column "${field.column}", as ${named(other)} has. Say \`column\` for one of them.`);
    else owners.set(field.column, field);
  }
}

/** Each model has a name, a table and an address of its own. */
function tellTwice(all: readonly ModelDraft[], what: string, of: (model: ModelDraft) => string, tell: Tell): void {
  const owners = new Map<string, ModelDraft>();
  for (const model of all) {
    const value = of(model);
    const other = owners.get(value);
    if (other === undefined) {
      owners.set(value, model);
      continue;
    }
    const both = `"${other.name}" (${other.owner}) and "${model.name}" (${model.owner})`;
    tell(`model ${model.name}: ${what}`, `${both} have the same ${what}, "${value}". Change one of them.`);
  }
}

function registryOf(known: ReadonlyMap<AnyModel, ModelInfo>, all: readonly ModelInfo[]): Models {
  const names = new Map([...all].reverse().map((model) => [model.name, model]));
  const addresses = new Map([...all].reverse().map((model) => [model.slug, model]));
  return {
    all,
    byName: (name) => names.get(name),
    bySlug: (address) => addresses.get(address),
    of(model) {
      const found = known.get(model);
      if (found !== undefined) return found;
      throw new RustioError('RIO-MODEL-UNKNOWN', {
        problem: `The model "${model.modelName}" is not part of this application.`,
        why: 'It stands neither in `models` of rustio.config.ts nor in an enabled plugin.',
        fix: `Add "${model.modelName}" to \`models\`, or enable the plugin that brings it.`,
        retry: 'After the change and a restart.',
      });
    },
  };
}
