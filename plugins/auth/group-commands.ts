import type { Command } from '../../core/command.ts';
import { commandAuditContext } from '../../core/policy/actor.ts';
import { getArgument, listedIn } from './command-outcome.ts';
import type { Grant } from './grants.ts';
import { changeGroup } from './group-change.ts';
import { addToGroup, removeFromGroup } from './group-members.ts';
import { createGroup, deleteGroup, grantToGroup, listGroups, revokeFromGroup } from './groups.ts';

export const groupCommands: readonly Command[] = [
  {
    name: 'group create NAME',
    group: 'Manage groups and their permissions',
    description: 'Create a group without permissions',
    needs: 'database',
    options: { description: { description: 'Description of the group', type: 'string' } },
    run: changeGroup(
      { failure: 'The group was not created.', done: (group) => `Created the group ${group}.` },
      ({ app, input, tx }) =>
        createGroup(tx, commandAuditContext(), app, {
          name: getArgument(input, 'name'),
          description: getArgument(input, 'description') || null,
        }),
    ),
  },
  {
    name: 'group delete NAME',
    description: 'Delete a group; its members lose its permissions',
    needs: 'database',
    run: changeGroup(
      { failure: 'The group was not deleted.', done: (group) => `Deleted the group ${group}.` },
      ({ app, input, tx }) => deleteGroup(tx, commandAuditContext(), app, getArgument(input, 'name')),
    ),
  },
  {
    name: 'group list',
    description: 'List groups with their permissions and members',
    needs: 'database',
    async run(context, input) {
      for (const { name, permissions, members } of await listGroups(context.app.database)) {
        input.print(name);
        input.print(`  permissions: ${permissions.map(grantText).join(', ') || 'none'}`);
        input.print(`  members: ${members.join(', ') || 'none'}`);
      }
    },
  },
  {
    name: 'group grant NAME PERMISSION',
    description: 'Grant permissions to a group, such as strike.change (comma-separated)',
    needs: 'database',
    run: changeGroup(
      {
        failure: 'Nothing was granted.',
        done: (group, input) => `Granted ${listedIn(input, 'permission').join(', ')} to the group ${group}.`,
      },
      ({ app, input, tx }) =>
        grantToGroup(tx, commandAuditContext(), app, getArgument(input, 'name'), listedIn(input, 'permission')),
    ),
  },
  {
    name: 'group revoke NAME PERMISSION',
    description: 'Revoke permissions from a group (comma-separated)',
    needs: 'database',
    run: changeGroup(
      {
        failure: 'Nothing was revoked.',
        done: (group, input) => `Revoked ${listedIn(input, 'permission').join(', ')} from the group ${group}.`,
      },
      ({ app, input, tx }) =>
        revokeFromGroup(tx, commandAuditContext(), app, getArgument(input, 'name'), listedIn(input, 'permission')),
    ),
  },
  {
    name: 'group add NAME EMAIL',
    description: 'Add a user to a group',
    needs: 'database',
    run: changeGroup(
      {
        failure: 'The user was not added.',
        done: (group, input) => `Added ${getArgument(input, 'email').trim()} to the group ${group}.`,
      },
      ({ app, input, tx, id }) => addToGroup(tx, commandAuditContext(), app, getArgument(input, 'name'), id),
    ),
  },
  {
    name: 'group remove NAME EMAIL',
    description: 'Remove a user from a group',
    needs: 'database',
    run: changeGroup(
      {
        failure: 'The user was not removed.',
        done: (group, input) => `Removed ${getArgument(input, 'email').trim()} from the group ${group}.`,
      },
      ({ app, input, tx, id }) => removeFromGroup(tx, commandAuditContext(), app, getArgument(input, 'name'), id),
    ),
  },
];

/** A permission without effect is marked; it can be revoked like any other. */
export function grantText({ permission, effective }: Grant): string {
  return effective ? permission : `${permission} (without effect: the model was removed)`;
}
