// `rustio-admin start --workers N` and `rustio-admin worker`, as real processes; failures are in workers-failing.long.test.ts.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { until } from '../support/until.ts';
import { get, pidsOf, probeProject, startTwo } from './probe-project.ts';
import { RunningCli, runCli } from './run-cli.ts';

const test = suite('multiple processes');

test('two processes share one port; only the primary prepares and prints; SIGTERM stops all of them', async () => {
  const running = await startTwo();
  const { cli, admin } = running;
  assert.is((await pidsOf(admin)).size, 2);
  assert.is(cli.stdout.match(/ready in \d+ ms/g)?.length, 1);
  assert.is(cli.stdout.match(/^Password: /gm)?.length, 1);
  const { flags } = JSON.parse((await get(`${admin}/+flags`)).text);
  assert.ok(
    flags.some((each: string) => each.startsWith('--max-semi-space-size=')),
    flags,
  );
  await running.cli.stop();
  assert.is(cli.stdout.match(/^probe started: web$/gm)?.length, 2);
  assert.is(cli.stdout.match(/^probe stopped: web$/gm)?.length, 2);
});

test('a killed process is replaced, and the others continue', async () => {
  const running = await startTwo();
  const { admin } = running;
  const before = await pidsOf(admin);
  const [killed = ''] = before;
  process.kill(Number(killed), 'SIGKILL');
  const survivors = new Set<string>();
  await until(async () => {
    // The primary may give a connection to the dead process before it notices; that request gets no response.
    const { text } = await get(`${admin}/+pid`, 2_000).catch(() => ({ text: '' }));
    if (text !== '' && text !== killed) survivors.add(text);
    return survivors.size === 2;
  });
  assert.is([...survivors].filter((pid) => before.has(pid)).length, 1);
  await running.cli.until(/a web process exited unexpectedly/);
  await running.cli.stop();
});

test('SIGHUP replaces the processes one by one, and running requests are completed', async () => {
  const running = await startTwo();
  const { folder, cli, admin } = running;
  const before = await pidsOf(admin);
  const slow = get(`${admin}/+slow`);
  await until(() => existsSync(path.join(folder, 'entered')));
  writeFileSync(path.join(folder, '.env'), 'WORD=changed\n');

  // Requests arrive continuously; none may fail.
  let isOver = false;
  const statuses: (number | undefined)[] = [];
  const load = (async () => {
    while (!isOver) statuses.push((await get(`${admin}/+pid`)).status);
  })();
  cli.signal('SIGHUP');
  await until(async () => !before.has((await get(`${admin}/+pid`)).text));
  writeFileSync(path.join(folder, 'release'), '');
  const response = await slow;
  assert.is(response.status, 200);
  assert.is(response.text, readFileSync(path.join(folder, 'entered'), 'utf8'));
  assert.ok(before.has(response.text), 'the process that received it responded');
  await until(() => cli.stdout.match(/^probe stopped: web$/gm)?.length === 2);
  isOver = true;
  await load;
  assert.ok(statuses.length > 0);
  assert.equal(
    statuses.filter((status) => status !== 200),
    [],
  );
  assert.is([...(await pidsOf(admin))].filter((pid) => before.has(pid)).length, 0);
  assert.is(JSON.parse((await get(`${admin}/+flags`)).text).word, 'changed', 'the new processes have read .env again');
  await running.cli.stop();
});

test('a worker runs tasks, serves nothing, and exits even if a plugin left a timer running', async () => {
  const { folder, environment } = await probeProject();
  const migrated = await runCli(folder, ['migrate'], environment);
  assert.is(migrated.code, 0, migrated.stderr);
  const cli = new RunningCli(folder, ['worker'], environment);
  await cli.until(/worker ready in \d+ ms/);
  assert.match(cli.stdout, 'probe started: worker');
  await cli.until(/^tick$/m);
  await cli.stop();
  assert.match(cli.stdout, 'probe stopped: worker');
  assert.not.match(cli.stdout, 'Admin: ');
});
