import { defineError } from '../../core/errors/define-error.ts';

export const linkUnusable = defineError('RIO-ACCOUNTS-LINK', {
  status: 404,
  about: `An invitation is valid for seven days by default, a link to a new email address for an hour; each can be used once. A newer link replaces the
earlier one. A link also becomes invalid when its account gets a password or another address, or is locked or deactivated. A link to a new address
works only for the signed-in user who requested it.`,
  problem: 'This link cannot be used.',
  why: 'It has expired, was already used or replaced by a newer one, or the account has changed since it was created.',
  fix: 'If you were invited, ask an administrator for a new invitation. For a new email address, request a new link on your profile page.',
});

export const invitationWithoutMail = defineError('RIO-ACCOUNTS-NO-MAIL', {
  exitCode: 2,
  problem: 'The user was not invited.',
  why: 'Invitations are sent by email, and the plugin mail is disabled.',
  fix: 'Create the user with a password: npx rustio-admin user create --email …',
  about:
    'Invitations are sent by email. Enable the plugin `mail`, or create the user with a password: `npx rustio-admin user create`.',
});
