import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { addToGroup, removeFromGroup } from '../../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup, listGroups, revokeFromGroup } from '../../../plugins/auth/groups.ts';
import { toUserActor, userColumns, userRow } from '../../../plugins/auth/user-actor.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, type RulesDatabase } from './rules-database.ts';

const test = suite('auth: groups');
const PERMISSIONS = new Set(['strike.view', 'strike.add', 'strike.change', 'strike.delete', 'audit.view']);
let rules: RulesDatabase;
test.before.each(async () => {
  rules = await openRulesDatabase();
});
test.after.each(() => rules.close());

const group = (context: AuditContext, name: string) =>
  rules.database.transaction((tx) => createGroup(tx, context, rules.events, { name }));
const grant = (context: AuditContext, name: string, ...permissions: string[]) =>
  rules.database.transaction((tx) => grantToGroup(tx, context, rules.events, name, permissions, PERMISSIONS));
const add = (context: AuditContext, name: string, id: number) =>
  rules.database.transaction((tx) => addToGroup(tx, context, rules.events, name, id));
const remove = (context: AuditContext, name: string, id: number) =>
  rules.database.transaction((tx) => removeFromGroup(tx, context, rules.events, name, id));
const actorOf = async (id: number) =>
  toUserActor(await rules.database.one(sql.type(userRow)`select ${userColumns} from rustio_user u where u.id = ${id}`));

test('members immediately have the permissions of their groups in addition to their own', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  await group(cli, 'Desk');
  await grant(cli, 'desk', 'strike.view', 'strike.change');
  await add(cli, 'DESK', clerk.id);
  await rules.database.query(sql.unsafe`
    insert into rustio_user_permission values (${clerk.id}, 'audit.view'), (${clerk.id}, 'strike.view')
  `);
  assert.equal([...(await actorOf(clerk.id)).permissions].sort(), ['audit.view', 'strike.change', 'strike.view']);
  await rules.database.transaction((tx) => revokeFromGroup(tx, cli, rules.events, 'Desk', ['strike.change']));
  assert.equal([...(await actorOf(clerk.id)).permissions].sort(), ['audit.view', 'strike.view']);
  await remove(cli, 'Desk', clerk.id);
  assert.equal([...(await actorOf(clerk.id)).permissions].sort(), ['audit.view', 'strike.view']);
});

test('an unknown permission is rejected with a suggestion, and none of the list is granted', async () => {
  await group(cli, 'Desk');
  assert.equal(await grant(cli, 'Desk', 'strike.view', 'strike.chagne'), {
    outcome: 'invalid',
    problems: [
      {
        field: 'permission',
        issue: {
          key: 'auth.problem.permissionNear',
          params: { permission: 'strike.chagne', near: 'strike.change' },
        },
      },
    ],
  });
  assert.equal(await listGroups(rules.database), [{ name: 'Desk', members: [], permissions: [] }]);
});

test('changes of groups are recorded with before and after; those that change nothing are not', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  rules.recorded.length = 0;
  await group(cli, 'Desk');
  await grant(cli, 'Desk', 'strike.view');
  await grant(cli, 'Desk', 'strike.view');
  await add(cli, 'Desk', clerk.id);
  await add(cli, 'Desk', clerk.id);
  await remove(cli, 'Desk', clerk.id);
  assert.equal(
    rules.recorded.map(({ name, subject, data }) => [name, subject?.label, data]),
    [
      ['group_created', 'Desk', { after: { name: 'Desk', description: null } }],
      ['group_updated', 'Desk', { before: { permissions: [] }, after: { permissions: ['strike.view'] } }],
      ['user_updated', 'clerk@example.org', { before: { groups: [] }, after: { groups: ['Desk'] } }],
      ['user_updated', 'clerk@example.org', { before: { groups: ['Desk'] }, after: { groups: [] } }],
    ],
  );
});

test('only administrators and the command line can change groups, and users cannot add themselves to one', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const supervisor = await rules.user('super@example.org', 'supervisor');
  assert.is((await group(by(supervisor), 'Mine')).outcome, 'rejected');
  assert.is((await group(by(administrator), 'Desk')).outcome, 'done');
  assert.is((await grant(by(supervisor), 'Desk', 'strike.view')).outcome, 'rejected');
  assert.is((await add(by(supervisor), 'Desk', supervisor.id)).outcome, 'rejected');
  assert.is((await add(by(administrator), 'Desk', administrator.id)).outcome, 'rejected');
  assert.is((await add(by(administrator), 'Desk', supervisor.id)).outcome, 'done');
});

test('names of groups are unique regardless of case; unknown groups and accounts are missing', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  assert.is((await group(cli, 'Desk')).outcome, 'done');
  assert.is((await group(cli, ' desk ')).outcome, 'invalid');
  assert.is((await group(cli, ' ')).outcome, 'invalid');
  assert.is((await add(cli, 'Missing', clerk.id)).outcome, 'missing');
  assert.is((await add(cli, 'Desk', 999_999)).outcome, 'missing');
  assert.is((await grant(cli, 'Missing', 'strike.view')).outcome, 'missing');
});

test('an administrator has no list of permissions, since they have all of them', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  await group(cli, 'Desk');
  await grant(cli, 'Desk', 'strike.view');
  await add(cli, 'Desk', administrator.id);
  assert.is((await actorOf(administrator.id)).permissions.size, 0);
});

test('two concurrent grants are both stored', async () => {
  await group(cli, 'Desk');
  await Promise.all([grant(cli, 'Desk', 'strike.view'), grant(cli, 'Desk', 'strike.add')]);
  const held = await rules.database.anyFirst(sql.type(z.object({ permission: z.string() }))`
    select permission from rustio_group_permission order by permission
  `);
  assert.equal(held, ['strike.add', 'strike.view']);
});
