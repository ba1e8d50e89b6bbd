import * as assert from 'uvu/assert';
import { sql } from '../../../index.ts';
import { withApp } from '../../support/app.ts';
import { suite } from '../../support/suite.ts';

const test = suite('auth: permissions of missing models');

test('doctor names permissions of models that do not exist, and who has them (F16)', async () => {
  await withApp({}, async (app) => {
    assert.is((await app.check('permissions')).status, 'ok');
    const email = await app.account('staff', ['audit.view']);
    assert.is((await app.check('permissions')).status, 'ok');
    await app.app.database.query(
      sql.unsafe`insert into rustio_group_permission (group_id, permission) select id, 'ghost.delete' from rustio_group`,
    );
    await app.app.database.query(
      sql.unsafe`insert into rustio_user_permission (user_id, permission) select id, 'ghost.view' from rustio_user`,
    );
    const { status, message } = await app.check('permissions');
    assert.is(status, 'warning');
    assert.match(message, `ghost.delete to the group of ${email}`);
    assert.match(message, `ghost.view to the user ${email}`);
    assert.not.match(message, 'audit.view');
    await app.command('group revoke', { name: `of ${email}`, permission: 'ghost.delete' });
    await app.app.database.query(sql.unsafe`delete from rustio_user_permission`);
    assert.is((await app.check('permissions')).status, 'ok');
  });
});
