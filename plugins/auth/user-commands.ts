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
      'Creates an account; asks for its password, or makes one where there is no terminal and prints it once',
    needs: 'database',
    options: {
      email: { description: 'E-mail address', type: 'string', required: true },
      role: { description: 'What it may do', type: 'string', choices: ROLES, default: 'staff' },
      name: { description: 'What people call him or her', type: 'string' },
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
      mustBeDone(app, 'The account was not created.', outcome);
      input.print(`Created ${email.trim()} as ${role}.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  {
    name: 'user list',
    description: 'Lists all accounts',
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
    description: 'Gives an account another role; its sessions end',
    needs: 'database',
    async run(context, input) {
      const { app } = context;
      const role = roleOf(app, textOf(input, 'role'));
      const account = await accountOf(app, input);
      const outcome = await app.database.transaction((tx) =>
        changeRole(tx, commandAuditContext(), app.events, account.id, role),
      );
      const { changed } = mustBeDone(app, 'The role was not changed.', outcome);
      input.print(changed ? `${account.email} is ${role} now.` : `${account.email} is ${role} already.`);
    },
  },
  {
    name: 'user password EMAIL',
    description:
      'Sets a new password; asks for it, or makes one where there is no terminal; sessions of the account end',
    needs: 'database',
    options: { generate: { description: 'Make one and print it, do not ask', type: 'boolean', default: false } },
    async run(context, input) {
      const { app } = context;
      const account = await accountOf(app, input);
      const { password, generated } = await newPassword(app, input, account.email, 'The password was not changed.');
      const outcome = await app.database.transaction((tx) =>
        setPassword(tx, commandAuditContext(), app.events, account.id, password),
      );
      mustBeDone(app, 'The password was not changed.', outcome);
      input.print(`${account.email} has a new password.`);
      if (generated) input.print(`Password: ${password}`);
    },
  },
  activityCommand('activate', true, 'Lets somebody sign in again'),
  activityCommand('deactivate', false, 'Shuts somebody out; what he did stays in the audit trail'),
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
      mustBeDone(app, `The account was not ${verb}d.`, outcome);
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
    'See `rustio-admin user list`.',
  );
}

function roleOf(app: App, text: string): Role {
  if (isRole(text)) return text;
  const { key, params } = unknownRole(text);
  throw refusedCommand('The role does not exist.', app.messages.translate('en')(key, params), 'Use one of these.');
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
  if (weak) mustBeDone(app, refusal, invalid('password', weak));
  if ((await input.askSecret('The same again')) === typed) return { password: typed, generated: false };
  throw refusedCommand('Nothing was changed.', 'The two passwords differ.', 'Run the command again.');
}
