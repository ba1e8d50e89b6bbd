/**
 * The weaknesses of other systems of this kind, and the checks that their documentation asks people to make by hand. Each is a test here
 * that would fail on their behaviour, or belongs to an issue that is still open.
 */
export interface Weakness {
  /** 1 to 28, or the letter of a manual check. */
  readonly id: string;
  readonly weakness: string;
  /** Test files under `test/`, each with titles as they are written in the file; a value in a title is `…`. */
  readonly tests?: Readonly<Record<string, readonly string[]>>;
  /** What remains, and the part of the plan that it belongs to. */
  readonly later?: string;
}

const SIGN_IN = 'plugins/sessions/sign-in.test.ts';
const RULES = 'plugins/sessions/rules.test.ts';
const ATTEMPTS = 'plugins/sessions/attempts.test.ts';
const NEW_TOKEN = 'plugins/sessions/new-token.test.ts';
const LIFETIME = 'plugins/sessions/lifetime.test.ts';
const RECOVERY = 'plugins/recovery/self-service.test.ts';
const ACCOUNTS = 'plugins/auth/accounts.test.ts';
const GROUPS = 'plugins/auth/groups.test.ts';
const MFA = 'plugins/mfa/signing-in.test.ts';

export const weaknesses: readonly Weakness[] = [
  {
    id: '1',
    weakness: 'a session is ended by its id without a check of its owner',
    tests: {
      [SIGN_IN]: ['attack: another user’s session, a malformed id and a missing form token end nothing'],
      [RULES]: ['attack: users cannot end another user’s session by its id'],
    },
  },
  {
    id: '2',
    weakness: 'tokens are stored in plain text',
    tests: {
      [RULES]: ['a token has 256 bits, is never the same, and the database stores its hash'],
      [RECOVERY]: ['attack: only a hash of the token is stored'],
      'plugins/accounts/invitations.test.ts': [
        'attack: only a hash of the token is stored, and no page shows it to the administrator',
      ],
    },
  },
  {
    id: '3',
    weakness: 'cookies are not Secure',
    tests: {
      'plugins/sessions/https.test.ts': [
        'the cookie is Secure and has the prefix that binds it to the host',
        'attack: a cookie without the prefix, which a neighbouring host could set, is ignored',
      ],
      'core/http/security-headers.test.ts': [
        'with an https public URL, responses have HSTS, and cookies are bound to this host',
      ],
    },
  },
  {
    id: '4',
    weakness: 'gates redirect to each other',
    tests: {
      'invariants/gates.test.ts': [
        'in every state, any page leads to that of the first pending step',
        'gates whose pages lead to each other prevent startup; the error names both owners (F9)',
      ],
      'plugins/recovery/temporary-passwords.test.ts': [
        'with a second factor, a temporary password and an old sign-in at once, every page redirects to the next step, in a fixed order',
      ],
    },
  },
  {
    id: '5',
    weakness: 'second factor, reauthentication and the old password can be guessed without a limit',
    tests: {
      [ATTEMPTS]: [
        'attack: guessing the password of an open session is limited, without affecting other sessions',
        'attack: a failing transaction does not undo an attempt, and other plugins have the same limits',
      ],
      'plugins/sessions/later-plugin.test.ts': ['reauthentication asks for every factor of the user'],
      [MFA]: [
        'attack: wrong codes are limited per account, whatever the session, and a right code is then rejected as well',
        'where users confirm their password, they also enter a code; a used one is rejected',
      ],
    },
  },
  {
    id: '6',
    weakness: 'the time of a rejected sign-in or of a recovery reveals accounts',
    tests: {
      [SIGN_IN]: ['attack: an unknown account costs as much work as a wrong password'],
      [ATTEMPTS]: [
        'attack: unknown, wrong, inactive and locked cost one verification each and look the same; a rejected attempt costs none',
      ],
      [RECOVERY]: [
        'attack: the response is the same for unknown, inactive, locked and active accounts, and only active ones get an email',
      ],
      'plugins/recovery/uniform.test.ts': [
        'a request costs the same statements and gets the same response for every account, and sends nothing itself',
      ],
      'plugins/auth/passwords.test.ts': [
        'attack: verifying an outdated hash takes as much work as a current one, so its account cannot be recognised',
      ],
    },
  },
  {
    id: '7',
    weakness: 'an account whose address contains capitals cannot recover',
    tests: {
      [ACCOUNTS]: ['an address that differs only in case is rejected as taken, and the transaction continues'],
      [SIGN_IN]: ['the correct password opens the requested page and creates one session with the device (T22)'],
      [RECOVERY]: [
        'the address is found regardless of case and surrounding spaces, as at sign-in',
        'the sign-in page links to a form; the email contains a link to choose a new password',
      ],
    },
  },
  {
    id: '8',
    weakness: 'the address of a client is what it claims, and limits are kept per process or shared by everyone',
    tests: {
      [ATTEMPTS]: [
        'attack: a client cannot choose the network that it is counted for',
        'attack: of thirty concurrent attempts, five are verified',
        'after five failures, an account and a network wait half a minute, then twice as long each time',
        'the table contains no address that somebody typed, and is cleaned up',
      ],
    },
  },
  {
    id: '9',
    weakness: 'the audit trail can be erased, and is written beside the change',
    tests: {
      'plugins/audit/trail.test.ts': [
        'entries of a user remain when their account is deleted',
        'attack: update, delete and truncate are rejected, even as a replica and for a single column',
        'a rolled-back change leaves no row, and a row that cannot be written rolls back the change',
        'an event is one row with user, event, before, after and origin',
      ],
      [SIGN_IN]: ['the address of an unknown account is in the audit trail as a keyed fingerprint'],
    },
  },
  {
    id: '10',
    weakness: 'signing out, commands and reauthentication are not in the audit trail',
    tests: {
      'plugins/auth/audited.test.ts': [
        'signing in and out, wrong passwords and reauthentication are recorded',
        'every command that changes authority is recorded with who ran it',
      ],
      'invariants/one-transaction.test.ts': ['a successful change has its audit entry'],
    },
  },
  {
    id: '11',
    weakness: 'trust is raised without a new token, and does not decay',
    tests: {
      [RULES]: [
        'raising the trust issues another token for the same id and immediately invalidates the old one',
        'a password entered long ago is not recent',
      ],
      [NEW_TOKEN]: ['attack: the old token is not accepted after a reauthentication, not even for a moment'],
      'plugins/recovery/temporary-passwords.test.ts': [
        'replacing the password ends the other sessions, and the current one gets a new token',
      ],
    },
  },
  {
    id: '12',
    weakness: 'checks and writes race, and a crash leaves half of a change',
    tests: {
      [ACCOUNTS]: [
        'attack: fifty parallel attempts on the last two administrators leave one',
        'attack: two administrators cannot both be demoted concurrently by different superiors',
      ],
      [RECOVERY]: [
        'attack: a link can be used once, even by concurrent requests, and makes the other links of the account invalid',
      ],
      'plugins/accounts/invitations.test.ts': [
        'attack: an invitation sets one password, even if several requests use it at the same time',
      ],
      'plugins/recovery/administrators.test.ts': [
        'if a temporary password, a link and a lock are requested at the same time, one of their results remains',
      ],
      'faults/killed-server.long.test.ts': [
        '…: killed at any statement, the database is as before or as after, nothing between',
      ],
      [MFA]: [
        'attack: of two sign-ins that send the same code at the same instant, one is completed',
        'attack: of two reauthentications that send the same backup code at the same instant, one succeeds',
      ],
      'plugins/mfa/killed.long.test.ts': [
        'an enrolment: the app, its codes, ended sessions, the new trust level, the notice and the entry',
      ],
      'plugins/accounts/erasing.test.ts': [
        'if the process is killed during an erasure, the database has all of it or none',
      ],
    },
  },
  {
    id: '13',
    weakness: 'a change of role ends no session and asks for no password, and grants are cached',
    tests: {
      [RULES]: ['a new password, another role and a deactivation end all sessions of the account, each with its event'],
      [NEW_TOKEN]: ['attack: a stolen token gains no permissions: every change gives the next page a new one'],
      'plugins/recovery/administrators.test.ts': [
        'each action requires a reason of 8 to 500 characters after trimming, which is in the audit trail',
      ],
      'plugins/auth/ghost-permissions.test.ts': [
        'a change of permissions takes effect in every process at the next request',
      ],
      'plugins/sessions/later-plugin.test.ts': [
        'attack: a sensitive form is never processed without the password, regardless of the method',
      ],
    },
  },
  {
    id: '14',
    weakness: 'the last administrator can lock themselves out, and locked accounts count as active',
    tests: {
      [ACCOUNTS]: ['the last active administrator is kept, even if there are others who cannot sign in'],
      'plugins/auth/guards.test.ts': [
        'property: sequences of changes do exactly what the model allows, and an administrator always remains',
      ],
      'plugins/accounts/invitations.test.ts': ['an invited account does not count as an administrator who can sign in'],
      'plugins/recovery/administrators.test.ts': [
        'administrators can lock, reset and sign out others, but not themselves, and one who can sign in remains',
      ],
      'plugins/recovery/emergency.test.ts': [
        'the rules of the pages apply: erased and inactive accounts are refused, and an administrator remains',
      ],
    },
  },
  {
    id: '15',
    weakness: 'nobody can help a user of the highest role',
    tests: {
      [ACCOUNTS]: ['the guards apply to users: equal rank, higher rank, their own account, a role above their own'],
      [RECOVERY]: ['the sign-in page links to a form; the email contains a link to choose a new password'],
      'plugins/recovery/administrators.test.ts': [
        'the pages cannot recover an account of equal rank, but the command line can',
      ],
    },
  },
  {
    id: '16',
    weakness: 'the correlation ID is taken from the request unchecked',
    tests: {
      'core/http/request-state.test.ts': [
        'an ID that could forge a log line, or is too short or too long, is replaced',
        'the ID is not accepted from just any proxy: a forwarded client ID could mimic the ID of another user',
        'the audit entries of a request have its ID',
      ],
    },
  },
  {
    id: '17',
    weakness: 'sessions have no device, no idle limit, no maximal number, and nobody learns of a new device',
    tests: {
      [SIGN_IN]: [
        'the correct password opens the requested page and creates one session with the device (T22)',
        'users see their own sessions, end one, and all others',
      ],
      [LIFETIME]: [
        'a session lasts 8 hours without a request and 14 days in total, and a role can have other limits',
        'attack: concurrent sign-ins cannot exceed the limit on sessions',
      ],
      'plugins/sessions/new-device.test.ts': [
        'a sign-in from another browser is reported with the device, the IP address and what to do',
      ],
    },
  },
  {
    id: '18',
    weakness: 'links of emails lead to the host that the request names',
    tests: {
      [RECOVERY]: ['attack: links point to the public URL, whatever the Host header of the request'],
      'plugins/accounts/invitations.test.ts': [
        'the invitation is written in the language of the user, and leads to the public URL',
      ],
      'core/http/csrf.test.ts': ['the Origin must be that of the public URL: a forged Host header changes nothing'],
    },
  },
  {
    id: '19',
    weakness: 'form tokens are bound to nothing, the origin is not checked, and security headers are missing',
    tests: {
      'core/http/csrf.test.ts': [
        "the token of another user's session is rejected",
        'a token ends with its session: after a new sign-in the old page must be reloaded',
        'same-site and cross-site requests are rejected, regardless of their Origin',
      ],
      'core/http/security-headers.test.ts': [
        'no page contains a script or style that the policy blocks',
        'browsers and proxies can cache only static files',
      ],
    },
  },
  {
    id: '20',
    weakness: 'bodies have no limit, errors of the database are shown, and 404 and 405 lack security headers',
    tests: {
      'core/http/body.test.ts': ['the size limit is exact to the byte, with and without Content-Length'],
      'core/http/answer-errors.test.ts': ['an unexpected error shows its parts, the code and the ID, and no internals'],
      'core/http/security-headers.test.ts': [
        'every response has them: pages, redirects, 404, 405, 403, 500, static files, health checks',
      ],
    },
  },
  {
    id: '21',
    weakness: 'routes of projects skip role and gates',
    tests: {
      'plugins/sessions/later-plugin.test.ts': [
        'attack: a pending sign-in opens only the page of the second factor and sign-out',
      ],
      [MFA]: ['attack: a session of which the second factor is pending cannot reach any other route'],
      'invariants/closed-by-default.test.ts': [
        'anonymous users are redirected to the sign-in page from every route that is not open',
      ],
    },
  },
  {
    id: '22',
    weakness: 'a required second factor can be disabled, and its secret is chosen by the client',
    tests: {
      'plugins/mfa/policy.test.ts': [
        'attack: users cannot remove a factor that the policy requires, even with a form that the page does not show',
        'in production, startup fails without secret keys, unless the policy is off',
      ],
      'plugins/mfa/enrolment.test.ts': [
        'attack: the secret of the enrolment comes from the server; the form cannot choose another one',
        'a user scans a QR code, enters a code of the app, and gets ten backup codes, which are shown once',
      ],
      'plugins/mfa/recovery.test.ts': [
        'mfa rekey encrypts everything under the first key; the old one can then be removed',
      ],
    },
  },
  {
    id: '23',
    weakness: 'strangers lock anybody out, and a lock does not concern open sessions',
    tests: {
      [ATTEMPTS]: [
        'attack: strangers from many networks cannot lock a known device out',
        'attack: neighbours in the same network cannot lock a known device out either',
      ],
      [ACCOUNTS]: ['a locked account cannot sign in or act, and nothing tells a stranger that it is locked'],
    },
  },
  {
    id: '24',
    weakness: 'common passwords are accepted, commands ignore the rules, and old links survive a new password',
    tests: {
      'plugins/auth/passwords.test.ts': [
        'common passwords are rejected, even with digits, punctuation and substitutes',
      ],
      'plugins/auth/commands.test.ts': ['a password that violates the policy is reported before it must be repeated'],
      [RECOVERY]: [
        'attack: a link becomes invalid when the account is deactivated or locked, or gets another password or address',
      ],
    },
  },
  {
    id: '25',
    weakness: 'granting creates permissions that nobody declared',
    tests: { [GROUPS]: ['an unknown permission is rejected with a suggestion, and none of the list is granted'] },
  },
  {
    id: '26',
    weakness: 'administrators hand out permissions that they do not hold',
    tests: {
      [GROUPS]: ['attack: nobody grants what they do not hold, to a group, to an account, or by a membership'],
      'plugins/auth/guards.test.ts': ['property: nobody grants a permission that they do not hold, whatever the list'],
    },
  },
  {
    id: '27',
    weakness: 'the page names one hour, however long a link is valid',
    tests: { [RECOVERY]: ['the pages and the email show how long a link is valid, as configured'] },
  },
  {
    id: '28',
    weakness: 'the history of a user is inserted into the page without escaping',
    tests: { 'plugins/admin/hostile.test.ts': ['… is shown as text on every page'] },
  },
];

