import type { App } from '../../core/app.ts';
import { permissionMissing } from '../../core/errors/data.ts';
import { forbidden } from '../../core/errors/http.ts';
import { type FieldInfo, isEditable, type ModelInfo } from '../../core/model/field-type.ts';
import { roleMay } from '../../core/query/table-facts.ts';
import type { Context } from '../../core/request/context.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { readOnlyError } from './errors.ts';

/**
 * The fields that this user can set in this form. Only these fields are read from a submission; `app.write` checks them again.
 * Keys can be set when a record is added and never change.
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
 * Users who cannot see rows of the other model have nothing to choose from: for them the field is read-only, and the other fields
 * can still be saved.
 */
function canSelectRows(ctx: Context, app: App, { target }: FieldInfo): boolean {
  if (target === undefined || target.selectableBy === 'everyone') return true;
  return app.policy.may(ctx.state.actor, 'view', target);
}

/** Whether the form has at least one field that this user can change. */
export function mayEdit(ctx: Context, app: App, admin: CompiledAdmin): boolean {
  return roleMay(admin.model, 'change') && isAllowed(ctx, app, admin, 'change');
}

/** Whether this user can add or delete records. Records of a read-only model are managed only by its plugin. */
export function mayAddOrDelete(ctx: Context, app: App, model: ModelInfo, action: 'add' | 'delete'): boolean {
  return !model.readOnly && roleMay(model, action) && app.policy.may(ctx.state.actor, action, model);
}

function isAllowed(ctx: Context, app: App, admin: CompiledAdmin, action: 'add' | 'change' | 'delete'): boolean {
  const { model } = admin;
  if (action !== 'change') return !model.readOnly;
  if (!isEditable(model) || !app.policy.may(ctx.state.actor, 'change', model)) return false;
  return !model.readOnly || writableFields(ctx, app, admin, 'change').length > 0;
}

/**
 * Rejects requests for a form that this user does not have, or for a change that the database role is not allowed to make. The
 * route's access has already been checked.
 *
 * @throws RustioError `RIO-MODEL-READ-ONLY`, `RIO-HTTP-FORBIDDEN` or `RIO-DATABASE-PERMISSION`.
 */
export async function requireForm(
  ctx: Context,
  app: App,
  admin: CompiledAdmin,
  action: 'add' | 'change' | 'delete',
): Promise<void> {
  const { model } = admin;
  if (!isAllowed(ctx, app, admin, action)) throw model.readOnly ? readOnlyError(app, model) : forbidden();
  // The grant may be newer than the loaded state.
  if (!roleMay(model, action)) await app.records.refreshEstimates();
  if (roleMay(model, action)) return;
  const privilege = { add: 'INSERT', change: 'UPDATE', delete: 'DELETE' }[action];
  const reason = `${privilege} on table ${model.table.join('.')} is not granted.`;
  throw permissionMissing({ reason: app.environment.production ? '' : reason });
}
