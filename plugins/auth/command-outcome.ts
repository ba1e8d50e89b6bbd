import type { App } from '../../core/app.ts';
import type { CommandInput } from '../../core/command.ts';
import { RustioError } from '../../core/errors.ts';
import type { Issue } from '../../core/model/kind.ts';
import type { Outcome } from './outcome.ts';

/** What an option or position says, as text; empty when it says nothing. */
export function textOf(input: CommandInput, name: string): string {
  const value = input.values[name];
  return value === undefined ? '' : String(value);
}

/** How a command that was refused is reported. */
interface Refusal {
  /** `The role was not changed.` */
  readonly failure: string;
  /** Which account or group there is not: `There is no group Buyers.` */
  readonly missing: string;
}

/** Goes on with what was done, or ends the command with exit code 2 and says why. */
export function mustBeDone<D extends object>(app: App, outcome: Outcome<D>, { failure, missing }: Refusal): D {
  switch (outcome.outcome) {
    case 'done':
      return outcome;
    case 'missing':
      throw refusedCommand(
        failure,
        missing,
        'See which there are: `npx rustio-admin user list`, `npx rustio-admin group list`.',
      );
    case 'refused':
      // A command has the rights of the system, so this is about the last administrator.
      throw refusedCommand(
        failure,
        told(app, outcome.issue),
        'Give another active account such a role first, then run the command again.',
      );
    case 'invalid':
      throw refusedCommand(
        failure,
        outcome.problems.map((problem) => told(app, problem.issue)).join(' '),
        'Correct it and run the command again.',
      );
  }
}

function told(app: App, { key, params }: Issue): string {
  return app.messages.translate('en')(key, params);
}

export function refusedCommand(problem: string, why: string, fix: string): RustioError {
  return new RustioError('RIO-AUTH-REFUSED', { problem, why, fix, retry: 'After that.' }, { exitCode: 2 });
}
