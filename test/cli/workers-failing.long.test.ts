// Failures of several processes: a config that does not load, repeated crashes, pending migrations.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { until } from '../support/until.ts';
import { CONFIG, get, pidsOf, probeProject, startTwo } from './probe-project.ts';
import { RunningCli, runCli } from './run-cli.ts';

const test = suite('multiple processes: failures');

test('a reload with a broken config keeps the old processes running', async () => {
  const running = await startTwo();
  const { folder, cli, admin } = running;
  const before = await pidsOf(admin);
  writeFileSync(path.join(folder, 'rustio.config.ts'), 'export default {');
  cli.signal('SIGHUP');
  await cli.until(/the reload was stopped/);
  assert.equal(await pidsOf(admin), before);
  writeFileSync(path.join(folder, 'rustio.config.ts'), CONFIG);
  cli.signal('SIGHUP');
  await until(() => cli.stdout.match(/^probe stopped: web$/gm)?.length === 2);
  assert.is([...(await pidsOf(admin))].filter((pid) => before.has(pid)).length, 0);
  await running.cli.stop();
});

test('processes that crash immediately and repeatedly are no longer restarted', async () => {
  const { cli, admin } = await startTwo();
  let isOver = false;
  void cli.ended.then(() => {
    isOver = true;
  });
  await until(async () => {
    await get(`${admin}/+crash`, 2_000).catch(() => {});
    return isOver;
  });
  assert.is(await cli.ended, 1);
  assert.match(cli.stderr, 'RIO-SERVE-WORKERS');
  assert.match(cli.stderr, 'exit code 7');
});

test('a start fails with the message of its processes if they fail', async () => {
  const { folder, environment } = await probeProject();
  const config = path.join(folder, 'rustio.config.ts');
  writeFileSync(
    config,
    CONFIG.replace("console.log('probe started: ' + role);", "throw new Error('no lightning today');"),
  );
  const result = await runCli(folder, ['start', '--workers', '2'], environment);
  assert.is(result.code, 1);
  assert.match(result.stderr, 'no lightning today');
  assert.match(result.stderr, 'RIO-SERVE-WORKERS');
});

test('a worker reports pending migrations, and works once they are applied', async () => {
  const { folder, environment } = await probeProject();
  const cli = new RunningCli(folder, ['worker'], environment);
  await cli.until(/worker ready in \d+ ms/);
  assert.match(cli.stdout, 'migrations are pending');
  assert.is((await runCli(folder, ['migrate'], environment)).code, 0);
  await cli.until(/^tick$/m);
  cli.signal('SIGINT');
  assert.is(await cli.ended, 0, cli.stderr);
});
