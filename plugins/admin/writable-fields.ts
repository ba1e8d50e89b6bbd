import type { App } from '../../core/app.ts';
import { type FieldInfo, isEditable, type ModelInfo } from '../../core/model/field-type.ts';
import type { Context } from '../../core/request/context.ts';
import type { CompiledAdmin } from './compile-admin.ts';

/**
 * The fields that this user can set in this form. Only what the form contains is read from a post; `app.write` checks again.
 * Keys are set when a record is added and never change.
 */
export function writableFields(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  action: 'add' | 'change',
): readonly FieldInfo[] {
  const { model, readOnly } = admin;
  return [...model.fields.values()].filter(
    (field) =>
      field.typeName !== 'identity' &&
      field.writable &&
      !field.readOnly &&
      !readOnly.has(field.name) &&
      !(action === 'change' && model.key.includes(field)) &&
      canSelectRows(ctx, app, field) &&
      app.policy.mayField(ctx.state.actor, action, field),
  );
}

/**
 * Users who cannot see the rows of the other model have nothing to choose from: the field is read-only for them, and they save
 * the others.
 */
function canSelectRows(ctx: Context, app: App, { target }: FieldInfo): boolean {
  if (target === undefined || target.selectableBy === 'everyone') return true;
  return app.policy.may(ctx.state.actor, 'view', target);
}

/** Whether this user's form of a record has a writable field. */
export function mayEdit(ctx: Context, app: App, admin: CompiledAdmin): boolean {
  const { model } = admin;
  if (!isEditable(model) || !app.policy.may(ctx.state.actor, 'change', model)) return false;
  return !model.readOnly || writableFields(ctx, app, admin, 'change').length > 0;
}

/** Whether this user can add records, or delete them. Those of a read-only model are managed by their plugin's own rules. */
export function mayAddOrDelete(ctx: Context, app: App, model: ModelInfo, action: 'add' | 'delete'): boolean {
  return !model.readOnly && app.policy.may(ctx.state.actor, action, model);
}
