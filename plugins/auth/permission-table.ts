import type { App } from '../../core/app.ts';
import { ACTIONS } from '../../core/policy/policy.ts';
import type { Context } from '../../core/request/context.ts';
import { capitalised, modelPlural } from '../../core/view/model-names.ts';

/** A table of check boxes: models by rows, actions by columns, and other permissions below. */
export type PermissionTable<Box> = {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly (Box | undefined)[] }[];
  readonly others: readonly Box[];
};

/**
 * Arranges permissions for a form, with their labels in the user's language. Models without any of them have no row.
 *
 * @example
 * const table = permissionTable(ctx, app, app.permissions, (permission, label) => ({ permission, label, checked: false }));
 */
export function permissionTable<Box>(
  { state: { t, locale } }: Context,
  app: Pick<App, 'models' | 'plugins'>,
  permissions: readonly string[],
  boxOf: (permission: string, label: string) => Box,
): PermissionTable<Box> {
  const others = new Set(permissions);
  const rows = app.models.all.flatMap((model) => {
    const label = capitalised(modelPlural(t, model));
    const cells = ACTIONS.map((action) => {
      const permission = `${model.name}.${action}`;
      return others.delete(permission) ? boxOf(permission, `${label}: ${t(`auth.verb.${action}`)}`) : undefined;
    });
    return cells.some((cell) => cell !== undefined) ? [{ label, cells }] : [];
  });
  const declared = app.plugins.flatMap((plugin) => plugin.permissions ?? []);
  /** What a permission of a plugin allows, in the user's language (`permission.audit.view`), else as declared. */
  const descriptionOf = (name: string): string => {
    const key = `permission.${name}`;
    const text = t(key);
    // fault: permission-in-english
    if (text !== key) return text;
    return t(declared.find((each) => each.name === name)?.description ?? name);
  };
  return {
    columns: ACTIONS.map((action) => t(`auth.verb.${action}`)),
    rows: rows.toSorted((one, other) => one.label.localeCompare(other.label, locale)),
    others: [...others].map((name) => boxOf(name, descriptionOf(name))),
  };
}
