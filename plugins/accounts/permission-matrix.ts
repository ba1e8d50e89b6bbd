import type { App } from '../../core/app.ts';
import type { Context } from '../../core/request/context.ts';
import { type PermissionTable, permissionTable } from '../auth/permission-table.ts';
import type { PermissionSource } from '../auth/user-permissions.ts';
import { tickedSince } from './shown-values.ts';

/** The permissions of an account or group as check boxes. */
export type MatrixView = PermissionTable<CellView> & {
  /** Permissions that no longer exist, or whose model was removed. */
  readonly gone: readonly CellView[];
};

interface CellView {
  readonly permission: string;
  readonly label: string;
  readonly checked: boolean;
  /** Why an account has the permission: `direct`, `via Editors`. */
  readonly sources: readonly string[];
}

/** `withSources`: whether the boxes are those of an account and show where it has each permission from. */
export function permissionMatrix(
  ctx: Context,
  app: App,
  held: readonly PermissionSource[],
  { withSources }: { readonly withSources: boolean },
): MatrixView {
  const cell = (permission: string, label: string): CellView => {
    const sources = held.filter((each) => each.permission === permission && each.effective);
    return {
      permission,
      label,
      checked: sources.some(({ group }) => group === null),
      sources: withSources ? sources.map(({ group }) => sourceText(ctx, group)) : [],
    };
  };
  const declared = new Set(app.permissions);
  const gone = held.filter(({ permission, effective }) => !effective || !declared.has(permission));
  return {
    ...permissionTable(ctx, app, app.permissions, cell),
    gone: gone.map(({ permission, group }) => ({
      permission,
      label: permission,
      checked: group === null,
      sources: withSources ? [sourceText(ctx, group)] : [],
    })),
  };
}

/** The matrix with other boxes ticked: those of a form that was not saved. */
export function withTicks(matrix: MatrixView, ticked: ReadonlySet<string>): MatrixView {
  const tick = (cell: CellView): CellView => ({ ...cell, checked: ticked.has(cell.permission) });
  return {
    ...matrix,
    rows: matrix.rows.map(({ label, cells }) => ({ label, cells: cells.map((cell) => cell && tick(cell)) })),
    others: matrix.others.map(tick),
  };
}

function sourceText({ state: { t } }: Context, group: string | null): string {
  return group === null ? t('accounts.source.direct') : t('accounts.source.group', { group });
}

/** The permissions whose boxes were ticked and unticked. Those that the form did not show, or that others have changed since, are not affected. */
export function matrixChange(
  { state: { form } }: Context,
  app: App,
  held: readonly PermissionSource[],
): { readonly add: readonly string[]; readonly remove: readonly string[] } {
  const changes = form && tickedSince(form, 'permission');
  const ticked = new Set(changes?.added ?? form?.all('permission') ?? []);
  // fault: permissions-of-others-removed
  const unticked = new Set(changes?.removed ?? form?.all('shown').filter((name) => !ticked.has(name)) ?? []);
  const direct = held.filter(({ group }) => group === null);
  const effective = new Set(direct.filter((each) => each.effective).map(({ permission }) => permission));
  return {
    add: [...ticked].filter((permission) => !effective.has(permission)),
    remove: [
      ...app.permissions.filter((name) => effective.has(name) && unticked.has(name)),
      ...(form?.all('gone') ?? []),
    ],
  };
}
