import type { App } from '../../core/app.ts';
import type { Command, CommandInput, CommandOption } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { type Account, findAccountByEmail, listAccounts } from './account.ts';
import { changeRole, eraseAccount, setActive, setPassword } from './change-account.ts';
import { getArgument, listedIn, mustBeDone } from './command-outcome.ts';
import { createUser, unknownRole } from './create-user.ts';
import { editAccount } from './edit-account.ts';
import { accountMissing, invalidCommandInput, passwordsDiffer, roleMissing } from './errors.ts';
import { invalid } from './outcome.ts';
import { preparePassword } from './password-hash.ts';
import { generatePassword, passwordIssue } from './password-policy.ts';
import { isRole, ROLES, type Role } from './roles.ts';
import { changeUserGrants } from './user-permissions.ts';

const temporary: CommandOption = {
  description: 'For the password of somebody else: they must choose another one when they sign in',
  type: 'boolean',
  default: false,
};

export const userCommands: readonly Command[] = [
  {
    name: 'user create',
    group: 'Manage users',
    description:
      'Create a user; prompts for the password, or generates and prints one if there is no terminal. With --service, creates an account for a program, which uses tokens and never signs in',
    needs: 'database',
    options: {
      email: { description: 'Email address, or the name of a service account', type: 'string', required: true },
      role: { description: 'Role', type: 'string', choices: ROLES, default: 'staff' },
      name: { description: 'Display name', type: 'string' },
      password: {
        description: 'Password (visible to other users of this machine; omit it to be prompted)',
        type: 'string',
      },
      temporary,
      service: { description: 'Create a service account', type: 'boolean', default: false },
    },
    async run(context, input) {
      const { app } = context;
      const failure = 'The user was not created.';
      const email = getArgument(input, 'email');
      const role = roleOf(app, getArgument(input, 'role'));
      const service = input.values.service === true;
      const option = getArgument(input, 'password');
      const chosen = service ? undefined : await newPassword(app, input, email, failure);
      const typed = chosen?.password ?? (option || undefined);
      const user = {
        email,
        role,
        service,
        displayName: getArgument(input, 'name') || null,
        ...(typed !== undefined && { password: await preparePassword(typed) }),
        temporary: input.values.temporary === true,
      };
      const outcome = await app.database.transaction((tx) => createUser(tx, commandAuditContext(), app.events, user));
      const created = mustBeDone(app, outcome, toRejection(failure, email));
      input.print(`Created ${created.email} as ${role}.`);
      if (chosen?.generated === true) input.print(`Password: ${chosen.password}`);
    },
  },
  {
    name: 'user list',
    description: 'List all users',
    needs: 'database',
    async run(context, input) {
      const accounts = await listAccounts(context.app.database);
      const width = Math.max(0, ...accounts.map(({ email }) => email.length));
      for (const { email, role, active, service, displayName } of accounts) {
        const remarks = [displayName, service && '(service account)', !active && '(inactive)'].filter(Boolean);
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
      temporary,
    },
    async run(context, input) {
      const { app } = context;
      const account = await requireAccount(app, input);
      const { password, generated } = await newPassword(app, input, account.email, 'The password was not changed.');
      const prepared = await preparePassword(password);
      const outcome = await app.database.transaction((tx) =>
        setPassword(tx, commandAuditContext(), app.events, account.id, prepared, {
          temporary: input.values.temporary === true,
        }),
      );
      mustBeDone(app, outcome, toRejection('The password was not changed.', account.email));
      input.print(`${account.email} has a new password.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  {
    name: 'user edit EMAIL',
    description: 'Change the email address or name of a user',
    needs: 'database',
    options: {
      'new-email': { description: 'New email address', type: 'string' },
      name: { description: 'New display name', type: 'string' },
    },
    async run(context, input) {
      const { app } = context;
      const account = await requireAccount(app, input);
      const edit = {
        ...(input.values['new-email'] !== undefined && { email: getArgument(input, 'new-email') }),
        ...(input.values.name !== undefined && { displayName: getArgument(input, 'name') }),
      };
      const outcome = await app.database.transaction((tx) =>
        editAccount(tx, commandAuditContext(), app.events, account.id, edit),
      );
      mustBeDone(app, outcome, toRejection('The user was not changed.', account.email));
      input.print(`Changed ${account.email}.`);
    },
  },
  grantCommand('grant', 'Grant permissions to a user, in addition to those of their groups (comma-separated)'),
  grantCommand('revoke', 'Revoke permissions that were granted to a user directly (comma-separated)'),
  activityCommand('activate', true, 'Activate a user, who can then sign in again'),
  activityCommand('deactivate', false, 'Deactivate a user and end their sessions; their audit entries are kept'),
  {
    name: 'user erase EMAIL',
    description: 'Erase the personal data of a user; their audit entries are kept, under a pseudonym',
    needs: 'database',
    options: { yes: { description: 'Confirm that the account will be erased', type: 'boolean', default: false } },
    async run(context, input) {
      const { app } = context;
      const account = await requireAccount(app, input);
      if (input.values.yes !== true)
        throw invalidCommandInput({
          failure: 'The user was not erased.',
          reasons: 'This cannot be undone. Add --yes to confirm it.',
        });
      const outcome = await app.database.transaction((tx) =>
        eraseAccount(tx, commandAuditContext(), app.events, account.id),
      );
      mustBeDone(app, outcome, toRejection('The user was not erased.', account.email));
      input.print(`Erased ${account.email}.`);
    },
  },
];

function grantCommand(verb: 'grant' | 'revoke', description: string): Command {
  const [done, preposition] = verb === 'grant' ? ['Granted', 'to'] : ['Revoked', 'from'];
  return {
    name: `user ${verb} EMAIL PERMISSION`,
    description,
    needs: 'database',
    async run(context, input) {
      const { app } = context;
      const account = await requireAccount(app, input);
      const permissions = listedIn(input, 'permission');
      const outcome = await app.database.transaction((tx) =>
        changeUserGrants(tx, commandAuditContext(), app, account.id, {
          [verb === 'grant' ? 'add' : 'remove']: permissions,
        }),
      );
      mustBeDone(app, outcome, toRejection(`Nothing was ${done.toLowerCase()}.`, account.email));
      input.print(`${done} ${permissions.join(', ')} ${preposition} ${account.email}.`);
    },
  };
}

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

/** The role with this name; exit code 2 if there is none. */
export function roleOf(app: App, text: string): Role {
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
