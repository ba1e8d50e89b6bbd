import type { App } from '../../core/app.ts';
import type { Issue } from '../../core/model/kind.ts';
import { nearest } from '../../core/model/nearest.ts';
import type { BootProblem } from '../../core/plugin.ts';

/** Why a permission cannot be granted: nobody knows it. A slip of the fingers must not mint one. */
export function permissionIssue(permission: string, known: ReadonlySet<string>): Issue | undefined {
  if (known.has(permission)) return undefined;
  const near = nearest(permission, known);
  return near === undefined
    ? { key: 'auth.problem.permission', params: { permission } }
    : { key: 'auth.problem.permissionNear', params: { permission, near } };
}

/** Routes that ask for a role's or permission's name that does not exist would be closed to nearly everybody, silently. */
export function verifyRoutes(app: App): readonly BootProblem[] {
  const known = new Set(app.permissions);
  const words = new Set([...known].map((name) => name.slice(name.indexOf('.') + 1)));
  return app.routes.flatMap(({ method, path, access, owner }) => {
    if (!('permission' in access) || access.permission === undefined) return [];
    const names = access.permission.includes('.') ? known : words;
    if (names.has(access.permission)) return [];
    const near = nearest(access.permission, names);
    const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
    return [
      {
        where: `route ${method} ${path} of ${owner}`,
        problem: `It asks for the permission "${access.permission}", which nobody declares.${hint}`,
      },
    ];
  });
}
