import type { App } from '../../core/app.ts';
import type { Command, CommandInput, CommandOption } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { getArgument, mustBeDone } from '../auth/command-outcome.ts';
import { isRole, ROLES } from '../auth/roles.ts';
import { requireAccount } from '../auth/user-commands.ts';
import {
  disableMfa,
  type EmergencyRule,
  linkFor,
  promoteTo,
  resetPassword,
  runEmergency,
  unlock,
} from './emergency.ts';
import { emergencyRefused, noFactors, notConfirmed } from './errors.ts';
import { parseReason } from './recover-account.ts';

const MIN_MINUTES = 1;
const MAX_MINUTES = 60;

const common: Readonly<Record<string, CommandOption>> = {
  reason: { description: 'Reason (at least 8 characters), stored in the audit trail', type: 'string', required: true },
  yes: { description: 'Skip the confirmation', type: 'boolean', default: false },
};

/** For operators with a shell on the server, when no administrator can help. */
export const emergencyCommands: readonly Command[] = [
  emergencyCommand('reset-password', 'Set a temporary password and end the sessions of a user', resetPassword),
  emergencyCommand('unlock', 'Unlock the account of a user', () => unlock),
  emergencyCommand('disable-mfa', 'Remove the second factor of a user and end their sessions', (_input, app) => {
    if (app.contributions('recovery.factors').length === 0) throw noFactors();
    return disableMfa;
  }),
  emergencyCommand('promote', 'Give a user a higher role and end their sessions', (input) => {
    const role = getArgument(input, 'role');
    if (!isRole(role))
      throw emergencyRefused({ reasons: `Unknown role ${role}. Available roles: ${ROLES.join(', ')}.` });
    return promoteTo(role);
  }),
  {
    ...emergencyCommand('emergency-access', 'Print a single-use link to choose a new password', (input) => {
      const minutes = Number(input.values.minutes);
      if (!Number.isInteger(minutes) || minutes < MIN_MINUTES || minutes > MAX_MINUTES)
        throw emergencyRefused({ reasons: `--minutes must be a whole number from ${MIN_MINUTES} to ${MAX_MINUTES}.` });
      return linkFor(minutes);
    }),
    options: {
      ...common,
      minutes: { description: 'How long the link is valid (1 to 60)', type: 'number', default: 15 },
    },
  },
];

function emergencyCommand(
  operation: string,
  description: string,
  ruleFor: (input: CommandInput, app: App) => EmergencyRule | Promise<EmergencyRule>,
): Extract<Command, { readonly needs: 'database' }> {
  const role = operation === 'promote' ? ' ROLE' : '';
  return {
    name: `user ${operation} EMAIL${role}`,
    description: `Emergency: ${description[0]?.toLowerCase()}${description.slice(1)}`,
    needs: 'database',
    options: common,
    async run({ app }, input) {
      const rule = await ruleFor(input, app);
      const { id, email } = await requireAccount(app, input);
      const parsed = parseReason(getArgument(input, 'reason'));
      if (!parsed.ok)
        throw emergencyRefused({ reasons: app.messages.translate('en')(parsed.issue.key, parsed.issue.params) });
      const reason = parsed.value;
      await confirm(input, {
        operation: `user ${operation}${role && ` ${getArgument(input, 'role')}`}`,
        target: email,
        reason,
      });
      const outcome = await runEmergency(app, { id, email }, { operation, reason, rule });
      const { lines } = mustBeDone(app, outcome, {
        failure: 'Nothing was changed.',
        missing: `The user ${email} does not exist.`,
      });
      for (const line of lines) input.print(line);
    },
  };
}

/** Prints what will be done, and asks for `yes`; without a terminal, only `--yes` confirms. */
async function confirm(
  input: CommandInput,
  { operation, target, reason }: { readonly operation: string; readonly target: string; readonly reason: string },
): Promise<void> {
  const rows = [
    ['Operation', operation],
    ['Target', target],
    ['Reason', reason],
    ['Operator', commandAuditContext().actor.name],
    ['Time', new Date().toISOString()],
  ] as const;
  const rule = '='.repeat(64);
  input.print(rule);
  input.print('EMERGENCY RECOVERY');
  // A reason of several lines must not look like further rows.
  for (const [name, text] of rows) input.print(`${`${name}:`.padEnd(11)}${text.replace(/\s+/g, ' ')}`);
  input.print('This is recorded in the audit trail. If the plugin mail is enabled, the user is notified by email.');
  input.print(rule);
  if (input.values.yes === true) return;
  // fault: emergency-without-confirmation
  if ((await input.ask('Type yes to continue:')) !== 'yes') throw notConfirmed();
}
