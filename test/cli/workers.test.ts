// timeout: 180
// `rustio-admin start --workers N` and `rustio-admin worker`, as real processes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('several processes');

/** Routes that say which process answers, that wait for a file, and that end the process. */
const CONFIG = `
  import { existsSync, writeFileSync } from 'node:fs';
  import { setTimeout as wait } from 'node:timers/promises';
  import { defineConfig, definePlugin } from 'rustio-admin';
  const open = { access: { open: true } } as const;
  const probe = definePlugin({
    name: 'probe',
    api: 1,
    routes(routes) {
      routes.get('/+pid', open, (ctx) => {
        ctx.body = String(process.pid);
      });
      routes.get('/+slow', open, async (ctx) => {
        writeFileSync(new URL('entered', import.meta.url), String(process.pid));
        while (!existsSync(new URL('release', import.meta.url))) await wait(10);
        ctx.body = String(process.pid);
      });
      routes.get('/+crash', open, () => process.exit(7));
      routes.get('/+flags', open, (ctx) => {
        ctx.body = JSON.stringify({ flags: process.execArgv, word: process.env.WORD ?? '' });
      });
    },
    start: (_app, { role }) => {
      // Left behind on purpose: it must not keep a process from ending.
      setInterval(() => {}, 60_000);
      console.log('probe started: ' + role);
      return () => console.log('probe stopped: ' + role);
    },
    schedule: [{ name: 'tick', every: '1 second', roles: ['worker'], run: async () => console.log('tick') }],
  });
  export default defineConfig({ name: 'Desk', models: [], extend: [probe] });
`;

interface Running {
  readonly folder: string;
  readonly cli: RunningCli;
  readonly admin: string;
}

async function probeProject(): Promise<{ folder: string; environment: Record<string, string> }> {
  const folder = await newProject();
  writeFileSync(path.join(folder, 'rustio.config.ts'), CONFIG);
  const { url } = await testDatabase();
  return { folder, environment: { DATABASE_URL: url } };
}

async function startTwo(): Promise<Running> {
  const { folder, environment } = await probeProject();
  const cli = new RunningCli(folder, ['start', '--workers', '2'], environment);
  const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
  await cli.until(/^Password: .+\n/m);
  return { folder, cli, admin };
}

async function stop({ cli }: Pick<Running, 'cli'>): Promise<void> {
  cli.signal('SIGTERM');
  assert.is(await cli.ended, 0, cli.stderr);
}

/** Over a connection of its own: the primary hands out connections, not requests. */
function get(url: string, timeout = 0): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, timeout }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
}

/** Which processes answer, over as many connections as it takes to meet `count` of them. */
async function pidsOf(admin: string, count = 2): Promise<Set<string>> {
  const pids = new Set<string>();
  await until(async () => {
    pids.add((await get(`${admin}/+pid`)).text);
    return pids.size >= count;
  });
  return pids;
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, 'it never held');
    await wait(10);
  }
}

test('two processes serve one port, one prepares and prints, and SIGTERM ends all in good order', async () => {
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
  await stop(running);
  assert.is(cli.stdout.match(/^probe started: web$/gm)?.length, 2);
  assert.is(cli.stdout.match(/^probe stopped: web$/gm)?.length, 2);
});

test('a process that is killed is replaced, and the others go on', async () => {
  const running = await startTwo();
  const { admin } = running;
  const before = await pidsOf(admin);
  const [victim = ''] = before;
  process.kill(Number(victim), 'SIGKILL');
  const survivors = new Set<string>();
  await until(async () => {
    // The primary may hand a connection to the dead one before it notices: that one is never answered.
    const { text } = await get(`${admin}/+pid`, 2_000).catch(() => ({ text: '' }));
    if (text !== '' && text !== victim) survivors.add(text);
    return survivors.size === 2;
  });
  assert.is([...survivors].filter((pid) => before.has(pid)).length, 1);
  await running.cli.until(/a web process ended unexpectedly/);
  await stop(running);
});

