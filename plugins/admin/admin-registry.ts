import type { App } from '../../core/app.ts';
import type { BootProblem } from '../../core/errors/boot.ts';
import { notFound } from '../../core/errors/http.ts';
import { recordView } from '../../core/http/record-view.ts';
import type { Formatter, ModelInfo } from '../../core/model/field-type.ts';
import { isCompleteKey } from '../../core/model/key.ts';
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
  /** Formats values for this user, with links to the records that they can open. Pass `whole` to disable truncation. */
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

/** The compiled admin of the model in the path; 404 if the model has no pages. */
export function getAdmin(ctx: Context, app: App): CompiledAdmin {
  const admin = ctx.state.model && adminRegistry(app).of(ctx.state.model);
  if (!admin) throw notFound();
  return admin;
}

/** The record in the path. Missing and hidden records get the same 404. */
export async function recordOr404(ctx: Context, app: App, admin: CompiledAdmin): Promise<FoundRecord> {
  const record = await app.records.find(ctx.state.actor, admin.model, ctx.state.params.key ?? '');
  if (!record) throw notFound();
  await recordView(ctx, app, admin.model, record);
  return record;
}

/** Like `recordOr404`, but reads all values in full, for forms. */
export async function wholeRecordOr404(ctx: Context, app: App, admin: CompiledAdmin): Promise<FoundRecord> {
  const record = await app.records.findWhole(ctx.state.actor, admin.model, ctx.state.params.key ?? '');
  if (!record) throw notFound();
  await recordView(ctx, app, admin.model, record);
  return record;
}

function buildRegistry(app: App): AdminRegistry {
  const problems: BootProblem[] = [...itemProblems(app)];
  const byName = new Map<string, CompiledAdmin>();
  const owners = new Map<string, string>();
  // The project comes first: its declarations take precedence over those of plugins.
  for (const { owner, admin } of declaredAdmins(app)) {
    const model = app.models.byName(admin.model.modelName);
    const where = `admin of ${admin.model.modelName}${owner === 'project' ? '' : ` by the plugin ${owner}`}`;
    const other = owners.get(admin.model.modelName);
    if (model?.model !== admin.model) {
      const problem =
        owner === 'project'
          ? 'The model is not in `models` of the config.'
          : 'The model is not part of the application. Add it to `models` in rustio.config.ts or of a plugin.';
      problems.push({ where, problem });
    } else if (other === 'project' && owner !== 'project') {
      // Overridden by the project.
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
  // Models of plugins have pages by default; a project declares which of its own models do.
  for (const model of app.models.all) {
    if (model.owner !== 'project' && !owners.has(model.name)) {
      byName.set(model.name, compileAdmin(app, model, { model: model.model, options: {} }, problems));
    }
  }
  for (const { model } of byName.values()) problems.push(...widgetProblems(app, model));
  const formatters = new Map<string, Formatter>();
  // These models can be selected by everyone, so their labels are visible even to users who cannot open the records.
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
          return admin && isCompleteKey(record) ? app.urls.record(admin.model, record) : undefined;
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
