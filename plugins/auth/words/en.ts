import type { Messages } from '../../../core/view/words.ts';

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

  'auth.problem.email': 'This is not an e-mail address, such as jane@example.org.',
  'auth.problem.emailTaken': 'There is already an account with this e-mail address.',
  'auth.problem.nameLong': 'Use at most {max} characters.',
  'auth.problem.role': 'There is no role {role}. The roles are {roles}.',
  'auth.problem.passwordShort':
    'This password is too short: use at least {min} characters; this has {length}. Several words in a row are easy to remember.',
  'auth.problem.passwordLong': 'This password is too long: use at most {max} characters; this has {length}.',
  'auth.problem.passwordSame': 'Use at least {min} different characters.',
  'auth.problem.passwordCommon': 'This is one of the passwords that guessers try first. Choose another one.',
  'auth.problem.passwordEmail': 'This is too close to the e-mail address. Choose another one.',
  'auth.problem.groupName': 'A group needs a name of at most {max} characters.',
  'auth.problem.groupTaken': 'There is already a group with this name.',
  'auth.problem.permission': 'There is no permission {permission}.',
  'auth.problem.permissionNear': 'There is no permission {permission}. Did you mean {near}?',

  'auth.refused.notAllowed': 'Only administrators and developers may change accounts and groups.',
  'auth.refused.selfDemote': 'You cannot demote yourself below your current authority level.',
  'auth.refused.selfDeactivate': 'You cannot deactivate yourself.',
  'auth.refused.crossRank': 'You cannot modify users at or above your authority level.',
  'auth.refused.roleCeiling': 'You cannot assign a role higher than your own authority.',
  'auth.refused.lastCommander': 'At least one active administrator or developer must remain.',

  'event.user_created': 'User created',
  'event.user_updated': 'User changed',
  'event.password_changed_self': 'Own password changed',
  'event.password_reset_by_other': 'Password set by somebody else',
  'event.group_created': 'Group created',
  'event.group_updated': 'Group changed',
};
