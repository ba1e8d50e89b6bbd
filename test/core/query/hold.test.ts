// Holding a record: `records.hold` locks it under the rights of an actor.

import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../../core/database/plain.ts';
import { createRows } from '../../../core/query/create-rows.ts';
import { suite } from '../../support/suite.ts';
import { Leg, models, openWorld, Person, policyWith, type Rules, run, somebody, type World } from './world.ts';

const test = suite('holding a record');
let world: World;
test.before(async () => {
  world = await openWorld();
  await run(world.database)`insert into place (code, name) values ('A', 'Alpha'), ('B', 'Beta')`;
  await run(world.database)`insert into person (name, secret) values ('Ann', 's'), ('Bob', null)`;
  await run(world.database)`insert into leg (origin_code, destination_code, miles) values ('A', 'B', 7)`;
});
test.after(() => world.close());

const records = (rules: Rules = {}) => createRows({ database: world.database, policy: policyWith(rules), models });
/** What another connection is answered by this statement: `done`, or that it would have to wait. */
const other = (statement: string) =>
  withPlainConnection(world.database.url, (client) => client.query(statement), { applicationName: 'tests' }).then(
    () => 'done',
    (error: unknown) => String(error).replace(/^.*could not obtain lock.*$/s, 'waits'),
  );
const share = 'select from person where id = 1 for share nowait';
const update = 'select from person where id = 1 for update nowait';

test('shared: others read and share it, and nobody changes it until the transaction is over', async () => {
  await world.database.transaction(async (tx) => {
    const row = await records().hold(tx, somebody, Person, '1', 'share');
    assert.equal([row?.name, row?.secret, row?.active], ['Ann', 's', true]);
    assert.equal([await other(share), await other(update)], ['done', 'waits']);
  });
  assert.is(await other(update), 'done');
});

test('for an update: nobody else locks it', async () => {
  await world.database.transaction(async (tx) => {
    assert.is((await records().hold(tx, somebody, Person, '1', 'update'))?.name, 'Ann');
    assert.equal([await other(share), await other(update)], ['waits', 'waits']);
    assert.is(await other('select from person where id = 2 for update nowait'), 'done');
  });
});

test('a key of several fields', async () => {
  const held = await world.database.transaction((tx) => records().hold(tx, somebody, Leg, 'A,B', 'update'));
  assert.equal(held, { origin: 'A', destination: 'B', miles: 7 });
});

test('what the actor may not see is absent, and a row that is hidden is neither found nor locked', async () => {
  await world.database.transaction(async (tx) => {
    const row = await records({ hidden: ['person.secret'] }).hold(tx, somebody, Person, '2', 'share');
    assert.equal([row?.name, row && 'secret' in row], ['Bob', false]);
    const hidden: readonly Rules[] = [{ denied: ['person.view'] }, { rows: { person: sql.fragment`t.id > 1` } }];
    for (const rules of hidden) assert.is(await records(rules).hold(tx, somebody, Person, '1', 'update'), undefined);
    assert.is(await other(update), 'done');
  });
  for (const key of ['99', 'x', '1,2', '']) {
    assert.is(await world.database.transaction((tx) => records().hold(tx, somebody, Person, key, 'share')), undefined);
  }
});
