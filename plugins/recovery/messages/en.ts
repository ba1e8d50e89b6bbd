import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'recovery.link': 'Forgot your password?',
  'recovery.forgot.title': 'Reset your password',
  'recovery.forgot.why': 'Enter the email address of your account. You will receive a link to choose a new password.',
  'recovery.forgot.email': 'Email',
  'recovery.forgot.submit': 'Send link',
  'recovery.backToSignIn': 'Back to sign-in',
  'recovery.sent.title': 'Check your email',
  // The same for every address, so that nobody learns which accounts exist.
  'recovery.sent.text':
    'If there is an account with this address, an email with a link is on its way. The link is valid for {minutes, plural, one {one minute} other {# minutes}}.',
  'recovery.sent.hint': 'No email? Check your spam folder and the spelling of the address, or ask an administrator.',
  'recovery.reset.title': 'Choose a new password',
  'recovery.reset.why': 'You will be signed out everywhere. Then sign in with the new password.',
  'recovery.done.title': 'Your password has been changed',
  'recovery.done.text': 'Sign in with your new password.',
  'recovery.done.signIn': 'Sign in',

  'recovery.mail.subject': 'Reset your password – {name}',
  'recovery.mail.greeting': 'Hello {name},',
  'recovery.mail.text': 'Someone asked to reset the password of your account. To choose a new one, open this link:',
  'recovery.mail.button': 'Choose a new password',
  'recovery.mail.valid':
    'The link is valid for {minutes, plural, one {one minute} other {# minutes}} and can be used once.',
  'recovery.mail.other':
    'If this was not you, ignore this email; your password will not change. The request came from the IP address {ip}.',

  'recovery.mail.textByOther':
    'An administrator has sent you this link to choose a new password. Your current password stays valid until you do:',
  'recovery.mail.otherByOther': 'If you do not need a new password, ignore this email.',

  // Emails about a change to the account that somebody else made, or that was made with a link.
  'recovery.notice.other': 'If you did not expect this, contact your administrator.',
  'recovery.notice.passwordChosen.subject': 'Your password was changed – {app}',
  'recovery.notice.passwordChosen':
    'A new password was set for your account with a reset link. All sessions have ended, and other reset links no longer work.',
  'recovery.notice.temporaryPassword.subject': 'Your password was reset – {app}',
  'recovery.notice.temporaryPassword':
    'An administrator has reset the password of your account. All sessions have ended. You will be given a temporary password, which you must replace when you sign in.',
  'recovery.notice.locked.subject': 'Your account was locked – {app}',
  'recovery.notice.locked':
    'An administrator has locked your account until {until}. All sessions have ended. You can sign in again after that time.',
  'recovery.notice.lockedForever.subject': 'Your account was locked – {app}',
  'recovery.notice.lockedForever':
    'An administrator has locked your account. All sessions have ended. You can sign in again once an administrator unlocks it.',
  'recovery.notice.unlocked.subject': 'Your account was unlocked – {app}',
  'recovery.notice.unlocked': 'An administrator has unlocked your account. You can sign in again.',
  'recovery.notice.sessionsEnded.subject': 'Your sessions were ended – {app}',
  'recovery.notice.sessionsEnded': 'An administrator has ended all sessions of your account. You can sign in again.',
  'recovery.notice.roleChanged.subject': 'Your role was changed – {app}',
  'recovery.notice.roleChanged':
    'An administrator has changed the role of your account to: {role}. All sessions have ended.',
  'recovery.notice.factorRemoved.subject': 'Your second factor was removed – {app}',
  'recovery.notice.factorRemoved':
    'An administrator has removed the second factor of your account. All sessions have ended. You can sign in with your password.',
  'recovery.notice.linkIssued.subject': 'A password reset link was created – {app}',
  'recovery.notice.linkIssued': 'An administrator has created a password reset link for your account.',

  'recovery.temporaryPassword.expired': 'Your temporary password has expired. Ask an administrator for a new one.',

  // The page of an account.
  'recovery.tab': 'Recovery',
  'recovery.account.reason': 'Reason',
  'recovery.account.reasonHelp': 'At least 8 characters, for the audit trail. The user does not see it.',
  'recovery.account.resetMail': 'Send reset link',
  'recovery.account.resetMail.help':
    'The user gets an email with a link to choose a new password. The current password stays valid until they do.',
  'recovery.account.resetMail.button': 'Send link',
  'recovery.account.resetMail.done': 'The link is being sent.',
  'recovery.account.temporaryPassword': 'Temporary password',
  'recovery.account.temporaryPassword.help':
    'Generates a password and shows it once. The user is signed out everywhere, and must choose a new password when they sign in with it, within {hours, plural, one {one hour} other {# hours}}.',
  'recovery.account.temporaryPassword.button': 'Generate password',
  'recovery.account.temporaryPassword.done': 'The password has been replaced.',
  'recovery.account.shownOnce': 'Copy it now and give it to the user. It will not be shown again.',
  'recovery.account.removeFactor': 'Remove second factor',
  'recovery.account.removeFactor.help':
    'For users who have lost their phone and their backup codes. Verify their identity in person or by a call; an email is not enough. They are signed out everywhere. Their password is then enough until they set up a new factor.',
  'recovery.account.removeFactor.button': 'Remove second factor',
  'recovery.account.removeFactor.done': 'The second factor has been removed.',
  'recovery.account.lock': 'Lock account',
  'recovery.account.lock.help': 'The user is signed out everywhere and cannot sign in until the lock ends.',
  'recovery.account.lock.button': 'Lock account',
  'recovery.account.lock.done': 'The account has been locked.',
  'recovery.account.duration': 'Duration',
  'recovery.account.duration.15': '15 minutes',
  'recovery.account.duration.60': '1 hour',
  'recovery.account.duration.1440': '24 hours',
  'recovery.account.duration.10080': '7 days',
  'recovery.account.duration.forever': 'Until unlocked',
  'recovery.account.duration.minutes': 'Custom',
  'recovery.account.minutes': 'Minutes',
  'recovery.account.minutesHelp': 'Required for the duration “Custom”.',
  'recovery.account.unlock': 'Unlock account',
  'recovery.account.unlock.help': 'The user can sign in again immediately.',
  'recovery.account.unlock.button': 'Unlock account',
  'recovery.account.unlock.done': 'The account has been unlocked.',
  'recovery.account.unlock.none': 'The account was not locked.',
  'recovery.account.endSessions': 'End all sessions',
  'recovery.account.endSessions.help': 'The user is signed out everywhere and can sign in again.',
  'recovery.account.endSessions.button': 'End all sessions',
  'recovery.account.endSessions.done':
    '{n, plural, =0 {There were no sessions.} one {1 session ended.} other {# sessions ended.}}',
  'recovery.account.lockedUntil': 'This account is locked until {until}.',
  'recovery.account.lockedForever': 'This account is locked until an administrator unlocks it.',
  'recovery.account.mustChange': 'This account has a temporary password, which the user has not replaced yet.',
  'recovery.rejected.own': 'You cannot recover your own account here. Change your password on your profile page.',
  'recovery.rejected.inactive': 'This account is inactive. Activate it first.',
  'recovery.rejected.locked': 'This account is locked, so a link would not work. Unlock it first.',
  'recovery.rejected.noPassword': 'This user has not chosen a password yet. Send them an invitation instead.',
  'recovery.rejected.noFactor': 'The user has no second factor.',
  'recovery.rejected.demotion': 'The user has the role {role}, which is higher. To lower it, use `user role`.',
  'sessions.lost.second_factor_removed':
    'Your session has ended because your second factor was removed. Sign in again.',
  'audit.data.reason.second_factor_removed': 'second factor removed',
  'recovery.problem.reasonShort':
    'Enter a reason of at least {min, plural, one {# character} other {# characters}}. It is stored in the audit trail.',
  'recovery.problem.reasonLong': 'Use at most {max, plural, one {# character} other {# characters}}.',
  'recovery.problem.duration': 'Choose a duration from the list.',
  'recovery.problem.minutes': 'Enter a whole number from 1 to {max, number}.',

  'recovery.newPassword.title': 'Choose a new password',
  'recovery.newPassword.why':
    'You have signed in with a temporary password. Choose your own to continue. Your other sessions will end.',
  'recovery.newPassword.same': 'This is the temporary password. Choose a different one.',
  'recovery.newPassword.done': 'Your password has been changed.',
  'recovery.newPassword.sessions': 'Active sessions',
  'recovery.newPassword.signOut': 'Sign out',

  'event.forced_password_change_completed': 'Temporary password replaced',
  'event.emergency_recovery': 'Emergency recovery',
  'audit.data.temporary': 'Temporary',
  'audit.data.operation': 'Operation',
  'audit.data.operator': 'Operator',
  'event.password_reset_requested': 'Reset link sent',
  'event.password_reset_completed': 'Password reset',
  'audit.data.minutes': 'Valid for (minutes)',
};
