import type { Command, CommandInput } from '../../core/command.ts';
import { commandAuditContext } from '../../core/command-context.ts';
import { textOf } from './command-outcome.ts';
import { changing } from './group-change.ts';
import { addToGroup, removeFromGroup } from './group-members.ts';
import { createGroup, grantToGroup, listGroups, revokeFromGroup } from './groups.ts';

export const groupCommands: readonly Command[] = [
  {
    name: 'group create NAME',
    description: 'Create a group without permissions',
    needs: 'database',
    options: { description: { description: 'What it is for', type: 'string' } },
    run: changing(
      { failure: 'The group was not created.', done: (group) => `Created the group ${group}.` },
      ({ app, input, tx }) =>
        createGroup(tx, commandAuditContext(), app.events, {
          name: textOf(input, 'name'),
          description: textOf(input, 'description') || null,
        }),
    ),
  },
  {
    name: 'group list',
    description: 'List groups with their permissions and members',
    needs: 'database',
    async run(context, input) {
      for (const { name, permissions, members } of await listGroups(context.app.database)) {
        input.print(name);
        input.print(`  permissions: ${permissions.join(', ') || 'none'}`);
        input.print(`  members: ${members.join(', ') || 'none'}`);
      }
    },
  },
  {
    name: 'group grant NAME PERMISSION',
    description: 'Give a group a permission, such as strike.change; several with commas between them',
    needs: 'database',
    run: changing(
      {
        failure: 'Nothing was granted.',
        done: (group, input) => `Granted ${listed(input, 'permission').join(', ')} to the group ${group}.`,
      },
      ({ app, input, tx }) =>
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
    description: 'Take a permission from a group; several with commas between them',
    needs: 'database',
    run: changing(
      {
        failure: 'Nothing was revoked.',
        done: (group, input) => `Revoked ${listed(input, 'permission').join(', ')} from the group ${group}.`,
      },
      ({ app, input, tx }) =>
        revokeFromGroup(tx, commandAuditContext(), app.events, textOf(input, 'name'), listed(input, 'permission')),
    ),
  },
  {
    name: 'group add NAME EMAIL',
    description: 'Put an account into a group',
    needs: 'database',
    run: changing(
      {
        failure: 'The account was not added.',
        done: (group, input) => `Added ${textOf(input, 'email').trim()} to the group ${group}.`,
      },
      ({ app, input, tx, id }) => addToGroup(tx, commandAuditContext(), app.events, textOf(input, 'name'), id),
    ),
  },
  {
    name: 'group remove NAME EMAIL',
    description: 'Take an account out of a group',
    needs: 'database',
    run: changing(
      {
        failure: 'The account was not removed.',
        done: (group, input) => `Removed ${textOf(input, 'email').trim()} from the group ${group}.`,
      },
      ({ app, input, tx, id }) => removeFromGroup(tx, commandAuditContext(), app.events, textOf(input, 'name'), id),
    ),
  },
];

function listed(input: CommandInput, name: string): readonly string[] {
  return textOf(input, name)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
