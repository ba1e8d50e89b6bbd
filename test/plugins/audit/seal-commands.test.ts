// The commands `audit seal` and `audit verify`, on a running application.
import path from 'node:path';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { audit } from '../../../plugins/audit/index.ts';
import { type TestApp, testApp } from '../../support/app.ts';
import { failureOf, rustioFailureOf } from '../../support/failure.ts';
import { runSql } from '../../support/run-sql.ts';
import { suite } from '../../support/suite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('audit: commands of seals');
let desk: TestApp;
test.before.each(async () => {
  desk = await testApp({});
  await desk.client().signIn('ana@example.org', 'a wrong password');
});
test.after.each(() => desk.close());

const changeEntry = () =>
  runSql(
    desk.app.database.url,
    "alter table rustio_audit disable trigger user; update rustio_audit set event = 'x' where id = 1",
  );
const report = z.object({
  ok: z.boolean(),
  total: z.number(),
  entries: z.number(),
  signatures: z.object({ valid: z.number() }),
  last: z.object({ seal: z.string(), hash: z.string() }),
  findings: z.array(z.object({ subject: z.string(), problem: z.string(), entry: z.string().optional() })),
});

test('audit seal seals the waiting entries, and audit verify compares them', async () => {
  assert.equal(await desk.command('audit seal'), ['Entries sealed: 1. New seals: 1.']);
  assert.equal(await desk.command('audit seal'), ['Entries sealed: 0. New seals: 0.']);
  const lines = await desk.command('audit verify');
  assert.equal(lines.at(0), 'Entries compared: 1. Seals: 1.');
  assert.match(lines.at(1) ?? '', /^The last seal is number 1, created \d{4}-.*Z, up to entry 1\.$/);
  assert.equal(lines.at(-1), 'No differences.');
});

test('audit verify ends with exit code 4 if an entry was changed', async () => {
  await desk.command('audit seal');
  await changeEntry();
  const failure = await rustioFailureOf(desk.command('audit verify'));
  assert.equal([failure.code, failure.exitCode], ['RIO-AUDIT-CHANGED', 4]);
});

test('audit verify --json prints the findings for programs', async () => {
  await desk.command('audit seal');
  const [json = ''] = await desk.command('audit verify', { json: true });
  const { ok, entries, signatures, last } = report.parse(JSON.parse(json));
  assert.equal([ok, entries, signatures.valid, last.seal], [true, 1, 1, '1']);
});

test('audit verify --anchor accepts a hash or a file, and rejects anything else', async () => {
  await desk.command('audit seal');
  const [json = ''] = await desk.command('audit verify', { json: true });
  const { last } = report.parse(JSON.parse(json));
  const lines = await desk.command('audit verify', { anchor: last.hash });
  assert.ok(lines.includes('Anchors found in the chain: 1.'));
  const wrong = await failureOf(desk.command('audit verify', { anchor: '0'.repeat(64) }));
  assert.match(String(wrong), 'Findings: 1');
  const folder = temporaryFolder({ 'notes.txt': 'not an anchor\n' });
  const file = path.join(folder, 'notes.txt');
  for (const anchor of [file, path.join(folder, 'missing'), 'x']) {
    const failure = await rustioFailureOf(desk.command('audit verify', { anchor }));
    assert.equal([failure.code, failure.exitCode], ['RIO-AUDIT-ANCHOR', 2]);
  }
});

test('running processes seal every minute', async () => {
  const task = audit.schedule?.find(({ name }) => name === 'seal');
  assert.is(task?.every, '1 minute');
  await task?.run(desk.app, new AbortController().signal);
  assert.equal(await desk.command('audit seal'), ['Entries sealed: 0. New seals: 0.']);
});
