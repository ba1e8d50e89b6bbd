// A process that failed or was asked to stop exits, even if a plugin left something running.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { withPlainConnection } from '../../core/database/plain-connection.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('exit of a process');

async function projectWith(start: string): Promise<string> {
  const folder = await newProject();
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig, definePlugin } from 'rustio-admin';
    const careless = definePlugin({
      name: 'careless', api: 1, start: ${start},
      commands: [{ name: 'careless run', description: 'Leaves a timer.', needs: 'nothing', run: async (_, { print }) => { setInterval(() => {}, 1000); print('done'); } }],
    });
    export default defineConfig({ name: 'Desk', extend: [careless] });`,
  );
  return folder;
}

test('a failed start exits with 1 even if a plugin left a timer running', async () => {
  const folder = await projectWith(`() => { setInterval(() => {}, 1000); throw new Error('no tools'); }`);
  const { url } = await testDatabase();
  const { code, stderr } = await runCli(folder, ['start'], { DATABASE_URL: url });
  assert.is(code, 1);
  assert.match(stderr, 'no tools');
});

test('on SIGTERM a server exits with 0 even if a plugin left a timer and an open transaction', async () => {
  const folder = await projectWith(`(app) => {
    setInterval(() => {}, 1000);
    void app.database.transaction(() => new Promise(() => {}));
    return () => console.log('stopped');
  }`);
  const { url } = await testDatabase();
  const server = new RunningCli(folder, ['start'], { DATABASE_URL: url });
  await server.until(/^Password: .+\n/m);
  await server.stop();
  assert.match(server.stdout, 'stopped');
});

test('a start that waits for another process or for a plugin can be stopped', async () => {
  const folder = await projectWith(`() => {
    console.log('waiting');
    return new Promise((done) => setTimeout(done, 25_000));
  }`);
  const { url } = await testDatabase();
  for (const command of ['start', 'worker']) {
    const starting = new RunningCli(folder, [command], { DATABASE_URL: url });
    await starting.until(/^waiting$/m);
    const began = performance.now();
    await starting.stop();
    assert.ok(performance.now() - began < 15_000, command);
  }
  await withPlainConnection(url, async (client) => {
    await client.query('select pg_advisory_lock(7236002)');
    const waiting = new RunningCli(folder, ['start'], { DATABASE_URL: url });
    await waiting.until(/is migrating; waiting/);
    await waiting.stop();
  });
});

test('a command exits with complete output even if it left a timer running', async () => {
  const folder = await projectWith('() => {}');
  const { code, stdout } = await runCli(folder, ['careless', 'run']);
  assert.is(code, 0);
  assert.is(stdout, 'done\n');
});

test('a command fails if it waits for something that can no longer happen', async () => {
  const folder = await newProject();
  writeFileSync(
    path.join(folder, 'rustio.config.ts'),
    `import { defineConfig, definePlugin } from 'rustio-admin';
    const stuck = definePlugin({
      name: 'stuck', api: 1,
      commands: [{ name: 'stuck run', description: 'Never settles.', needs: 'nothing', run: () => new Promise(() => {}) }],
    });
    export default defineConfig({ name: 'Desk', extend: [stuck] });`,
  );
  const { code, stderr } = await runCli(folder, ['stuck', 'run']);
  assert.is(code, 1);
  assert.match(stderr, 'RIO-CLI-UNFINISHED');
});
