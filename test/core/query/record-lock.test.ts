// `records.hold`: locks a record with the rights of an actor.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain-connection.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { suite } from '../../support/suite.ts';
import { type Fixture, Leg, models, openFixture, Person, policyWith, type Rules, run, somebody } from './fixture.ts';

const test = suite('locking a record');
let fixture: Fixture;
test.before(async () => {
  fixture = await openFixture();
  await run(fixture.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(fixture.database)`insert into person (name, secret) values ('Ann', 's'), ('Bob', null)`;
  await run(fixture.database)`insert into leg (origin_code, destination_code, miles) values ('A', 'B', 7)`;
});
test.after(() => fixture.close());

const records = (rules: Rules = {}) => createRecords({ database: fixture.database, policy: policyWith(rules), models });
/** The result of a statement on another connection: `done`, or `waits` if it would have to wait. */
const onOther = (statement: string) =>
  withPlainConnection(fixture.database.url, (client) => client.query(statement), { applicationName: 'tests' }).then(
    () => 'done',
    (error: unknown) => String(error).replace(/^.*could not obtain lock.*$/s, 'waits'),
  );
const share = 'select from person where id = 1 for share nowait';
const update = 'select from person where id = 1 for update nowait';

test('share: other transactions can lock it for share, but not change it until this one ends', async () => {
  await fixture.database.transaction(async (tx) => {
    const row = await records().hold(tx, somebody, Person, '1', 'share');
    assert.equal([row?.name, row?.secret, row?.active], ['Ann', 's', true]);
    assert.equal([await onOther(share), await onOther(update)], ['done', 'waits']);
  });
  assert.is(await onOther(update), 'done');
});

test('update: no other transaction can lock it', async () => {
  await fixture.database.transaction(async (tx) => {
    assert.is((await records().hold(tx, somebody, Person, '1', 'update'))?.name, 'Ann');
    assert.equal([await onOther(share), await onOther(update)], ['waits', 'waits']);
    assert.is(await onOther('select from person where id = 2 for update nowait'), 'done');
  });
});

test('a record with a composite key can be locked', async () => {
  const row = await fixture.database.transaction((tx) => records().hold(tx, somebody, Leg, 'A,B', 'update'));
  assert.equal(row, { origin: 'A', destination: 'B', miles: 7 });
});

test('fields that the actor cannot see are absent; a hidden row is neither found nor locked', async () => {
  await fixture.database.transaction(async (tx) => {
    const row = await records({ hidden: ['person.secret'] }).hold(tx, somebody, Person, '2', 'share');
    assert.equal([row?.name, row && 'secret' in row], ['Bob', false]);
    const hidden: readonly Rules[] = [{ denied: ['person.view'] }, { rows: { person: sql.fragment`t.id > 1` } }];
    for (const rules of hidden) assert.is(await records(rules).hold(tx, somebody, Person, '1', 'update'), undefined);
    assert.is(await onOther(update), 'done');
  });
  for (const key of ['99', 'x', '1,2', '']) {
    assert.is(
      await fixture.database.transaction((tx) => records().hold(tx, somebody, Person, key, 'share')),
      undefined,
    );
  }
});
