import type { App } from '../../core/app.ts';
import type { Command, CommandInput } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { type Account, findAccountByEmail, listAccounts } from './account.ts';
import { changeRole, setActive, setPassword } from './change-account.ts';
import { getArgument, mustBeDone } from './command-outcome.ts';
import { createUser, unknownRole } from './create-user.ts';
import { accountMissing, passwordsDiffer, roleMissing } from './errors.ts';
import { invalid } from './outcome.ts';
import { generatePassword, passwordIssue } from './password-policy.ts';
import { isRole, ROLES, type Role } from './roles.ts';

export const userCommands: readonly Command[] = [
  {
    name: 'user create',
    group: 'Manage users',
    description: 'Create a user; prompts for the password, or generates and prints one if there is no terminal',
    needs: 'database',
    options: {
      email: { description: 'Email address', type: 'string', required: true },
      role: { description: 'Role', type: 'string', choices: ROLES, default: 'staff' },
      name: { description: 'Display name', type: 'string' },
      password: {
        description: 'Password (visible to other users of this machine; omit it to be prompted)',
        type: 'string',
      },
    },
    async run(context, input) {
      const { app } = context;
      const email = getArgument(input, 'email');
      const role = roleOf(app, getArgument(input, 'role'));
      const { password, generated } = await newPassword(app, input, email, 'The user was not created.');
      const displayName = getArgument(input, 'name') || null;
      const outcome = await app.database.transaction((tx) =>
        createUser(tx, commandAuditContext(), app.events, { email, password, role, displayName }),
      );
      mustBeDone(app, outcome, toRejection('The user was not created.', email));
      input.print(`Created ${email.trim()} as ${role}.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  {
    name: 'user list',
    description: 'List all users',
    needs: 'database',
    async run(context, input) {
      const accounts = await listAccounts(context.app.database);
      const width = Math.max(0, ...accounts.map(({ email }) => email.length));
      for (const { email, role, active, displayName } of accounts) {
        const remarks = [displayName, active ? undefined : '(inactive)'].filter((text) => text != null);
        input.print([email.padEnd(width), role.padEnd(13), ...remarks].join('  ').trimEnd());
      }
      if (accounts.length === 0) input.print('No users.');
    },
  },
  {
    name: 'user role EMAIL ROLE',
    description: 'Change the role of a user and end their sessions',
    needs: 'database',
    async run(context, input) {
      const { app } = context;
      const role = roleOf(app, getArgument(input, 'role'));
      const account = await requireAccount(app, input);
      const outcome = await app.database.transaction((tx) =>
        changeRole(tx, commandAuditContext(), app.events, account.id, role),
      );
      const { changed } = mustBeDone(app, outcome, toRejection('The role was not changed.', account.email));
      input.print(
        changed ? `${account.email} now has the role ${role}.` : `${account.email} already has the role ${role}.`,
      );
    },
  },
  {
    name: 'user password EMAIL',
    description:
      'Set a new password and end the sessions of the user; prompts for it, or generates one if there is no terminal',
    needs: 'database',
    options: {
      generate: {
        description: 'Generate and print a password instead of prompting for it',
        type: 'boolean',
        default: false,
      },
    },
    async run(context, input) {
      const { app } = context;
      const account = await requireAccount(app, input);
      const { password, generated } = await newPassword(app, input, account.email, 'The password was not changed.');
      const outcome = await app.database.transaction((tx) =>
        setPassword(tx, commandAuditContext(), app.events, account.id, password),
      );
      mustBeDone(app, outcome, toRejection('The password was not changed.', account.email));
      input.print(`${account.email} has a new password.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  activityCommand('activate', true, 'Activate a user, who can then sign in again'),
  activityCommand('deactivate', false, 'Deactivate a user and end their sessions; their audit entries are kept'),
];

function activityCommand(verb: string, active: boolean, description: string): Command {
  return {
    name: `user ${verb} EMAIL`,
    description,
    needs: 'database',
    async run(context, input) {
      const { app } = context;
      const account = await requireAccount(app, input);
      const outcome = await app.database.transaction((tx) =>
        setActive(tx, commandAuditContext(), app.events, account.id, active),
      );
      mustBeDone(app, outcome, toRejection(`The user was not ${verb}d.`, account.email));
      input.print(`${account.email} is ${active ? 'active' : 'inactive'}.`);
    },
  };
}

/** The account in the EMAIL argument; exit code 2 if it does not exist. */
export async function requireAccount(app: App, input: CommandInput): Promise<Account> {
  const email = getArgument(input, 'email');
  const account = await findAccountByEmail(app.database, email);
  if (account) return account;
  throw accountMissing({ email });
}

function toRejection(failure: string, email: string) {
  return { failure, missing: `The user ${email} does not exist.` };
}

function roleOf(app: App, text: string): Role {
  if (isRole(text)) return text;
  const { key, params } = unknownRole(text);
  throw roleMissing({ reason: app.messages.translate('en')(key, params) });
}

/**
 * The password from the option, entered twice, or generated. If an entered password violates the policy, this is reported before
 * it has to be repeated.
 */
async function newPassword(
  app: App,
  input: CommandInput,
  email: string,
  failure: string,
): Promise<{ password: string; generated: boolean }> {
  const option = getArgument(input, 'password');
  if (option !== '') return { password: option, generated: false };
  const typed = input.values.generate === true ? undefined : await input.askSecret('New password');
  if (typed === undefined) return { password: generatePassword(), generated: true };
  const weak = passwordIssue(typed, email);
  if (weak) mustBeDone(app, invalid('password', weak), toRejection(failure, email));
  if ((await input.askSecret('Repeat the new password')) === typed) return { password: typed, generated: false };
  throw passwordsDiffer({ failure });
}
