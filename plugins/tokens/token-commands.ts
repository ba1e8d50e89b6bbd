import type { Command } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { listAccounts } from '../auth/account.ts';
import { getArgument, listedIn, mustBeDone } from '../auth/command-outcome.ts';
import { requireAccount } from '../auth/user-commands.ts';
import { createToken } from './create-token.ts';
import { revokeToken } from './end-tokens.ts';
import { tokenMissing } from './errors.ts';
import { publicId } from './token.ts';
import { findTokenOwner, listTokens } from './token-list.ts';
import './options.ts';

export const tokenCommands: readonly Command[] = [
  {
    name: 'token create EMAIL',
    group: 'Manage tokens',
    description: 'Create a token for a service account or a user; it is printed only once',
    needs: 'database',
    options: {
      name: { description: 'What the token is used for', type: 'string', required: true },
      permissions: {
        description: 'Permissions of the token (comma-separated); if empty, it only identifies its account',
        type: 'string',
        required: true,
      },
      days: { description: 'Days until it expires [default: the option defaultDays of the plugin]', type: 'number' },
    },
    async run({ app }, input) {
      const account = await requireAccount(app, input);
      const request = {
        userId: account.id,
        name: getArgument(input, 'name'),
        permissions: listedIn(input, 'permissions'),
        ...(typeof input.values.days === 'number' && { days: input.values.days }),
      };
      const outcome = await app.database.transaction((tx) => createToken(tx, commandAuditContext(), app, request));
      const failure = 'The token was not created.';
      const token = mustBeDone(app, outcome, { failure, missing: `The user ${account.email} does not exist.` });
      input.print(`Token: ${token.text}`);
      input.print(`It is valid until ${token.expiresAt.slice(0, 10)} and will not be shown again.`);
    },
  },
  {
    name: 'token list [EMAIL]',
    description: 'List the tokens of an account, or of all accounts',
    needs: 'database',
    async run({ app }, input) {
      const all = getArgument(input, 'email') === '';
      const accounts = all ? await listAccounts(app.database) : [await requireAccount(app, input)];
      let count = 0;
      for (const { id: userId, email } of accounts) {
        for (const { id, name, state, permissions, expiresAt, lastUsedAt } of await listTokens(app.database, userId)) {
          const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt.slice(0, 16)}`;
          // The date is that of the expiry, so it would be misleading for a token that was revoked before.
          const until =
            state === 'revoked' ? state : `${state === 'usable' ? 'until' : state} ${expiresAt.slice(0, 10)}`;
          input.print([id, email, name, until, used, permissions.join(',') || '-'].join('  '));
          count += 1;
        }
      }
      if (count === 0) input.print('No tokens.');
    },
  },
  {
    name: 'token revoke ID',
    description: 'Revoke a token, by its public ID or the whole token; programs that use it get a 401 from then on',
    needs: 'database',
    async run({ app }, input) {
      const id = publicId(getArgument(input, 'id'));
      const userId = await findTokenOwner(app.database, id);
      if (userId === null) throw tokenMissing({ id });
      const outcome = await app.database.transaction((tx) =>
        revokeToken(tx, commandAuditContext(), app.events, { userId, id }),
      );
      if (outcome.outcome === 'missing') throw tokenMissing({ id });
      mustBeDone(app, outcome, { failure: 'The token was not revoked.', missing: '' });
      input.print(`Revoked ${id}.`);
    },
  },
];
