// Databases whose encoding is not UTF-8, and bytes that are not valid in any.
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { type Database, openDatabase } from '../../../core/database/pool.ts';
import { migrate } from '../../../core/migrate/run.ts';
import { migrationSources } from '../../../core/migrate/sources.ts';
import { audit } from '../../../plugins/audit/index.ts';
import { sealEntries } from '../../../plugins/audit/seals/seal-entries.ts';
import { verifyTrail } from '../../../plugins/audit/seals/verify-trail.ts';
import { preparedTemplate, testDatabase } from '../../support/database.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('audit: seals in other encodings');

/** Runs `work` on an empty trail in a database with this encoding. */
async function inEncoding(encoding: string, work: (database: Database) => Promise<void>): Promise<void> {
  const base = await testDatabase(await preparedTemplate('nothing', async () => {}));
  const url = new URL(base.url);
  url.pathname = `${url.pathname}_seals`;
  await runSql(
    base.url,
    `create database ${url.pathname.slice(1)} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
  );
  await migrate(url.href, migrationSources(temporaryFolder(), [audit]), { by: 'tests' });
  const database = await openDatabase(url.href, { maximumPoolSize: 2 });
  try {
    await work(database);
  } finally {
    await database.close();
    await runSql(base.url, `drop database ${url.pathname.slice(1)} with (force)`);
    await base.drop();
  }
}

const sealing = { secretKeys: [], waitMs: 10_000 };
/** An entry whose texts contain `letter`, an expression in SQL. */
const insert = (letter: string) => `
  insert into rustio_audit (event, actor_kind, actor_label, subject_model, subject_key, subject_label, before, after, correlation_id)
  values ('update', 'job', 'x' || ${letter}, 'strike', ${letter}, 'Z' || ${letter}, jsonb_build_object('k' || ${letter}, ${letter}), '{"pilot": "Ana"}', 'x')
`;

async function findings(database: Database): Promise<readonly string[]> {
  return (await verifyTrail(database, sealing)).findings.map(({ message }) => message);
}

for (const [encoding, letter] of [
  ['LATIN1', 'chr(252)'],
  ['SQL_ASCII', "'ü'"],
] as const)
  test(`entries are sealed, erased and verified in a database with another encoding: ${encoding}`, () =>
    inEncoding(encoding, async (database) => {
      await runSql(database.url, insert(letter));
      await sealEntries(database, sealing);
      assert.equal(await findings(database), []);
      await runSql(
        database.url,
        `insert into rustio_audit_erasure (subject_model, subject_key, label, fields) values ('strike', ${letter}, 'erased', '{pilot}')`,
      );
      const unrecorded = await findings(database);
      assert.is(unrecorded.length, 1);
      assert.match(unrecorded[0] ?? '', 'were erased, and no entry records it');
      await runSql(
        database.url,
        "alter table rustio_audit disable trigger user; update rustio_audit set after = '{}' where id = 1",
      );
      assert.ok((await findings(database)).includes('Entry 1 was changed.'));
    }));

test('bytes that are not valid in UTF-8 do not prevent sealing', () =>
  inEncoding('SQL_ASCII', async (database) => {
    await runSql(database.url, `set client_encoding = 'SQL_ASCII'; ${insert("E'\\\\374'")}`);
    assert.is((await sealEntries(database, sealing)).entries, 1);
    assert.equal(await findings(database), []);
    assert.ok(await database.exists(sql.unsafe`select from rustio_audit_seal`));
  }));
