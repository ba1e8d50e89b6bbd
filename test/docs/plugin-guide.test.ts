// The plugin that docs/plugins.md shows, taken from the page, booted and used: what the guide promises holds.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, sql } from 'rustio-admin';
import * as assert from 'uvu/assert';
import { migrate } from '../../core/migrate/run.ts';
import { migrationSources } from '../../core/migrate/sources.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { rustioFailureOf } from '../support/failure.ts';
import { runCheck, runCommand } from '../support/run-tool.ts';
import { suite } from '../support/suite.ts';
import { examplesOf, writeExamples } from './fenced.ts';

const test = suite('docs: the guide to plugins');
const folder = path.join(writeExamples(examplesOf('docs/plugins.md')), 'docs_plugins');
let holidays: Plugin;
let app: TestApp;

test.before(async () => {
  const shown: unknown = await import(pathToFileURL(path.join(folder, 'holidays/index.ts')).href);
  assert.ok(typeof shown === 'object' && shown !== null && 'holidays' in shown);
  // What definePlugin gives back is what it was given; the boot below reads every part of it.
  holidays = shown.holidays as Plugin;
  app = await testApp({ extend: [holidays], plugins: { holidays: { mostADay: 2 } } as object });
  const url = app.app.environment.databaseUrl ?? '';
  await migrate(url, migrationSources(folder, app.app.plugins), { by: 'tests' });
});
test.after(() => app?.close());

const events = (): Promise<readonly unknown[]> =>
  app.app.database.any(sql.unsafe`
    select actor_kind, data->>'day' as day from rustio_audit where event = 'holiday_declared' order by id
  `);

test('its page is open to who is signed in, and its form to who has the permission', async () => {
  assert.is((await app.client().get('/admin/+holidays')).status, 303);
  const reader = await app.person('staff');
  assert.is((await reader.get('/admin/+holidays')).status, 200);
  const refused = await reader.submit('/admin/+holidays', { day: '2026-12-25', reason: 'Christmas' });
  assert.is(refused.status, 403);
});

test('a day is declared: the row, the message, the trail', async () => {
  const declarer = await app.person('staff', ['holidays.declare']);
  const { status, location } = await declarer.submit('/admin/+holidays', {
    day: '2026-12-25',
    reason: '<b>Christmas</b>',
  });
  assert.is(status, 303);
  const { text } = await declarer.get(location);
  assert.match(text, '2026-12-25 is a day off.');
  assert.match(text, '&lt;b&gt;Christmas');
  assert.equal([...(await events())], [{ actor_kind: 'person', day: '2026-12-25' }]);
});

test('a mistake is 422 with what was typed and a message at its field, and a refusal too; both leave nothing behind', async () => {
  const declarer = await app.person('staff', ['holidays.declare']);
  const send = (day: string, reason: string) => declarer.submit('/admin/+holidays', { day, reason });
  for (const day of ['yesterday', '', '2027-02-29', '0000-01-01', '2027-01-01\0']) {
    const { status, text } = await send(day, 'Skating "race"');
    assert.is(status, 422, day);
    assert.match(
      text,
      /aria-describedby="day-mistake">\s*<p class="mistake" id="day-mistake">Write a date that exists/,
    );
    assert.match(text, 'value="Skating &quot;race&quot;"');
    assert.not.match(text, 'reason-mistake');
  }
  for (const reason of ['', ' ', 'x'.repeat(201), 'a\0b', 'a\nb']) {
    const { status, text } = await send('2027-01-01', reason);
    assert.is(status, 422, JSON.stringify(reason));
    assert.match(text, /id="reason-mistake">Say why, on one line/);
    assert.match(text, 'value="2027-01-01"');
  }
  await send('2027-01-01', 'One');
  await send('2027-01-01', 'Two');
  const full = await send('2027-01-01', 'Three');
  assert.is(full.status, 422);
  assert.match(full.text, /id="day-mistake">That day has as many as it may have\./);
  const { rows } = await app.app.database.query(sql.unsafe`select from desk_holiday where day = '2027-01-01'`);
  assert.is(rows.length, 2);
});

test('its command calls the same rule, and its check sees the result', async () => {
  const printed: string[] = [];
  const run = async (day: string) =>
    printed.push(...(await runCommand(holidays.commands?.[0], app.app, { day, reason: 'National day' })));
  await run('2099-08-01');
  const refused = await rustioFailureOf(run('1 August'));
  assert.is(refused.exitCode, 2);
  assert.match(refused.parts.why, /^Write a date that exists/);
  assert.equal(printed, ['2099-08-01 is a day off.']);
  assert.equal((await events()).at(-1), { actor_kind: 'command', day: '2099-08-01' });
  assert.is((await runCheck(holidays.checks?.[0], app.app)).status, 'ok');
});

test('an option with a slip in it stops the boot with its path', async () => {
  const slip: object = { mostADay: 0 };
  const { code, details } = await rustioFailureOf(
    testApp({ extend: [holidays], plugins: { holidays: slip } as object }),
  );
  assert.is(code, 'RIO-BOOT-PROBLEMS');
  assert.match(details.join(), /^plugins\.holidays\.mostADay: /);
});

test('nothing went wrong on the way', () => {
  assert.equal(app.errors, []);
});
