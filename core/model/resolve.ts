import type { BootProblem } from '../errors/boot.ts';
import { unknownModel } from '../errors/model.ts';
import { bindBelongsTo, bindManyToMany, bindSlugSources } from './bind-fields.ts';
import { fieldProblems } from './check-field.ts';
import { addFields, type OwnedExtension, requireColumns } from './extend-model.ts';
import type { ModelInfo, Models } from './field-type.ts';
import { combineFieldTypes, type OwnedFieldType } from './field-type-registry.ts';
import type { AnyModel } from './model.ts';
import { compileModel, resolveNames } from './model-info.ts';
import { columnNameProblem } from './names.ts';
import type { MutableField, MutableModel, Resolution } from './resolution.ts';

export interface DeclaredModel {
  /** A plugin's name, or `project`. */
  readonly owner: string;
  readonly model: AnyModel;
}

/** The additions of plugins to other owners' models. */
export interface ModelAdditions {
  readonly extensions?: readonly OwnedExtension[];
  readonly fieldTypes?: readonly OwnedFieldType[];
}

/**
 * Resolves the declarations of plugins and the project: names to fields, arrow functions to models, options to compiled values.
 * Collects all problems at once; if there is any, the models are incomplete and must not be used.
 *
 * @example
 * const { models, problems } = buildModels([{ owner: 'project', model: Order }]);
 * const order = models.of(Order);
 */
export function buildModels(
  declarations: readonly DeclaredModel[],
  { extensions = [], fieldTypes = [] }: ModelAdditions = {},
): {
  readonly models: Models;
  readonly problems: readonly BootProblem[];
} {
  const problems: BootProblem[] = [];
  const report: Resolution['report'] = (where, problem) => problems.push({ where, problem });
  const resolution: Resolution = {
    models: new Map(),
    declared: new Map(),
    types: combineFieldTypes(fieldTypes, report),
    report,
  };
  const { models, declared } = resolution;
  for (const { owner, model } of declarations) {
    const existing = models.get(model);
    if (existing !== undefined)
      report(`model ${model.modelName}`, `It is declared twice, by ${existing.owner} and ${owner}.`);
    else models.set(model, compileModel(owner, model, resolution));
  }
  addFields(extensions, resolution);
  const all = [...models.values()];
  const fields = all.flatMap((model) => [...model.fields.values()]);

  bindBelongsTo(ofType(fields, 'belongsTo'), resolution);
  bindManyToMany(ofType(fields, 'manyToMany'), resolution);
  bindSlugSources(ofType(fields, 'slug'), resolution);
  for (const model of all) {
    resolveNames(model, report);
    checkColumns(model, report);
  }
  requireColumns(all, report);
  for (const [field, declaredField] of declared) {
    for (const problem of fieldProblems(field, declaredField))
      report(`model ${field.model.name}: fields.${field.name}`, problem);
  }
  checkDuplicates(all, { property: 'name', select: (model) => model.name }, report);
  checkDuplicates(all, { property: 'table', select: (model) => model.table.join('.') }, report);
  checkDuplicates(all, { property: 'slug', select: (model) => model.slug }, report);
  return { models: createRegistry(models, all), problems };
}

function ofType(fields: readonly MutableField[], typeName: MutableField['typeName']): readonly MutableField[] {
  return fields.filter((field) => field.typeName === typeName);
}

function checkColumns(model: MutableModel, report: Resolution['report']): void {
  const columns = new Map<string, MutableField>();
  for (const field of model.stored) {
    const where =
      field.owner === model.owner
        ? `model ${model.name}: fields.${field.name}`
        : `plugin ${field.owner}: extendModels.${model.name}.${field.name}`;
    const columnProblem = columnNameProblem(field.column);
    if (columnProblem !== undefined) report(where, `Column: ${columnProblem}`);
    const other = columns.get(field.column);
    if (other === undefined) {
      columns.set(field.column, field);
      continue;
    }
    const otherName = field.owner === other.owner ? `"${other.name}"` : `"${other.name}" of ${other.owner}`;
    report(where, `It has the same column "${field.column}" as ${otherName}. Set \`column\` on one of them.`);
  }
}

/** Reports models that share a name, a table or a slug. */
function checkDuplicates(
  all: readonly MutableModel[],
  { property, select }: { readonly property: string; select(model: MutableModel): string },
  report: Resolution['report'],
): void {
  const models = new Map<string, MutableModel>();
  for (const model of all) {
    const value = select(model);
    const other = models.get(value);
    if (other === undefined) {
      models.set(value, model);
      continue;
    }
    const both = `"${other.name}" (${other.owner}) and "${model.name}" (${model.owner})`;
    report(`model ${model.name}: ${property}`, `${both} have the same ${property}, "${value}". Change one of them.`);
  }
}

function createRegistry(models: ReadonlyMap<AnyModel, ModelInfo>, all: readonly ModelInfo[]): Models {
  const byName = new Map([...all].reverse().map((model) => [model.name, model]));
  const bySlug = new Map([...all].reverse().map((model) => [model.slug, model]));
  return {
    all,
    byName: (name) => byName.get(name),
    bySlug: (slug) => bySlug.get(slug),
    of(declaration) {
      const model = models.get(declaration);
      if (model === undefined) throw unknownModel({ model: declaration.modelName });
      return model;
    },
  };
}