test('SIGHUP replaces one process after another, and a request that runs meanwhile is answered', async () => {
  const running = await startTwo();
  const { folder, cli, admin } = running;
  const before = await pidsOf(admin);
  const slow = get(`${admin}/+slow`);
  await until(() => existsSync(path.join(folder, 'entered')));
  writeFileSync(path.join(folder, '.env'), 'WORD=changed\n');

  // Requests come in all the time; none may fail.
  let isOver = false;
  const statuses: (number | undefined)[] = [];
  const load = (async () => {
    while (!isOver) statuses.push((await get(`${admin}/+pid`)).status);
  })();
  cli.signal('SIGHUP');
  await until(async () => !before.has((await get(`${admin}/+pid`)).text));
  writeFileSync(path.join(folder, 'release'), '');
  const answer = await slow;
  assert.is(answer.status, 200);
  assert.is(answer.text, readFileSync(path.join(folder, 'entered'), 'utf8'));
  assert.ok(before.has(answer.text), 'it was answered by the process that it began in');
  await until(() => cli.stdout.match(/^probe stopped: web$/gm)?.length === 2);
  isOver = true;
  await load;
  assert.ok(statuses.length > 0);
  assert.equal(
    statuses.filter((status) => status !== 200),
    [],
  );
  assert.is([...(await pidsOf(admin))].filter((pid) => before.has(pid)).length, 0);
  assert.is(JSON.parse((await get(`${admin}/+flags`)).text).word, 'changed', 'the new ones have read .env anew');
  await stop(running);
});

test('a reload with a broken config leaves the old processes at work', async () => {
  const running = await startTwo();
  const { folder, cli, admin } = running;
  const before = await pidsOf(admin);
  writeFileSync(path.join(folder, 'rustio.config.ts'), 'export default {');
  cli.signal('SIGHUP');
  await cli.until(/the reload stopped/);
  assert.equal(await pidsOf(admin), before);
  writeFileSync(path.join(folder, 'rustio.config.ts'), CONFIG);
  cli.signal('SIGHUP');
  await until(() => cli.stdout.match(/^probe stopped: web$/gm)?.length === 2);
  assert.is([...(await pidsOf(admin))].filter((pid) => before.has(pid)).length, 0);
  await stop(running);
});

test('processes that crash at once, again and again, are given up', async () => {
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

test('a start that fails in the processes fails, with their message', async () => {
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

for (const workers of ['0', '1.5', '129']) {
  test(`--workers ${workers} is refused`, async () => {
    const { folder, environment } = await probeProject();
    const result = await runCli(folder, ['start', '--workers', workers], environment);
    assert.is(result.code, 2);
    assert.match(result.stderr, 'RIO-CLI-USAGE');
  });
}

test('a worker runs tasks, serves nothing, and ends in good order though a plugin left a timer', async () => {
  const { folder, environment } = await probeProject();
  const migrated = await runCli(folder, ['migrate'], environment);
  assert.is(migrated.code, 0, migrated.stderr);
  const cli = new RunningCli(folder, ['worker'], environment);
  await cli.until(/worker ready in \d+ ms/);
  assert.match(cli.stdout, 'probe started: worker');
  await cli.until(/^tick$/m);
  cli.signal('SIGTERM');
  assert.is(await cli.ended, 0, cli.stderr);
  assert.match(cli.stdout, 'probe stopped: worker');
  assert.not.match(cli.stdout, 'Admin: ');
});

test('a worker says what is pending, and works once that is done', async () => {
  const { folder, environment } = await probeProject();
  const cli = new RunningCli(folder, ['worker'], environment);
  await cli.until(/worker ready in \d+ ms/);
  assert.match(cli.stdout, 'migrations are pending');
  assert.is((await runCli(folder, ['migrate'], environment)).code, 0);
  await cli.until(/^tick$/m);
  cli.signal('SIGINT');
  assert.is(await cli.ended, 0, cli.stderr);
});
