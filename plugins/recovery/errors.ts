import { defineError } from '../../core/errors/define-error.ts';

/** An emergency command was refused before it changed anything. */
export const emergencyRefused = defineError<{ reasons: string }>('RIO-RECOVERY-REFUSED', {
  exitCode: 2,
  about:
    'An emergency command (`user reset-password`, `unlock`, `disable-mfa`, `promote`, `emergency-access`) was refused, and no changes were made. The reason is too short or too long, the role does not exist, `--minutes` is not between 1 and 60, no enabled plugin has a second factor, or the command was not confirmed: type `yes`, or add `--yes` where there is no terminal. Exit code 2.',
  problem: 'Nothing was changed.',
  why: ({ reasons }) => reasons,
  fix: 'Correct the command and run it again.',
});

export const notConfirmed = defineError('RIO-RECOVERY-REFUSED', {
  exitCode: 2,
  problem: 'Nothing was changed.',
  why: 'The operation was not confirmed.',
  fix: 'Run the command again and type `yes`, or add --yes.',
});

export const noFactors = defineError('RIO-RECOVERY-REFUSED', {
  exitCode: 2,
  problem: 'Nothing was changed.',
  why: 'No second factor is configured: no enabled plugin has one.',
  fix: 'If the user cannot sign in, use `user reset-password` or `user unlock`.',
});

export const linkUnusable = defineError('RIO-RECOVERY-LINK', {
  status: 404,
  about:
    'A link to choose a new password is valid for an hour by default and can be used once. All links of an account become invalid when it gets another password or address, or is locked or deactivated.',
  problem: 'This link cannot be used.',
  why: 'It has expired, was already used, or the account has changed since it was created.',
  fix: 'Request a new link, or ask an administrator.',
});
