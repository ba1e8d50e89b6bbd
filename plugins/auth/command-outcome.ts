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

/** Goes on with what was done, or ends the command with exit code 2 and says why. `what` is what was asked for. */
export function mustBeDone<D extends object>(app: App, what: string, outcome: Outcome<D>): D {
  switch (outcome.outcome) {
    case 'done':
      return outcome;
    case 'missing':
      throw refusedCommand(
        what,
        'There is no such account or group.',
        'See `rustio-admin user list` and `group list`.',
      );
    case 'refused':
      throw refusedCommand(what, told(app, outcome.issue), 'Nothing was changed.');
    case 'invalid':
      throw refusedCommand(
        what,
        outcome.problems.map((problem) => told(app, problem.issue)).join(' '),
        'Correct it and run the command again.',
      );
  }
}

function told(app: App, { key, params }: Issue): string {
  return app.messages.translate('en')(key, params);
}

export function refusedCommand(problem: string, why: string, fix: string): RustioError {
  return new RustioError(
    'RIO-AUTH-REFUSED',
    { problem, why, fix, retry: 'Trying again gives the same answer.' },
    { exitCode: 2 },
  );
}
