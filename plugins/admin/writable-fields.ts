import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { type FieldInfo, isEditable, type ModelInfo } from '../../core/model/registry.ts';
import type { Site } from './site.ts';

/**
 * The fields that this person may set in this form. Only what the form asks for is read from a post; the writing door
 * refuses the rest once more. Keys are given when a record is added and stand from then on.
 */
export function writableFields(ctx: Context, app: App, site: Site, action: 'add' | 'change'): readonly FieldInfo[] {
  const { model, readOnly } = site;
  return [...model.fields.values()].filter(
    (field) =>
      field.kind !== 'identity' &&
      field.writable &&
      !field.readOnly &&
      !readOnly.has(field.name) &&
      !(action === 'change' && model.key.includes(field)) &&
      mayPickFor(ctx, app, field) &&
      app.policy.mayField(ctx.state.actor, action, field),
  );
}

/** Who may not know the rows of the other model has nothing to choose from: he sees the field as it is, and saves the others. */
function mayPickFor(ctx: Context, app: App, { target }: FieldInfo): boolean {
  if (target === undefined || target.pick === 'everybody') return true;
  return app.policy.may(ctx.state.actor, 'view', target);
}

/** Whether this person's form of a record would have a field to fill in. */
export function mayEdit(ctx: Context, app: App, site: Site): boolean {
  const { model } = site;
  if (!isEditable(model) || !app.policy.may(ctx.state.actor, 'change', model)) return false;
  return !model.readOnly || writableFields(ctx, app, site, 'change').length > 0;
}

/** Whether this person may add records, or delete them. Those of a read-only model come and go by their plugin's own rules. */
export function mayAddOrDelete(ctx: Context, app: App, model: ModelInfo, action: 'add' | 'delete'): boolean {
  return !model.readOnly && app.policy.may(ctx.state.actor, action, model);
}
