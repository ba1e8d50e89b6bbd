import type { App } from '../../core/app.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import { notFound } from '../../core/errors/http.ts';
import type { Formatter, ModelInfo } from '../../core/model/field-type.ts';
import { leadsToRecord } from '../../core/query/table-facts.ts';
import type { FoundRecord } from '../../core/query/types.ts';
import type { Context } from '../../core/request/context.ts';
import { createFormatter } from '../../core/view/formatter.ts';
import { type CompiledAdmin, compileAdmin, widgetProblems } from './compile-admin.ts';
import type { ModelAdmin } from './define-admin.ts';
import { itemProblems } from './items-for.ts';

export interface AdminRegistry {
  readonly all: readonly CompiledAdmin[];
  readonly problems: readonly BootProblem[];
  of(model: ModelInfo): CompiledAdmin | undefined;
  /**
   * Formats values for this user, with links to the records that they can open; `whole`: as on the page of a record, without
   * truncation.
   */
  formatter(ctx: Context, extent?: 'whole'): Formatter;
}

const byApp = new WeakMap<App, AdminRegistry>();

/** The registry of an application, compiled once. */
export function adminRegistry(app: App): AdminRegistry {
  let registry = byApp.get(app);
  if (!registry) {
    registry = buildRegistry(app);
    byApp.set(app, registry);
  }
  return registry;
}

/** The compiled admin of the model in the path. A model without one has no pages. */
export function getAdmin(ctx: Context, app: App): CompiledAdmin {
  const admin = ctx.state.model && adminRegistry(app).of(ctx.state.model);
  if (!admin) throw notFound();
  return admin;
}

/** The record of the path, or the same 404 for missing and hidden records. */
export async function recordOr404(ctx: Context, app: App, admin: CompiledAdmin): Promise<FoundRecord> {
  const record = await app.records.find(ctx.state.actor, admin.model, ctx.state.params.key ?? '');
  if (!record) throw notFound();
  return record;
}

/** The same with all of every value, for its form. */
export async function wholeRecordOr404(ctx: Context, app: App, admin: CompiledAdmin): Promise<FoundRecord> {
  const record = await app.records.findWhole(ctx.state.actor, admin.model, ctx.state.params.key ?? '');
  if (!record) throw notFound();
  return record;
}

function buildRegistry(app: App): AdminRegistry {
  const problems: BootProblem[] = [...itemProblems(app)];
  const byName = new Map<string, CompiledAdmin>();
  const owners = new Map<string, string>();
  // The project comes first, since its declaration for a model wins over those of plugins.
  for (const { owner, admin } of declaredAdmins(app)) {
    const model = app.models.byName(admin.model.modelName);
    const where = `admin of ${admin.model.modelName}${owner === 'project' ? '' : ` by the plugin ${owner}`}`;
    const other = owners.get(admin.model.modelName);
    if (model?.model !== admin.model) {
      const problem =
        owner === 'project'
          ? 'The model is not in `models` of the config.'
          : 'The model is not part of the application.';
      problems.push({ where, problem });
    } else if (other === 'project' && owner !== 'project') {
      // It is overridden.
    } else if (other !== undefined) {
      problems.push({
        where,
        problem:
          other === owner
            ? 'The model already has an admin.'
            : `The model already has an admin from the plugin ${other}.`,
      });
    } else {
      owners.set(model.name, owner);
      if (admin.options.hidden === true) continue;
      const ownProblems: BootProblem[] = [];
      byName.set(model.name, compileAdmin(app, model, admin, ownProblems));
      const by = owner === 'project' ? '' : `plugin ${owner}: `;
      problems.push(...ownProblems.map((each) => ({ ...each, where: by + each.where })));
    }
  }
  // Tables of plugins are shown by default; a project declares which of its own models have pages.
  for (const model of app.models.all) {
    if (model.owner !== 'project' && !owners.has(model.name)) {
      byName.set(model.name, compileAdmin(app, model, { model: model.model, options: {} }, problems));
    }
  }
  for (const { model } of byName.values()) problems.push(...widgetProblems(app, model));
  const formatters = new Map<string, Formatter>();
  // Labels of these are visible to users who cannot open the records: they choose by them.
  const selectable = [...byName.values()]
    .map(({ model }) => model)
    .filter((model) => model.selectableBy === 'everyone');
  return {
    all: [...byName.values()],
    problems,
    of: (model) => byName.get(model.name),
    formatter(ctx, extent) {
      const { actor, locale, timeZone, t } = ctx.state;
      const closed = selectable.filter((model) => !app.policy.may(actor, 'view', model)).map(({ name }) => name);
      const key = `${locale} ${timeZone} ${extent} ${closed.join(' ')}`;
      let formatter = formatters.get(key);
      if (!formatter) {
        const base = createFormatter(locale, timeZone, t, (name, record) => {
          const admin = closed.includes(name) ? undefined : byName.get(name);
          return admin && leadsToRecord(admin.model, record) ? app.urls.record(admin.model, record) : undefined;
        });
        formatter = extent === 'whole' ? { ...base, whole: true } : base;
        formatters.set(key, formatter);
      }
      return formatter;
    },
  };
}

function declaredAdmins(app: App): readonly { readonly owner: string; readonly admin: ModelAdmin }[] {
  return [
    ...app.options('admin').admins.map((admin) => ({ owner: 'project', admin })),
    ...app.plugins.flatMap(({ name, admins = [] }) =>
      admins.map(({ model, options }) => ({ owner: name, admin: { model, options } })),
    ),
  ];
}
