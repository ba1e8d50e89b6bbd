import type { Command, CommandInput } from '../../core/command.ts';
import { commandAuditContext } from '../../core/command-context.ts';
import { textOf } from './command-outcome.ts';
import { changing } from './group-change.ts';
import { addToGroup, removeFromGroup } from './group-members.ts';
import { createGroup, grantToGroup, listGroups, revokeFromGroup } from './groups.ts';

export const groupCommands: readonly Command[] = [
  {
    name: 'group create NAME',
    description: 'Creates a group without permissions',
    needs: 'database',
    options: { description: { description: 'What it is for', type: 'string' } },
    run: changing('The group was not created.', ({ app, input, tx }) =>
      createGroup(tx, commandAuditContext(), app.events, {
        name: textOf(input, 'name'),
        description: textOf(input, 'description') || null,
      }),
    ),
  },
  {
    name: 'group list',
    description: 'Lists groups with their permissions and members',
    needs: 'database',
    async run(context, input) {
      for (const { name, permissions, members } of await listGroups(context.app.database)) {
        input.print(name);
        input.print(`  may: ${permissions.join(', ') || 'nothing'}`);
        input.print(`  are: ${members.join(', ') || 'nobody'}`);
      }
    },
  },
  {
    name: 'group grant NAME PERMISSION',
    description: 'Gives a group a permission, such as strike.change; several with commas between them',
    needs: 'database',
    run: changing('Nothing was granted.', ({ app, input, tx }) =>
      grantToGroup(
        tx,
        commandAuditContext(),
        app.events,
        textOf(input, 'name'),
        listed(input, 'permission'),
        new Set(app.permissions),
      ),
    ),
  },
  {
    name: 'group revoke NAME PERMISSION',
    description: 'Takes a permission from a group; several with commas between them',
    needs: 'database',
    run: changing('Nothing was revoked.', ({ app, input, tx }) =>
      revokeFromGroup(tx, commandAuditContext(), app.events, textOf(input, 'name'), listed(input, 'permission')),
    ),
  },
  {
    name: 'group add NAME EMAIL',
    description: 'Puts an account into a group',
    needs: 'database',
    run: changing('Nobody was added.', ({ app, input, tx, id }) =>
      addToGroup(tx, commandAuditContext(), app.events, textOf(input, 'name'), id),
    ),
  },
  {
    name: 'group remove NAME EMAIL',
    description: 'Takes an account out of a group',
    needs: 'database',
    run: changing('Nobody was removed.', ({ app, input, tx, id }) =>
      removeFromGroup(tx, commandAuditContext(), app.events, textOf(input, 'name'), id),
    ),
  },
];

function listed(input: CommandInput, name: string): readonly string[] {
  return textOf(input, name)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
