import { isDeepStrictEqual } from 'node:util';
import type { App } from '../../core/app.ts';
import type { CommandInput } from '../../core/command.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { type AuditContext, commandAuditContext, type UserActor } from '../../core/policy/actor.ts';
import { accountChanged, accountsUnavailable, accountUnknown, invalidReason, reasonWithoutAccount } from '../errors.ts';

/** The actor of a console, and the audit context of their changes. */
export interface ActingAs {
  readonly context: AuditContext;
  /** True without an account and a reason. */
  readonly isReadOnly: boolean;
  /** The value of `--reason`. */
  readonly reason: string | undefined;
  /**
   * Reads the account again before a commit.
   *
   * @throws RustioError `RIO-CONSOLE-ACCOUNT` if it was deactivated or its permissions have changed since the console started.
   */
  verify(): Promise<void>;
}

const MAX_REASON = 500;
const HELP = 'See npx rustio-admin console --help.';

/**
 * Reads `--as` and `--reason`. Without them, the actor is the command line, as in other commands, and the console is read-only.
 * With only `--as`, the console is read-only and shows what that user can see.
 */
export async function actingAs(app: App, values: CommandInput['values']): Promise<ActingAs> {
  const { as: name, reason: given } = values;
  const reason = parseReason(given);
  const command = commandAuditContext();
  if (typeof name !== 'string') {
    if (reason === undefined) return { context: command, isReadOnly: true, reason, verify: async () => {} };
    throw reasonWithoutAccount({ hint: HELP });
  }
  const user = await findUser(app, name);
  return {
    context: {
      ...command,
      actor: user,
      checkedBeforeCommit: true,
      ...(reason !== undefined && { details: { changeReason: reason, origin: `console, ${command.actor.name}` } }),
    },
    isReadOnly: reason === undefined,
    reason,
    async verify() {
      if (!isDeepStrictEqual(await findUser(app, name), user)) throw accountChanged({ name });
    },
  };
}

/** Whether the error means that the account cannot be used, or can no longer be used. Such an error ends the console. */
export function isAccountError(error: unknown): boolean {
  return error instanceof RustioError && error.code === accountUnknown.code;
}

function parseReason(given: CommandInput['values'][string]): string | undefined {
  if (given === undefined) return undefined;
  const reason = String(given).trim();
  if (reason !== '' && reason.length <= MAX_REASON) return reason;
  throw invalidReason({ max: MAX_REASON, hint: HELP });
}

/** Reads outside the console's transaction, so that its own uncommitted changes have no effect. */
async function findUser(app: App, name: string): Promise<UserActor> {
  const users = app.optionalService('users');
  if (users?.find === undefined) throw accountsUnavailable();
  const user = await users.find(app.reading, name);
  if (user === undefined) throw accountUnknown({ name });
  return user;
}
