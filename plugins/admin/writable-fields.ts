import type { App } from '../../core/app.ts';
import { permissionMissing } from '../../core/errors/data.ts';
import { forbidden } from '../../core/errors/http.ts';
import { type FieldInfo, isEditable, type ModelInfo } from '../../core/model/field-type.ts';
import { roleMay } from '../../core/query/table-facts.ts';
import type { Context } from '../../core/request/context.ts';
import type { CompiledAdmin } from './compile-admin.ts';
import { readOnlyError } from './errors.ts';

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
  return roleMay(admin.model, 'change') && isAllowed(ctx, app, admin, 'change');
}

/** Whether this user can add records, or delete them. Those of a read-only model are managed by their plugin's own rules. */
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
 * Rejects a request for a form that this user does not have, or whose change the database role may not make. The access of the
 * route has been checked.
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
  // A grant may be newer than what was loaded.
  if (!roleMay(model, action)) await app.records.refreshEstimates();
  if (roleMay(model, action)) return;
  const privilege = { add: 'INSERT', change: 'UPDATE', delete: 'DELETE' }[action];
  const reason = `${privilege} on table ${model.table.join('.')} is not granted.`;
  throw permissionMissing({ reason: app.environment.production ? '' : reason });
}
