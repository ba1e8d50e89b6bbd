import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { App } from '../../../core/app.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import type { Actor, AuditContext } from '../../../core/policy/actor.ts';
import type { GrantChange } from '../../../plugins/auth/grants.ts';
import { addToGroup, removeFromGroup } from '../../../plugins/auth/group-members.ts';
import {
  createGroup,
  deleteGroup,
  editGroup,
  grantToGroup,
  listGroups,
  revokeFromGroup,
} from '../../../plugins/auth/groups.ts';
import { toUserActor, userColumns, userRow } from '../../../plugins/auth/user-actor.ts';
import { changeUserGrants, permissionSources } from '../../../plugins/auth/user-permissions.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, openRulesDatabase, type RulesDatabase } from './rules-database.ts';

const test = suite('auth: groups');
let rules: RulesDatabase;
test.before.each(async () => {
  rules = await openRulesDatabase();
});
test.after.each(() => rules.close());

const group = (context: AuditContext, name: string) =>
  rules.database.transaction((tx) => createGroup(tx, context, rules.app, { name }));
const grant = (context: AuditContext, name: string, ...permissions: string[]) =>
  rules.database.transaction((tx) => grantToGroup(tx, context, rules.app, name, permissions));
const add = (context: AuditContext, name: string, id: number) =>
  rules.database.transaction((tx) => addToGroup(tx, context, rules.app, name, id));
const remove = (context: AuditContext, name: string, id: number) =>
  rules.database.transaction((tx) => removeFromGroup(tx, context, rules.app, name, id));
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
  await rules.database.transaction((tx) => revokeFromGroup(tx, cli, rules.app, 'Desk', ['strike.change']));
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

test('attack: nobody grants what they do not hold, to a group, to an account, or by a membership', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff');
  // A policy of the project that denies administrators a permission.
  const app = {
    ...rules.app,
    policy: { holds: (actor: Actor, permission: string) => actor.kind === 'command' || permission !== 'audit.view' },
  } as unknown as App;
  await group(cli, 'Auditors');
  await grant(cli, 'Auditors', 'audit.view');
  await group(cli, 'Desk');
  const me = by(administrator);
  const rejected = {
    outcome: 'rejected',
    issue: { key: 'auth.rejected.permissionNotHeld', params: { permission: 'audit.view' } },
  };
  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>) => rules.database.transaction(work);
  const both = ['strike.view', 'audit.view'];
  assert.equal(await inTransaction((tx) => grantToGroup(tx, me, app, 'Desk', both)), rejected);
  assert.equal(await inTransaction((tx) => changeUserGrants(tx, me, app, clerk.id, { add: both })), rejected);
  assert.equal(await inTransaction((tx) => addToGroup(tx, me, app, 'Auditors', clerk.id)), rejected);
  assert.equal((await actorOf(clerk.id)).permissions.size, 0);
  // Taking away needs no more than the right to change the account.
  assert.is((await inTransaction((tx) => addToGroup(tx, cli, app, 'Auditors', clerk.id))).outcome, 'done');
  assert.is((await inTransaction((tx) => removeFromGroup(tx, me, app, 'Auditors', clerk.id))).outcome, 'done');
  assert.is((await inTransaction((tx) => grantToGroup(tx, me, app, 'Desk', ['strike.view']))).outcome, 'done');
  assert.is((await inTransaction((tx) => addToGroup(tx, me, app, 'Desk', clerk.id))).outcome, 'done');
});

test('permissions granted directly are shown with their source, next to those of groups', async () => {
  const administrator = await rules.user('admin@example.org', 'administrator');
  const clerk = await rules.user('clerk@example.org', 'staff');
  await group(cli, 'Desk');
  await grant(cli, 'Desk', 'strike.view');
  await add(cli, 'Desk', clerk.id);
  rules.recorded.length = 0;
  const change = (context: AuditContext, id: number, changes: GrantChange) =>
    rules.database.transaction((tx) => changeUserGrants(tx, context, rules.app, id, changes));
  assert.is((await change(by(administrator), clerk.id, { add: ['strike.view', 'audit.view'] })).outcome, 'done');
  assert.is((await change(by(administrator), clerk.id, { add: ['strike.view'] })).outcome, 'done');
  assert.is((await change(by(clerk), clerk.id, { add: ['strike.delete'] })).outcome, 'rejected');
  assert.is((await change(by(administrator), administrator.id, { add: ['strike.delete'] })).outcome, 'rejected');
  assert.is((await change(cli, clerk.id, { add: ['strike.veiw'] })).outcome, 'invalid');
  assert.equal(
    (await permissionSources(rules.database, clerk.id)).map(({ permission, group: from }) => [permission, from]),
    [
      ['audit.view', null],
      ['strike.view', null],
      ['strike.view', 'Desk'],
    ],
  );
  assert.is((await change(cli, clerk.id, { remove: ['audit.view', 'strike.view'] })).outcome, 'done');
  assert.equal([...(await actorOf(clerk.id)).permissions], ['strike.view']);
  assert.equal(
    rules.recorded.map(({ data }) => data),
    [
      { before: { permissions: [] }, after: { permissions: ['audit.view', 'strike.view'] } },
      { before: { permissions: ['audit.view', 'strike.view'] }, after: { permissions: [] } },
    ],
  );
});

test('groups are renamed and deleted, and both are recorded', async () => {
  const clerk = await rules.user('clerk@example.org', 'staff');
  await group(cli, 'Desk');
  await group(cli, 'Other');
  await grant(cli, 'Desk', 'strike.view');
  await add(cli, 'Desk', clerk.id);
  rules.recorded.length = 0;
  const edit = (name: string) =>
    rules.database.transaction((tx) => editGroup(tx, cli, rules.app, 'Desk', { name, description: null }));
  assert.is((await edit('other')).outcome, 'invalid');
  assert.is((await edit('DESK')).outcome, 'done');
  const remove = (context: AuditContext) =>
    rules.database.transaction((tx) => deleteGroup(tx, context, rules.app, 'Desk'));
  assert.is((await remove(by(clerk))).outcome, 'rejected');
  assert.is((await remove(cli)).outcome, 'done');
  assert.is((await remove(cli)).outcome, 'missing');
  assert.equal((await actorOf(clerk.id)).permissions.size, 0);
  assert.equal(
    rules.recorded.map(({ name, data }) => [name, data]),
    [
      ['group_updated', { before: { name: 'Desk', description: null }, after: { name: 'DESK', description: null } }],
      ['group_updated', { before: { permissions: ['strike.view'] }, after: { permissions: [] } }],
      [
        'group_deleted',
        { before: { name: 'DESK', description: null, permissions: ['strike.view'], members: [clerk.id] } },
      ],
    ],
  );
});
