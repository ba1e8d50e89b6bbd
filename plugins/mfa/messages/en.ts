import type { Messages } from '../../../core/messages/catalogue.ts';

export const en: Messages = {
  'mfa.title': 'Second factor',
  'mfa.about': 'An authenticator app or a passkey, in addition to your password',

  // The page after the password.
  'mfa.verify.title': 'Confirm your second factor',
  'mfa.verify.why':
    'Open your authenticator app and enter the 6-digit code. If you do not have the app at hand, enter one of your backup codes.',
  'mfa.verify.whyPasskey':
    'Use a passkey, or enter the 6-digit code of your authenticator app, or one of your backup codes.',
  'mfa.verify.submit': 'Continue',
  'mfa.verify.remember': 'Do not ask for a code on this device for {days, plural, one {one day} other {# days}}',
  'mfa.verify.lost': 'Lost your device and your backup codes? Ask an administrator to remove your second factor.',
  'mfa.verify.signOut': 'Sign out',
  'mfa.code': 'Code',
  'mfa.codeHelp': '6 digits, or a backup code',
  'mfa.rejected': 'This code is wrong or has already been used. Wait for the next code in your app.',

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
  'mfa.enrol.rejected': 'This code is wrong. Check the time on your phone, and enter the current code.',
  'mfa.enrol.expired': 'The QR code has expired. Scan the new one.',

  // Backup codes.
  'mfa.codes.title': 'Backup codes',
  'mfa.codes.why':
    'Use a backup code if you do not have your phone or passkey. Each works once. Print them or store them in a password manager: they will not be shown again.',
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
  'mfa.grace': 'Your account will soon need a second factor.',
  'mfa.due': 'Your account needs a second factor. Set one up before {until}.',
  'mfa.remove': 'Turn off',
  'mfa.remove.help':
    'Turning it off removes the app and the backup codes from your account. Your other sessions will end.',
  'mfa.remove.helpKept':
    'Turning it off removes the app from your account. Your passkeys and backup codes remain. Your other sessions will end.',
  'mfa.remove.confirm': 'Turn off the authenticator app?',
  'mfa.remove.done': 'The authenticator app has been turned off.',
  'mfa.remove.required':
    'Your account needs a second factor, so it cannot be turned off. If you have a new phone, ask an administrator to remove your second factor, and then set it up again.',
  'mfa.codes.left': '{n, plural, =0 {No codes left} one {1 code left} other {# codes left}}',
  'mfa.codes.few': 'Only a few backup codes are left. Generate new ones before you need them.',
  'mfa.codes.regenerate': 'Generate new codes',
  'mfa.codes.help': 'Generating new codes invalidates the old ones.',
  'mfa.codes.confirm': 'Generate new backup codes? The old ones will no longer work.',
  'mfa.devices.title': 'Remembered devices',
  'mfa.devices.help': 'On these devices, your password is enough to sign in.',
  'mfa.devices.none': 'No devices are remembered.',
  'mfa.devices.device': 'Device',
  'mfa.devices.since': 'Remembered since',
  'mfa.devices.lastUsed': 'Last sign-in',
  'mfa.devices.expires': 'Expires',
  'mfa.devices.actions': 'Actions',
  'mfa.devices.forget': 'Forget',
  'mfa.devices.forgetOf': 'Forget {device}',
  'mfa.devices.forgetAll': 'Forget all',
  'mfa.devices.forgotten':
    '{n, plural, =0 {No devices were remembered.} one {The device has been forgotten.} other {# devices have been forgotten.}}',
  'mfa.devices.count': '{n, plural, one {1 remembered device} other {# remembered devices}}',

  // Passkeys.
  'mfa.passkeys.title': 'Passkeys',
  'mfa.passkeys.about':
    'With a passkey, you sign in with the screen lock of your phone or computer, or with a security key, instead of a password. It is also accepted as the second factor after your password.',
  'mfa.passkeys.signIn': 'Sign in with a passkey',
  'mfa.passkeys.signIn.rejected':
    'This passkey could not be used to sign in. Try again, or sign in with your password.',
  'mfa.passkeys.verify': 'Use a passkey',
  'mfa.passkeys.rejected': 'This passkey was not accepted. Try again, or enter a code.',
  'mfa.passkeys.new': 'Add a passkey',
  'mfa.passkeys.instead': 'Add a passkey instead',
  'mfa.passkeys.create': 'Create passkey',
  'mfa.passkeys.name': 'Name',
  'mfa.passkeys.nameHelp': 'A name to recognise it by, such as the device that stores it.',
  'mfa.passkeys.save': 'Save',
  'mfa.passkeys.rename': 'Rename',
  'mfa.passkeys.renameOf': 'Rename {name}',
  'mfa.passkeys.remove': 'Remove',
  'mfa.passkeys.removeOf': 'Remove {name}',
  'mfa.passkeys.remove.confirm':
    'Remove the passkey {name}? It can no longer be used to sign in, and your other sessions will end.',
  'mfa.passkeys.added': 'The passkey has been added.',
  'mfa.passkeys.renamed': 'The passkey has been renamed.',
  'mfa.passkeys.removed': 'The passkey has been removed.',
  'mfa.passkeys.required':
    'Your account needs a second factor, so its last passkey cannot be removed. Add another factor first.',
  'mfa.passkeys.column.name': 'Name',
  'mfa.passkeys.column.added': 'Added',
  'mfa.passkeys.column.used': 'Last used',
  'mfa.passkeys.column.actions': 'Actions',
  'mfa.passkeys.neverUsed': 'Never used',
  'mfa.passkeys.backedUp': 'Synced',
  'mfa.passkeys.count': '{n, plural, one {1 passkey} other {# passkeys}}',
  'mfa.passkeys.unsupported': 'This browser does not support passkeys. Use a current browser with scripts enabled.',
  'mfa.passkeys.unavailable':
    'Passkeys cannot be added, because the public URL of this application does not use HTTPS or contains an IP address.',
  'mfa.passkeys.problem.name': 'Enter 1 to {max} characters, without control characters.',
  'mfa.passkeys.problem.expired': 'Creating the passkey took too long. Try again.',
  'mfa.passkeys.problem.rejected': 'The passkey could not be added. Try again, or use another device.',
  'mfa.passkeys.problem.exists': 'This passkey has already been added.',
  'mfa.passkeys.problem.tooMany': 'You can have at most {max} passkeys. Remove one first.',
  // Shown by the script of the page.
  'mfa.passkeys.script.cancelled': 'No passkey was used: the request was cancelled, or it timed out.',
  'mfa.passkeys.script.exists': 'This device already has a passkey for your account.',
  'mfa.passkeys.script.failed': 'The passkey could not be used. Reload the page and try again.',

  // Emails about a change of the second factor.
  'mfa.notice.greeting': 'Hello {name},',
  'mfa.notice.other': 'If this was not you, change your password and contact your administrator.',
  'mfa.notice.enabled.subject': 'Second factor turned on – {app}',
  'mfa.notice.enabled':
    'An authenticator app was set up for your account. From now on, you need a code or a passkey in addition to your password. Your other sessions have ended.',
  'mfa.notice.disabled.subject': 'Second factor turned off – {app}',
  'mfa.notice.disabled':
    'The authenticator app was removed from your account. From now on, your password is enough to sign in. Your other sessions have ended.',
  'mfa.notice.appRemoved.subject': 'Authenticator app removed – {app}',
  'mfa.notice.appRemoved':
    'The authenticator app was removed from your account. Your passkeys and backup codes remain. Your other sessions have ended.',
  'mfa.notice.codesRegenerated.subject': 'New backup codes – {app}',
  'mfa.notice.codesRegenerated': 'New backup codes were generated for your account. The old ones no longer work.',
  'mfa.notice.backupCodeUsed.subject': 'A backup code was used – {app}',
  'mfa.notice.backupCodeUsed':
    'A backup code of your account was used. {remaining, plural, =0 {You have no codes left. Generate new ones.} one {You have one code left. Generate new ones.} other {You have # codes left.}}',
  'mfa.notice.passkeyAdded.subject': 'Passkey added – {app}',
  'mfa.notice.passkeyAdded': 'A passkey was added to your account. It can be used to sign in without your password.',
  'mfa.notice.passkeyRemoved.subject': 'Passkey removed – {app}',
  'mfa.notice.passkeyRemoved': 'A passkey was removed from your account. Your other sessions have ended.',
  'mfa.notice.lastPasskeyRemoved.subject': 'Second factor turned off – {app}',
  'mfa.notice.lastPasskeyRemoved':
    'The last passkey was removed from your account. From now on, your password is enough to sign in. Your other sessions have ended.',
  'mfa.notice.passkeyCopied.subject': 'A passkey may have been copied – {app}',
  'mfa.notice.passkeyCopied':
    'A passkey of your account was rejected, because it may have been copied: its device reported fewer uses than before. Remove this passkey and add a new one, even if it was you who used it.',

  'sessions.lost.mfa_enabled':
    'Your session has ended because a second factor was set up for your account. Sign in again.',
  'sessions.lost.mfa_disabled':
    'Your session has ended because a second factor was removed from your account. Sign in again.',

  'event.mfa_enabled': 'Second factor turned on',
  'event.mfa_disabled': 'Second factor turned off',
  'event.mfa_reset_by_other': 'Second factor removed by someone else',
  'event.mfa_succeeded': 'Second factor confirmed',
  'event.mfa_failed': 'Second factor not confirmed',
  'event.mfa_code_consumed': 'Backup code used',
  'event.backup_codes_regenerated': 'Backup codes regenerated',
  'event.mfa_device_remembered': 'Device remembered',
  'event.mfa_device_forgotten': 'Device forgotten',
  'event.passkey_added': 'Passkey added',
  'event.passkey_renamed': 'Passkey renamed',
  'event.passkey_removed': 'Passkey removed',
  'event.passkey_counter_rejected': 'Passkey rejected: it may have been copied',
  'audit.data.method.passkey': 'passkey',
  'audit.data.reason.passkey_malformed': 'malformed response',
  'audit.data.reason.passkey_challenge': 'the challenge was used or has expired',
  'audit.data.reason.passkey_unknown': 'unknown passkey',
  'audit.data.reason.passkey_signature': 'invalid signature',
  'audit.data.reason.passkey_counter': 'the counter has not increased',
  'audit.data.reason.passkey_off': 'second factors are off for the role',
  'audit.data.backedUp': 'Synced',
  'audit.data.stored': 'Last counter',
  'audit.data.received': 'Received counter',
  'audit.data.passkeys': 'Passkeys',
  'audit.data.method.totp': 'authenticator app',
  'audit.data.method.backup_code': 'backup code',
  'audit.data.method.remembered_device': 'remembered device',
  'audit.data.reason.rejected': 'wrong or used code',
  'audit.data.reason.mfa_enabled': 'second factor added',
  'audit.data.reason.mfa_disabled': 'second factor removed by its user',
  'audit.data.codes': 'Backup codes',
  'audit.data.codeId': 'Code',
  'audit.data.remaining': 'Codes left',
  'audit.data.previous': 'Previous codes',
  'audit.data.generated': 'New codes',
  'audit.data.deviceId': 'Device',
  'audit.data.devices': 'Devices',
  'audit.data.days': 'Days',
};
