// Behind a pooler, a connection stays open although the server behind it is silent. Nothing may wait for it indefinitely.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { isUnavailable } from '../../../core/database/errors.ts';
import { failureOf, rustioFailureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { behindEachPooler, type PooledServer } from './pooler-kinds.ts';

const test = suite('silent connections behind a pooler: real timeouts');
const LIMIT_MS = 10_000;

/** Makes the server silent during a statement of a transaction, which must fail in time. */
async function mustFail({ name, database, untilAsleep }: PooledServer, silence: () => void): Promise<void> {
  let began = 0;
  const error = await failureOf(
    database.transaction(async (tx) => {
      await tx.query(sql.unsafe`insert into thing values (1)`);
      const running = tx.query(sql.unsafe`select pg_sleep(1)`);
      await untilAsleep(1);
      silence();
      began = performance.now();
      await running;
    }),
  );
  const ms = performance.now() - began;
  assert.ok(isUnavailable(error), `${name}: ${error}`);
  assert.ok(ms < LIMIT_MS, `${name}: ${ms}`);
}

test('if one server connection is silent, its transaction fails within ten seconds (F1)', () =>
  behindEachPooler(async (server) => {
    await mustFail(server, () => server.proxy.drop());
    assert.is(await server.database.oneFirst(sql.unsafe`select count(*)::int4 from thing`), 0, server.name);
  }));

test('if the whole server is silent, a transaction fails within ten seconds (F1)', () =>
  behindEachPooler((server) =>
    mustFail(server, () => {
      server.proxy.stallNew();
      server.proxy.drop();
    }),
  ));

test('if nothing accepts connections any more, a transaction fails within ten seconds (F1)', () =>
  behindEachPooler((server) => mustFail(server, () => server.proxy.stall())));

test('a statement outside a transaction fails within ten seconds, too (F1)', () =>
  behindEachPooler(async ({ name, database, untilAsleep, proxy }) => {
    const running = database.query(sql.unsafe`select pg_sleep(1)`);
    await untilAsleep(1);
    proxy.drop();
    const began = performance.now();
    assert.ok(isUnavailable(await failureOf(running)), name);
    assert.ok(performance.now() - began < LIMIT_MS, name);
  }));

test('a commit whose response is lost is reported as unconfirmed within ten seconds', () =>
  behindEachPooler(async ({ name, database, proxy }) => {
    const began = performance.now();
    const lost = await rustioFailureOf(
      database.transaction(async (tx) => {
        await tx.query(sql.unsafe`insert into thing values (7)`);
        proxy.loseResponse('COMMIT', 'silent');
      }),
    );
    const ms = performance.now() - began;
    assert.is(lost.code, 'RIO-DATABASE-COMMIT', name);
    assert.ok(isUnavailable(lost), name);
    assert.ok(ms < LIMIT_MS, `${name}: ${ms}`);
    assert.is(await database.oneFirst(sql.unsafe`select count(*)::int4 from thing`), 1, name);
  }));
