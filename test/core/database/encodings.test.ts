import pg from 'pg';
import { sql } from 'slonik';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { missingCharacter } from '../../../core/database/errors.ts';
import { openDatabase } from '../../../core/database/pool.ts';
import { field } from '../../../core/model/field.ts';
import { defineModel } from '../../../core/model/model.ts';
import { buildModels } from '../../../core/model/resolve.ts';
import { LargeValue } from '../../../core/model/row.ts';
import { createRecords } from '../../../core/query/create-records.ts';
import { compileListing } from '../../../core/query/listing.ts';
import { createEvents } from '../../../core/write/events.ts';
import { problemsOfRejection } from '../../../core/write/rejections.ts';
import { createWrite } from '../../../core/write/write.ts';
import { testDatabase } from '../../support/database.ts';
import { failureOf } from '../../support/failure.ts';
import { suite } from '../../support/suite.ts';
import { fieldOf, policyWith, somebody } from '../query/fixture.ts';
import { context, resultOf } from '../write/write-fixture.ts';

const test = suite('databases in other encodings');
const Word = defineModel('word', { fields: { id: field.integer(), name: field.text() }, key: 'id', managed: false });
const { models } = buildModels([{ owner: 'project', model: Word }]);
const word = models.of(Word);
const { listing } = compileListing(word, { list: ['id', 'name'], search: ['name'] });

/** Runs `work` with a database of this encoding that has the table. */
async function inEncoding(
  encoding: 'LATIN1' | 'SQL_ASCII',
  work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>,
): Promise<void> {
  const base = await testDatabase();
  const name = `${new URL(base.url).pathname.slice(1)}_${encoding.toLowerCase()}`;
  const admin = new pg.Client(base.url);
  await admin.connect();
  await admin.query(
    `create database ${name} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
  );
  const url = new URL(base.url);
  url.pathname = `/${name}`;
  const database = await openDatabase(url.href);
  try {
    await database.query(sql.unsafe`create table word (id int primary key, name text not null)`);
    await work(database);
  } finally {
    await database.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
    await base.drop();
  }
}

test('LATIN1: an unsupported character is reported at its field, and a search for it finds nothing (F17)', async () => {
  await inEncoding('LATIN1', async (database) => {
    const records = createRecords({ database, policy: policyWith(), models });
    const write = createWrite({
      models,
      policy: policyWith(),
      events: createEvents(new Set(['create', 'update']), []),
    });
    const add = (id: number, name: string) =>
      database.transaction((tx) => write.createAny(tx, context, word, { id, name }));
    assert.equal(resultOf(await add(1, 'Zürich')), ['done']);
    assert.equal(resultOf(await add(2, 'zehn €')), ['name: problem.notInEncoding']);
    const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams({ q: '€' }), 'UTC');
    assert.ok(parsed.ok);
    if (parsed.ok) assert.is((await records.list(somebody, listing, parsed.query)).rows.length, 0);
    const failure = await database.any(sql.unsafe`select ${'€'}::text`).catch((error: unknown) => error);
    assert.is(missingCharacter(failure), '€');
  });
});

test('LATIN1: a changed value with such a letter is a problem of its field (F17)', async () => {
  await inEncoding('LATIN1', async (database) => {
    const write = createWrite({ models, policy: policyWith(), events: createEvents(new Set(['update']), []) });
    await database.query(sql.unsafe`insert into word values (1, 'zehn')`);
    const change = database.transaction((tx) => write.updateAny(tx, context, word, '1', { name: 'zehn €' }));
    const problems = problemsOfRejection(await failureOf(change));
    assert.equal(
      problems?.map(({ field: name, issue }) => `${name}: ${issue.key}`),
      ['name: problem.notInEncoding'],
    );
  });
});

test('SQL_ASCII: bytes that are not UTF-8 do not fail the list (F17)', async () => {
  await inEncoding('SQL_ASCII', async (database) => {
    await database.query(sql.unsafe`insert into word values (1, e'Z\\xfcrich'), (2, 'plain')`);
    const rows = await database.any(sql.type(z.object({ name: z.string() }))`select name from word order by id`);
    assert.equal(
      rows.map(({ name }) => name),
      ['Z\ufffdfcrich', 'plain'],
    );
  });
});

for (const encoding of ['LATIN1', 'SQL_ASCII'] as const) {
  test(`${encoding}: large values are truncated in lists and on the page of a record`, async () => {
    await inEncoding(encoding, async (database) => {
      await database.query(sql.unsafe`insert into word values (1, repeat(chr(252), 100000)), (2, repeat('x', 300000))`);
      if (encoding === 'SQL_ASCII')
        await database.query(sql.unsafe`update word set name = repeat(e'\\xfc', 100000) where id = 1`);
      const records = createRecords({ database, policy: policyWith(), models });
      const { parsed } = await records.parseListQuery(somebody, listing, new URLSearchParams(), 'UTC');
      if (!parsed.ok) throw new Error('parse');
      const sizes = (await records.list(somebody, listing, parsed.query)).rows.map(({ name }) => name);
      assert.ok(
        sizes.every(
          (value) => value instanceof LargeValue && [...value.text.replaceAll('\ufffdfc', 'ü')].length === 200,
        ),
      );
      const record = await records.find(somebody, word, '2');
      assert.ok(record?.row.name instanceof LargeValue && record.row.name.sha256 !== undefined);
      const letter = encoding === 'LATIN1' ? 'ü' : '\ufffdfc';
      assert.is(await records.value(somebody, fieldOf(word, 'name'), '1'), letter.repeat(100_000));
    });
  });
}
