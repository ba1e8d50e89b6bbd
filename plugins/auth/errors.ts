import { defineError } from '../../core/errors/define-error.ts';

export const hashingBusy = defineError<{ seconds: number }>('RIO-AUTH-BUSY', {
  status: 503,
  problem: 'Too many sign-ins at the moment.',
  why: 'Password verification is deliberately slow, and its queue is full.',
  fix: 'Wait a few seconds and try again.',
  retry: ({ seconds }) => (seconds === 1 ? 'In 1 second.' : `In ${seconds} seconds.`),
  about: `The response has the header \`Retry-After\`. Password verification is deliberately slow, and its queue is full. This usually passes within seconds; if it does
not, someone may be guessing passwords.`,
});

export const firstAdministratorFailed = defineError<{ email: string; outcome: string }>('RIO-AUTH-FIRST', {
  problem: 'The first administrator could not be created.',
  why: ({ email, outcome }) => `Creating the user ${email} failed: ${outcome}.`,
  fix: 'Create one manually: npx rustio-admin user create --email … --role administrator',
  about: `A new development database gets an administrator at its first start. Create one manually:
\`npx rustio-admin user create --email you@example.org --role administrator\`.`,
});

// Rejected commands for users and groups. `failure` describes what was not done.

/** The group or the account does not exist. */
export const targetMissing = defineError<{ failure: string; missing: string }>('RIO-AUTH-REJECTED', {
  exitCode: 2,
  problem: ({ failure }) => failure,
  why: ({ missing }) => missing,
  fix: 'List the existing ones: `npx rustio-admin user list`, `npx rustio-admin group list`.',
  about: `A command for users or groups was rejected, and no changes were made. The message gives the reason: the email address is already in use,
the password is too weak, the permission does not exist, or no administrator who can sign in would remain. Exit code 2.`,
});

export const lastAdministratorKept = defineError<{ failure: string; reason: string }>('RIO-AUTH-REJECTED', {
  exitCode: 2,
  problem: ({ failure }) => failure,
  why: ({ reason }) => reason,
  fix: 'Give another active user the administrator or developer role first, then run the command again.',
});

export const invalidCommandInput = defineError<{ failure: string; reasons: string }>('RIO-AUTH-REJECTED', {
  exitCode: 2,
  problem: ({ failure }) => failure,
  why: ({ reasons }) => reasons,
  fix: 'Correct the command and run it again.',
});

export const accountMissing = defineError<{ email: string }>('RIO-AUTH-REJECTED', {
  exitCode: 2,
  problem: ({ email }) => `The user ${email} does not exist.`,
  why: 'No user has this email address.',
  fix: 'List all users: `npx rustio-admin user list`.',
});

export const roleMissing = defineError<{ reason: string }>('RIO-AUTH-REJECTED', {
  exitCode: 2,
  problem: 'The role does not exist.',
  why: ({ reason }) => reason,
  fix: 'Use one of these roles.',
});

export const passwordsDiffer = defineError<{ failure: string }>('RIO-AUTH-REJECTED', {
  exitCode: 2,
  problem: ({ failure }) => failure,
  why: 'The two passwords do not match.',
  fix: 'Run the command again.',
});
