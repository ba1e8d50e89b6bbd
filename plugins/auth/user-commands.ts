import type { App } from '../../core/app.ts';
import type { Command, CommandInput } from '../../core/command.ts';
import { commandAuditContext } from '../../core/command-context.ts';
import { type Account, findAccountByEmail, listAccounts } from './account.ts';
import { changeRole, setActive } from './change-account.ts';
import { mustBeDone, refusedCommand, textOf } from './command-outcome.ts';
import { createUser, unknownRole } from './create-user.ts';
import { generatePassword } from './generated-password.ts';
import { invalid } from './outcome.ts';
import { passwordIssue } from './password-policy.ts';
import { isRole, ROLES, type Role } from './roles.ts';
import { setPassword } from './set-password.ts';

export const userCommands: readonly Command[] = [
  {
    name: 'user create',
    description:
      'Create an account; asks for its password, or generates one where there is no terminal and prints it once',
    needs: 'database',
    options: {
      email: { description: 'E-mail address', type: 'string', required: true },
      role: { description: 'Its role', type: 'string', choices: ROLES, default: 'staff' },
      name: { description: 'Display name', type: 'string' },
      password: { description: 'Its password; better left out: other users of the machine may see it', type: 'string' },
    },
    async run(context, input) {
      const { app } = context;
      const email = textOf(input, 'email');
      const role = roleOf(app, textOf(input, 'role'));
      const { password, generated } = await newPassword(app, input, email, 'The account was not created.');
      const displayName = textOf(input, 'name') || null;
      const outcome = await app.database.transaction((tx) =>
        createUser(tx, commandAuditContext(), app.events, { email, password, role, displayName }),
      );
      mustBeDone(app, outcome, refusalOf('The account was not created.', email));
      input.print(`Created ${email.trim()} as ${role}.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  {
    name: 'user list',
    description: 'List all accounts',
    needs: 'database',
    async run(context, input) {
      const accounts = await listAccounts(context.app.database);
      const width = Math.max(0, ...accounts.map(({ email }) => email.length));
      for (const { email, role, active, displayName } of accounts) {
        const remarks = [displayName, active ? undefined : '(inactive)'].filter((text) => text != null);
        input.print([email.padEnd(width), role.padEnd(13), ...remarks].join('  ').trimEnd());
      }
      if (accounts.length === 0) input.print('There is no account yet.');
    },
  },
  {
    name: 'user role EMAIL ROLE',
    description: 'Give an account another role; its sessions end',
    needs: 'database',
    async run(context, input) {
      const { app } = context;
      const role = roleOf(app, textOf(input, 'role'));
      const account = await accountOf(app, input);
      const outcome = await app.database.transaction((tx) =>
        changeRole(tx, commandAuditContext(), app.events, account.id, role),
      );
      const { changed } = mustBeDone(app, outcome, refusalOf('The role was not changed.', account.email));
      input.print(changed ? `${account.email} is ${role} now.` : `${account.email} is ${role} already.`);
    },
  },
  {
    name: 'user password EMAIL',
    description:
      'Set a new password; asks for it, or generates one where there is no terminal; sessions of the account end',
    needs: 'database',
    options: {
      generate: { description: 'Generate one and print it instead of asking', type: 'boolean', default: false },
    },
    async run(context, input) {
      const { app } = context;
      const account = await accountOf(app, input);
      const { password, generated } = await newPassword(app, input, account.email, 'The password was not changed.');
      const outcome = await app.database.transaction((tx) =>
        setPassword(tx, commandAuditContext(), app.events, account.id, password),
      );
      mustBeDone(app, outcome, refusalOf('The password was not changed.', account.email));
      input.print(`${account.email} has a new password.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  activityCommand('activate', true, 'Let an account sign in again'),
  activityCommand('deactivate', false, 'Keep an account from signing in; its entries in the audit trail remain'),
];

function activityCommand(verb: string, active: boolean, description: string): Command {
  return {
    name: `user ${verb} EMAIL`,
    description,
    needs: 'database',
    async run(context, input) {
      const { app } = context;
      const account = await accountOf(app, input);
      const outcome = await app.database.transaction((tx) =>
        setActive(tx, commandAuditContext(), app.events, account.id, active),
      );
      mustBeDone(app, outcome, refusalOf(`The account was not ${verb}d.`, account.email));
      input.print(`${account.email} is ${active ? 'active' : 'inactive'}.`);
    },
  };
}

/** The account that the position EMAIL names; exit code 2 when there is none. */
export async function accountOf(app: App, input: CommandInput): Promise<Account> {
  const email = textOf(input, 'email');
  const account = await findAccountByEmail(app.database, email);
  if (account) return account;
  throw refusedCommand(
    `There is no account ${email}.`,
    'Nobody has this e-mail address.',
    'See which there are: `npx rustio-admin user list`.',
  );
}

function refusalOf(failure: string, email: string) {
  return { failure, missing: `There is no account ${email}.` };
}

function roleOf(app: App, text: string): Role {
  if (isRole(text)) return text;
  const { key, params } = unknownRole(text);
  throw refusedCommand(
    'The role does not exist.',
    app.messages.translate('en')(key, params),
    'Use one of these roles.',
  );
}

/** What is given, typed twice, or made. One that the policy refuses is told before anybody types it again. */
async function newPassword(
  app: App,
  input: CommandInput,
  email: string,
  refusal: string,
): Promise<{ password: string; generated: boolean }> {
  const given = textOf(input, 'password');
  if (given !== '') return { password: given, generated: false };
  const typed = input.values.generate === true ? undefined : await input.askSecret('New password');
  if (typed === undefined) return { password: generatePassword(), generated: true };
  const weak = passwordIssue(typed, email);
  if (weak) mustBeDone(app, invalid('password', weak), refusalOf(refusal, email));
  if ((await input.askSecret('The same again')) === typed) return { password: typed, generated: false };
  throw refusedCommand(refusal, 'The two passwords differ.', 'Run the command again.');
}
