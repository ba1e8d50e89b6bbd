import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'tokens.title': 'Tokens',
  'tokens.about': 'Tokens for programs that act for you',
  'tokens.of': 'Tokens of {account}',
  'tokens.none': 'No tokens yet',
  'tokens.own.help':
    'A token lets a program act for you, with the permissions that you choose. If somebody else may have seen a token, revoke it immediately.',
  'tokens.own.permissions':
    'The token has only the permissions that you select, and each only as long as you have it yourself.',
  'tokens.person.help':
    'Programs use these tokens to act for this user. You can revoke the tokens of users whose role is lower than yours.',
  'tokens.service.help':
    'Programs use these tokens to act for this service account. Replace a token before it expires: create a new one, store it in the program, then revoke the old one.',
  'tokens.service.permissions':
    'The token has only the permissions that you select, and each only as long as {account} has it. Only permissions that both of you have are listed.',
  'tokens.service.new': 'New service account',
  'tokens.service.about':
    'A service account belongs to a program. It never signs in and receives no emails; the program sends one of its tokens with each request.',
  'tokens.service.name': 'Account name',
  'tokens.service.nameHelp': 'Short and without spaces, such as nightly-import',
  'tokens.service.displayName': 'Description',
  'tokens.service.role': 'Role',
  'tokens.service.create': 'Create',
  'tokens.service.created': '“{account}” has been created. Give it permissions, then create a token.',

  'tokens.new': 'New token',
  'tokens.details': 'Details',
  'tokens.name': 'Name',
  'tokens.nameHelp': 'The program or device that uses it',
  'tokens.days': 'Valid for (days)',
  'tokens.daysHelp': 'At most {max, plural, one {# day} other {# days}}',
  'tokens.permissions': 'Permissions',
  'tokens.noPermissions': 'There are no permissions to choose from, so the token will only identify its account.',
  'tokens.create': 'Create token',
  'tokens.created.title': 'Your new token',
  'tokens.created.label': 'Token “{name}”',
  'tokens.created.once': 'Copy it now and store it in a safe place. It will not be shown again.',
  'tokens.created.use': 'Programs send it in this header of each request:',
  'tokens.created.expires': 'Expires',
  'tokens.created.done': 'Done',
  'tokens.created.before':
    'The token has already been created. If you did not copy it, revoke it and create another one.',

  'tokens.column.name': 'Token',
  'tokens.column.permissions': 'Permissions',
  'tokens.column.created': 'Created',
  'tokens.column.expires': 'Expires',
  'tokens.column.used': 'Last used',
  'tokens.column.actions': 'Actions',
  'tokens.noneChosen': 'None',
  'tokens.withoutEffect': 'no longer exists',
  'tokens.neverUsed': 'Never',
  'tokens.state.expired': 'Expired',
  'tokens.state.revoked': 'Revoked',
  'tokens.revoke': 'Revoke',
  'tokens.revokeOf': 'Revoke the token {name}',
  'tokens.revoke.confirm': 'Revoke the token {name}? Programs that use it lose access at once.',
  'tokens.revoked': 'The token has been revoked.',

  'tokens.problem.name':
    'Enter a name of at most {max, plural, one {# character} other {# characters}}, without control characters.',
  'tokens.problem.days': 'Enter a number of days from 1 to {max}.',
  'tokens.problem.tooMany':
    'An account can have at most {max, plural, one {# valid token} other {# valid tokens}}. Revoke one that is no longer used.',
  'tokens.problem.ownerLacks': '{owner} does not have the permission {permission}.',
  'tokens.rejected.notAllowed': 'Only users and the command line can create and revoke tokens.',
  'tokens.rejected.notOwn': 'You can create tokens for yourself and for service accounts, not for other people.',
  'tokens.rejected.inactive': 'This account is inactive or locked. Activate or unlock it first.',

  'audit.data.name': 'Name',
  'audit.data.expiresAt': 'Expires',
  'audit.data.reason.revoked': 'revoked',
  'audit.data.reason.password_recovered': 'password recovered',

  'event.token_created': 'Token created',
  'event.token_revoked': 'Token revoked',
};
