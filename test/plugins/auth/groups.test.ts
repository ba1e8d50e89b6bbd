import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { AuditContext } from '../../../core/actor.ts';
import { addToGroup, removeFromGroup } from '../../../plugins/auth/group-members.ts';
import { createGroup, grantToGroup, listGroups, revokeFromGroup } from '../../../plugins/auth/groups.ts';
import { personOf, personRow } from '../../../plugins/auth/person.ts';
import { personColumns } from '../../../plugins/auth/person-columns.ts';
import { suite } from '../../support/suite.ts';
import { by, cli, type House, openHouse } from './house.ts';

const test = suite('auth: groups');
const KNOWN = new Set(['strike.view', 'strike.add', 'strike.change', 'strike.delete', 'audit.view']);
let house: House;
test.before.each(async () => {
  house = await openHouse();
});
test.after.each(() => house.close());

const group = (cause: AuditContext, name: string) =>
  house.database.transaction((tx) => createGroup(tx, cause, house.events, { name }));
const grant = (cause: AuditContext, name: string, ...permissions: string[]) =>
  house.database.transaction((tx) => grantToGroup(tx, cause, house.events, name, permissions, KNOWN));
const add = (cause: AuditContext, name: string, id: number) =>
  house.database.transaction((tx) => addToGroup(tx, cause, house.events, name, id));
const remove = (cause: AuditContext, name: string, id: number) =>
  house.database.transaction((tx) => removeFromGroup(tx, cause, house.events, name, id));
const personIs = async (id: number) =>
  personOf(
    await house.database.one(sql.type(personRow)`select ${personColumns} from rustio_user u where u.id = ${id}`),
  );

test('members hold what their groups hold and what they hold themselves, at once', async () => {
  const clerk = await house.user('clerk@example.org', 'staff');
  await group(cli, 'Desk');
  await grant(cli, 'desk', 'strike.view', 'strike.change');
  await add(cli, 'DESK', clerk.id);
  await house.database.query(sql.unsafe`
    insert into rustio_user_permission values (${clerk.id}, 'audit.view'), (${clerk.id}, 'strike.view')
  `);
  assert.equal([...(await personIs(clerk.id)).permissions].sort(), ['audit.view', 'strike.change', 'strike.view']);
  await house.database.transaction((tx) => revokeFromGroup(tx, cli, house.events, 'Desk', ['strike.change']));
  assert.equal([...(await personIs(clerk.id)).permissions].sort(), ['audit.view', 'strike.view']);
  await remove(cli, 'Desk', clerk.id);
  assert.equal([...(await personIs(clerk.id)).permissions].sort(), ['audit.view', 'strike.view']);
});

test('a permission that nobody knows is refused with the one that was meant, and nothing of the list is granted', async () => {
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
  assert.equal(await listGroups(house.database), [{ name: 'Desk', members: [], permissions: [] }]);
});

test('changes of groups are recorded with before and after, those that change nothing are not', async () => {
  const clerk = await house.user('clerk@example.org', 'staff');
  house.recorded.length = 0;
  await group(cli, 'Desk');
  await grant(cli, 'Desk', 'strike.view');
  await grant(cli, 'Desk', 'strike.view');
  await add(cli, 'Desk', clerk.id);
  await add(cli, 'Desk', clerk.id);
  await remove(cli, 'Desk', clerk.id);
  assert.equal(
    house.recorded.map(({ name, subject, data }) => [name, subject?.label, data]),
    [
      ['group_created', 'Desk', { after: { name: 'Desk', description: null } }],
      ['group_updated', 'Desk', { before: { permissions: [] }, after: { permissions: ['strike.view'] } }],
      ['user_updated', 'clerk@example.org', { before: { groups: [] }, after: { groups: ['Desk'] } }],
      ['user_updated', 'clerk@example.org', { before: { groups: ['Desk'] }, after: { groups: [] } }],
    ],
  );
});

test('only administrators and the command line touch groups; nobody puts himself into one', async () => {
  const administrator = await house.user('admin@example.org', 'administrator');
  const supervisor = await house.user('super@example.org', 'supervisor');
  assert.is((await group(by(supervisor), 'Mine')).outcome, 'refused');
  assert.is((await group(by(administrator), 'Desk')).outcome, 'done');
  assert.is((await grant(by(supervisor), 'Desk', 'strike.view')).outcome, 'refused');
  assert.is((await add(by(supervisor), 'Desk', supervisor.id)).outcome, 'refused');
  assert.is((await add(by(administrator), 'Desk', administrator.id)).outcome, 'refused');
  assert.is((await add(by(administrator), 'Desk', supervisor.id)).outcome, 'done');
});

test('names of groups are unique whatever their case; unknown groups and accounts are missing', async () => {
  const clerk = await house.user('clerk@example.org', 'staff');
  assert.is((await group(cli, 'Desk')).outcome, 'done');
  assert.is((await group(cli, ' desk ')).outcome, 'invalid');
  assert.is((await group(cli, ' ')).outcome, 'invalid');
  assert.is((await add(cli, 'Nobodys', clerk.id)).outcome, 'missing');
  assert.is((await add(cli, 'Desk', 999_999)).outcome, 'missing');
  assert.is((await grant(cli, 'Nobodys', 'strike.view')).outcome, 'missing');
});

test('an administrator carries no list of permissions: he passes them all', async () => {
  const administrator = await house.user('admin@example.org', 'administrator');
  await group(cli, 'Desk');
  await grant(cli, 'Desk', 'strike.view');
  await add(cli, 'Desk', administrator.id);
  assert.is((await personIs(administrator.id)).permissions.size, 0);
});

test('grants of two at once both stand', async () => {
  await group(cli, 'Desk');
  await Promise.all([grant(cli, 'Desk', 'strike.view'), grant(cli, 'Desk', 'strike.add')]);
  const held = await house.database.anyFirst(sql.type(z.object({ permission: z.string() }))`
    select permission from rustio_group_permission order by permission
  `);
  assert.equal(held, ['strike.add', 'strike.view']);
});
