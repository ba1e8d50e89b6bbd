import type { Context } from '../../core/request/context.ts';
import { hasAtLeastRole, ROLES, type Role } from '../auth/roles.ts';
import type { FieldView, SecretView } from './forms.ts';

/** A password that is shown once. */
export function passwordShown({ state: { t } }: Context, text: string): SecretView {
  return { label: t('accounts.password.new'), text, help: t('accounts.shownOnce') };
}

/** The roles that the actor can assign. */
export function roleField({ state: { t, actor } }: Context, current: Role): FieldView {
  const roles = ROLES.filter((role) => actor.kind === 'user' && hasAtLeastRole(actor.role, role));
  return {
    name: 'role',
    label: t('accounts.role'),
    type: 'select',
    options: roles.map((role) => ({ value: role, label: t(`auth.role.${role}`), checked: role === current })),
  };
}

/** A box for each group; no field if there are no groups. */
export function groupsField(
  { state: { t } }: Context,
  groups: readonly { readonly name: string }[],
  current: readonly string[],
): readonly FieldView[] {
  if (groups.length === 0) return [];
  const options = groups.map(({ name }) => ({ value: name, label: name, checked: current.includes(name) }));
  return [{ name: 'group', label: t('accounts.groups'), type: 'boxes', options }];
}
