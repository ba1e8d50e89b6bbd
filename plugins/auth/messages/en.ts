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
  'auth.problem.serviceEmail':
    'Enter a name, such as nightly-import. The address of a service account ends in @{domain}, so that no email is sent to it.',
  'auth.problem.emailMixed': 'This email address mixes letters from different alphabets. Use letters from only one.',
  'auth.problem.emailLookAlike': 'A user with an email address that looks the same already exists.',
  'auth.problem.timeZone': 'Choose a time zone from the list.',
  'auth.problem.locale': 'Choose a language from the list.',
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
  'auth.problem.passwordName': 'This password is too similar to the name of the user. Choose another one.',
  'auth.problem.groupName': 'Enter a group name of at most {max, plural, one {# character} other {# characters}}.',
  'auth.problem.groupTaken': 'A group with this name already exists.',
  'auth.problem.permission': 'Unknown permission {permission}.',
  'auth.problem.permissionNear': 'Unknown permission {permission}. Did you mean {near}?',

  'auth.model': 'Model',
  'auth.verb.view': 'View',
  'auth.verb.add': 'Add',
  'auth.verb.change': 'Edit',
  'auth.verb.delete': 'Delete',
  'auth.otherPermissions': 'Other permissions',

  'auth.rejected.address': 'No email can be sent to the address of this account. Correct it first.',
  'auth.rejected.notAllowed': 'Only administrators and developers can change users and groups.',
  'auth.rejected.selfDemote': 'You cannot lower your own role.',
  'auth.rejected.selfDeactivate': 'You cannot deactivate your own account.',
  'auth.rejected.selfErase': 'You cannot erase your own account.',
  'auth.rejected.permissionNotHeld':
    'You can only grant permissions that you have yourself. You do not have {permission}.',
  'auth.rejected.erased': 'This account has been erased.',
  'auth.rejected.service': 'This is a service account. It never signs in and has no password; it uses tokens.',
  'auth.rejected.ownEmail': 'You cannot change your own email address. Ask an administrator.',
  'auth.rejected.higherRole': 'You cannot change users whose role is equal to or higher than yours.',
  'auth.rejected.ownGroups': 'You cannot change your own group membership.',
  'auth.rejected.roleTooHigh': 'You cannot assign a role higher than your own.',
  'auth.rejected.lastAdministrator':
    'At least one active {role, select, developer {developer} other {administrator or developer}} who can sign in must remain.',

  'event.user_created': 'User added',
  'event.user_updated': 'User edited',
  'event.password_changed_self': 'Password changed',
  'event.password_reset_by_other': 'Password reset by someone else',
  'event.account_locked': 'Account locked',
  'event.account_unlocked': 'Account unlocked',
  'event.user_erased': 'User erased',
  'event.group_deleted': 'Group deleted',
  'event.group_created': 'Group added',
  'event.group_updated': 'Group edited',
};
