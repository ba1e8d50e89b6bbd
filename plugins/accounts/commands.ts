import type { Command } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { getArgument, listedIn, mustBeDone } from '../auth/command-outcome.ts';
import { ROLES } from '../auth/roles.ts';
import { roleOf } from '../auth/user-commands.ts';
import { canSendMail } from '../mail/send.ts';
import { invitationWithoutMail } from './errors.ts';
import { inviteUser } from './invitation.ts';
import { runRule } from './run-rule.ts';

export const commands: readonly Command[] = [
  {
    name: 'user invite EMAIL',
    description: 'Create a user and send them an email with a link to choose their password',
    needs: 'database',
    options: {
      role: { description: 'Role', type: 'string', choices: ROLES, default: 'staff' },
      name: { description: 'Display name', type: 'string' },
      group: { description: 'Group of the user; can be repeated', type: 'string', multiple: true },
    },
    async run({ app }, input) {
      if (!canSendMail(app)) throw invitationWithoutMail();
      const email = getArgument(input, 'email');
      const invitee = {
        email,
        role: roleOf(app, getArgument(input, 'role')),
        displayName: getArgument(input, 'name') || null,
        groups: listedIn(input, 'group'),
      };
      const context = commandAuditContext();
      const outcome = await runRule(app, context.actor, (tx) => inviteUser(tx, context, app, invitee));
      mustBeDone(app, outcome, {
        failure: 'The user was not invited.',
        missing: 'One of the groups does not exist.',
      });
      const days = app.options('accounts').invitationDays;
      const validity = days === 1 ? 'one day' : `${days} days`;
      input.print(`Invited ${email.trim()} as ${invitee.role}. The link in the email is valid for ${validity}.`);
    },
  },
];
