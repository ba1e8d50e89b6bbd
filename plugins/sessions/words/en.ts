import type { Words } from '../../../core/view/words.ts';

export const en: Words = {
  'sessions.signIn.title': 'Sign in',
  'sessions.signIn.email': 'E-mail',
  'sessions.signIn.password': 'Password',
  'sessions.signIn.submit': 'Sign in',
  // One sentence for an unknown, an inactive and a wrong one: a stranger must not learn which.
  'sessions.signIn.refused': 'Wrong e-mail or password.',
  'sessions.notice.signedOut': 'You are signed out.',

  'sessions.reauth.title': 'Confirm that it is you',
  'sessions.reauth.why': 'This needs your password once more. After that you are not asked again for a while.',
  'sessions.reauth.submit': 'Confirm',
  'sessions.reauth.cancel': 'Cancel',
  'sessions.reauth.refused': 'That could not be confirmed. Please try again.',

  'sessions.own.title': 'Where you are signed in',
  'sessions.own.why': 'End every session that you do not recognise, and ask an administrator for a new password.',
  'sessions.own.column.device': 'Device',
  'sessions.own.column.address': 'Address',
  'sessions.own.column.since': 'Signed in',
  'sessions.own.column.lastSeen': 'Last active',
  'sessions.own.column.actions': 'Actions',
  'sessions.own.device': '{browser} on {system}',
  'sessions.own.unknownDevice': 'Unknown device',
  'sessions.own.current': 'This session',
  'sessions.own.end': 'End',
  'sessions.own.endOf': 'End the session on {device}',
  'sessions.own.endOthers': 'End all other sessions',
  'sessions.own.ended':
    '{n, plural, =0 {There was no other session.} one {One session was ended.} other {# sessions were ended.}}',

  // ── what the trail tells of an event, by the names and codes that stand in it
  'audit.data.method.password': 'password',
  'audit.data.reason.unknown': 'no such account',
  'audit.data.reason.inactive': 'inactive account',
  'audit.data.reason.wrong_password': 'wrong password',
  'audit.data.reason.factor': 'wrong second factor',
  'audit.data.reason.user_requested': 'asked for by the owner',
  'audit.data.reason.deactivated': 'account deactivated',
  'audit.data.reason.password_reset_by_other': 'password set by somebody else',
  'audit.data.reason.role_changed_by_other': 'role changed by somebody else',
  'audit.data.via.single': 'one session',
  'audit.data.via.others': 'all others',
  'audit.data.via.password_change': 'change of the password',
  'audit.data.via.password_reset': 'new password',
  'audit.data.via.deactivation': 'deactivation',
  'audit.data.via.role_change': 'change of the role',

  'event.login_succeeded': 'Signed in',
  'event.login_failed': 'Sign-in failed',
  'event.session_logout': 'Signed out',
  'event.sessions_revoked_self': 'Own session ended',
  'event.sessions_revoked_by_other': 'Session ended by somebody else',
  'event.reauth_succeeded': 'Identity confirmed',
  'event.reauth_failed': 'Identity not confirmed',
};
