import type { App } from '../../core/app.ts';
import type { CommandInput } from '../../core/command.ts';
import type { Issue } from '../../core/model/issue.ts';
import { invalidCommandInput, lastAdministratorKept, targetMissing } from './errors.ts';
import type { Outcome } from './outcome.ts';

/** The text of an option or positional argument; empty if it is missing. */
export function getArgument(input: CommandInput, name: string): string {
  const value = input.values[name];
  return value === undefined ? '' : String(value);
}

/** The comma-separated parts of an argument. */
export function listedIn(input: CommandInput, name: string): readonly string[] {
  return getArgument(input, name)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** How a rejected command is reported. */
interface RejectionTexts {
  /** For example: `The role was not changed.` */
  readonly failure: string;
  /** The missing account or group: `There is no group Buyers.` */
  readonly missing: string;
}

/** Returns the data of a completed change; otherwise ends the command with exit code 2 and the reason. */
export function mustBeDone<D extends object>(app: App, outcome: Outcome<D>, { failure, missing }: RejectionTexts): D {
  switch (outcome.outcome) {
    case 'done':
      return outcome;
    case 'missing':
      throw targetMissing({ failure, missing });
    case 'rejected':
      if (outcome.issue.key === 'auth.rejected.lastAdministrator')
        throw lastAdministratorKept({ failure, reason: translated(app, outcome.issue) });
      throw invalidCommandInput({ failure, reasons: translated(app, outcome.issue) });
    case 'invalid':
      throw invalidCommandInput({
        failure,
        reasons: outcome.problems.map(({ issue }) => translated(app, issue)).join(' '),
      });
  }
}

function translated(app: App, { key, params }: Issue): string {
  return app.messages.translate('en')(key, params);
}
