import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'model.user.title': 'user',
  'model.user.plural': 'users',
  'model.group.title': 'group',
  'model.group.plural': 'groups',

  'auth.role.user': 'User',
  'auth.role.staff': 'Staff',
  'auth.role.supervisor': 'Supervisor',
  'auth.role.administrator': 'Administrator',
  'auth.role.developer': 'Developer',

  'auth.problem.email': 'Enter a valid email address, for example jane@example.org.',
  'auth.problem.emailTaken': 'A user with this email address already exists.',
  'auth.problem.nameLong': 'Use at most {max, plural, one {# character} other {# characters}}.',
  'auth.problem.role': 'Unknown role {role}. Available roles: {roles}.',
  'auth.problem.passwordShort':
    'This password is too short. Use at least {min, plural, one {# character} other {# characters}} (currently {length, number}). A phrase of several words is easy to remember.',
  'auth.problem.passwordLong':
    'This password is too long. Use at most {max, plural, one {# character} other {# characters}} (currently {length, number}).',
  'auth.problem.passwordSame':
    'Use at least {min, plural, one {# different character} other {# different characters}}.',
  'auth.problem.passwordCommon': 'This password is too common. Choose another one.',
  'auth.problem.passwordEmail': 'This password is too similar to the email address. Choose another one.',
  'auth.problem.groupName': 'Enter a group name of at most {max, plural, one {# character} other {# characters}}.',
  'auth.problem.groupTaken': 'A group with this name already exists.',
  'auth.problem.permission': 'Unknown permission {permission}.',
  'auth.problem.permissionNear': 'Unknown permission {permission}. Did you mean {near}?',

  'auth.rejected.notAllowed': 'Only administrators and developers can change users and groups.',
  'auth.rejected.selfDemote': 'You cannot lower your own role.',
  'auth.rejected.selfDeactivate': 'You cannot deactivate your own account.',
  'auth.rejected.higherRole': 'You cannot change users whose role is equal to or higher than yours.',
  'auth.rejected.ownGroups': 'You cannot change your own group membership.',
  'auth.rejected.roleTooHigh': 'You cannot assign a role higher than your own.',
  'auth.rejected.lastAdministrator': 'At least one active administrator or developer must remain.',

  'event.user_created': 'User added',
  'event.user_updated': 'User edited',
  'event.password_changed_self': 'Password changed',
  'event.password_reset_by_other': 'Password reset by someone else',
  'event.group_created': 'Group added',
  'event.group_updated': 'Group edited',
};