/** Checks that their documentation asks people to make by hand. */
export const manualChecks: readonly Weakness[] = [
  {
    id: 'a',
    weakness: 'unknown, known and inactive addresses get the same response to a forgotten password',
    tests: {
      [RECOVERY]: [
        'attack: the response is the same for unknown, inactive, locked and active accounts, and only active ones get an email',
      ],
    },
  },
  {
    id: 'b',
    weakness: 'of two tabs with one link, one succeeds',
    tests: {
      [RECOVERY]: [
        'attack: a link can be used once, even by concurrent requests, and makes the other links of the account invalid',
      ],
    },
  },
  {
    id: 'c',
    weakness: 'expired, used and invented links get the same page',
    tests: {
      [RECOVERY]: ['attack: an expired, changed or invented link sets no password'],
      'plugins/accounts/invitations.test.ts': [
        'attack: an expired, changed, used or invented invitation sets no password, and all get the same response',
      ],
    },
  },
  {
    id: 'd',
    weakness: 'a password that is not allowed does not use the link up',
    tests: { [RECOVERY]: ['a rejected password does not use up the link, however often it is sent'] },
  },
  {
    id: 'e',
    weakness: 'an email that cannot be sent is marked as failed, with the same response',
    tests: {
      'plugins/mail/delivery.test.ts': ['an email fails after the last attempt'],
      [RECOVERY]: [
        'attack: the response is the same for unknown, inactive, locked and active accounts, and only active ones get an email',
      ],
    },
  },
  {
    id: 'f',
    weakness: 'everything that one request causes has one correlation ID',
    tests: {
      [RECOVERY]: [
        'the request, the link and its email share a correlation ID in the audit trail, and so do the new password and the sessions that it ends',
      ],
    },
  },
  {
    id: 'g',
    weakness: 'the whole life of a second factor',
    tests: { [MFA]: ['the whole life: enrolment, sign-in, confirmation, backup code, new codes, off'] },
  },
  {
    id: 'h',
    weakness: 'a factor that becomes required redirects at the next request',
    tests: {
      'plugins/mfa/policy.test.ts': ['sessions that were open before the rule count from their sign-in'],
    },
  },
];
