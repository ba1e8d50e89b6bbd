import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'mfa.title': 'Second factor',
  'mfa.about': 'A code from an app on your phone, in addition to your password',

  // The page after the password.
  'mfa.verify.title': 'Enter your code',
  'mfa.verify.why':
    'Open your authenticator app and enter the 6-digit code. If you do not have the app at hand, enter one of your backup codes.',
  'mfa.verify.submit': 'Continue',
  'mfa.verify.remember': 'Do not ask for a code on this device for {days, plural, one {one day} other {# days}}',
  'mfa.verify.lost': 'No app and no backup codes? Ask an administrator to remove your second factor.',
  'mfa.verify.signOut': 'Sign out',
  'mfa.code': 'Code',
  'mfa.codeHelp': '6 digits, or a backup code',
  'mfa.rejected': 'This code is not correct, or it was already used. Wait for the next code in your app.',

  // Setting up an app.
  'mfa.enrol.title': 'Set up an authenticator app',
  'mfa.enrol.required': 'Your account needs a second factor. Set up an app to continue.',
  'mfa.enrol.scan': 'Scan this QR code with an authenticator app on your phone.',
  'mfa.enrol.qr': 'QR code for the authenticator app',
  'mfa.enrol.type': 'Cannot scan it? Enter this key in the app:',
  'mfa.enrol.open': 'Open in an app on this device',
  'mfa.enrol.code': 'Code from the app',
  'mfa.enrol.codeHelp': 'Enter the 6 digits that the app shows.',
  'mfa.enrol.submit': 'Turn on',
  'mfa.enrol.cancel': 'Cancel',
  'mfa.enrol.sessions': 'Active sessions',
  'mfa.enrol.others': 'Your other sessions will end.',
  'mfa.enrol.unavailable':
    'No app can be set up, because the project has no secret keys. Set RUSTIO_SECRET_KEYS and restart the server.',
  'mfa.enrol.rejected': 'This code does not match. Check the time on your phone, and enter the current code.',
  'mfa.enrol.expired': 'This page was open for too long. Scan the new QR code.',

  // Backup codes.
  'mfa.codes.title': 'Backup codes',
  'mfa.codes.why':
    'Each code replaces a code from the app once. Print these codes or store them in a password manager. They will not be shown again.',
  'mfa.codes.download': 'Download as a text file',
  'mfa.codes.done': 'I have saved the codes',
  'mfa.codes.shown': 'The backup codes have already been shown. If you did not save them, generate new ones.',
  'mfa.codes.back': 'Back',

  // The account page.
  'mfa.app': 'Authenticator app',
  'mfa.on': 'On',
  'mfa.off': 'Off',
  'mfa.since': 'On since',
  'mfa.enrol.help': 'When you sign in, you enter your password and a code from an app on your phone.',
  'mfa.enrol.button': 'Set up an app',
  'mfa.due': 'Your account needs a second factor. Set up an app before {until}.',
  'mfa.remove': 'Turn off',
  'mfa.remove.help': 'Removes the app and the backup codes from your account. Your other sessions will end.',
  'mfa.remove.confirm': 'Turn off the second factor?',
  'mfa.remove.done': 'The second factor is off.',
  'mfa.remove.required':
    'Your account needs a second factor, so it cannot be turned off. If you have a new phone, ask an administrator to remove it; then you can set it up again.',
  'mfa.codes.left': '{n, plural, =0 {No codes left} one {1 code left} other {# codes left}}',
  'mfa.codes.few': 'Only a few backup codes are left. Generate new ones before you need them.',
  'mfa.codes.regenerate': 'Generate new codes',
  'mfa.codes.help': 'New codes replace the old ones, which no longer work.',
  'mfa.codes.confirm': 'Generate new backup codes? The old ones will no longer work.',
  'mfa.devices.title': 'Remembered devices',
  'mfa.devices.help': 'On these devices, your password is enough to sign in.',
  'mfa.devices.none': 'No devices are remembered.',
  'mfa.devices.device': 'Device',
  'mfa.devices.since': 'Since',
  'mfa.devices.lastUsed': 'Last sign-in',
  'mfa.devices.expires': 'Until',
  'mfa.devices.actions': 'Actions',
  'mfa.devices.forget': 'Forget',
  'mfa.devices.forgetOf': 'Forget {device}',
  'mfa.devices.forgetAll': 'Forget all',
  'mfa.devices.forgotten':
    '{n, plural, =0 {No devices were remembered.} one {The device has been forgotten.} other {# devices have been forgotten.}}',
  'mfa.devices.count': '{n, plural, one {1 remembered device} other {# remembered devices}}',

  // Emails about a change of the second factor.
  'mfa.notice.greeting': 'Hello {name},',
  'mfa.notice.other': 'If this was not you, change your password and contact your administrator.',
  'mfa.notice.enabled.subject': 'Second factor turned on – {app}',
  'mfa.notice.enabled':
    'An authenticator app was set up for your account. From now on, you need a code from it to sign in. Your other sessions have ended.',
  'mfa.notice.disabled.subject': 'Second factor turned off – {app}',
  'mfa.notice.disabled':
    'The authenticator app was removed from your account. From now on, your password is enough to sign in. Your other sessions have ended.',
  'mfa.notice.codesRegenerated.subject': 'New backup codes – {app}',
  'mfa.notice.codesRegenerated': 'New backup codes were generated for your account. The old ones no longer work.',
  'mfa.notice.backupCodeUsed.subject': 'A backup code was used – {app}',
  'mfa.notice.backupCodeUsed':
    'A backup code of your account was used. {remaining, plural, =0 {You have no codes left. Generate new ones.} one {You have one code left. Generate new ones.} other {You have # codes left.}}',

  'sessions.lost.mfa_enabled':
    'Your session has ended because a second factor was set up for your account. Sign in again.',
  'sessions.lost.mfa_disabled': 'Your session has ended because your second factor was turned off. Sign in again.',

  'event.mfa_enabled': 'Second factor turned on',
  'event.mfa_disabled': 'Second factor turned off',
  'event.mfa_reset_by_other': 'Second factor removed by someone else',
  'event.mfa_succeeded': 'Second factor confirmed',
  'event.mfa_failed': 'Second factor not confirmed',
  'event.mfa_code_consumed': 'Backup code used',
  'event.backup_codes_regenerated': 'Backup codes regenerated',
  'event.mfa_device_remembered': 'Device remembered',
  'event.mfa_device_forgotten': 'Device forgotten',
  'audit.data.method.totp': 'authenticator app',
  'audit.data.method.backup_code': 'backup code',
  'audit.data.method.remembered_device': 'remembered device',
  'audit.data.reason.rejected': 'wrong or used code',
  'audit.data.reason.mfa_enabled': 'second factor turned on',
  'audit.data.reason.mfa_disabled': 'second factor turned off',
  'audit.data.codes': 'Backup codes',
  'audit.data.codeId': 'Code',
  'audit.data.remaining': 'Codes left',
  'audit.data.previous': 'Previous codes',
  'audit.data.generated': 'New codes',
  'audit.data.deviceId': 'Device',
  'audit.data.devices': 'Devices',
  'audit.data.days': 'Days',
};
