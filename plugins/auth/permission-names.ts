import type { Issue } from '../../core/model/kind.ts';
import { nearest } from '../../core/model/nearest.ts';

/** Why a permission cannot be granted: nobody knows it. A slip of the fingers must not mint one. */
export function permissionIssue(permission: string, known: ReadonlySet<string>): Issue | undefined {
  if (known.has(permission)) return undefined;
  const near = nearest(permission, known);
  return near === undefined
    ? { key: 'auth.problem.permission', params: { permission } }
    : { key: 'auth.problem.permissionNear', params: { permission, near } };
}
