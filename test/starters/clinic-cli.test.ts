// A project created from the starter, used through the command line alone.
import * as assert from 'uvu/assert';
import { newProject, RunningCli, runHere } from '../cli/run-cli.ts';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';

const test = suite('a project created from the starter clinic');

test('it starts and is seeded, and its plugins take part in every command', async () => {
  const folder = await newProject('clinic');
  const { url, drop } = await testDatabase();
  const environment = { DATABASE_URL: url };
  const serving = new RunningCli(folder, ['start'], environment);
  try {
    await serving.until(/Generated 200 patients, 2000 appointments and 600 invoices\./);
    await serving.until(/admin@clinic\.example/);
    await serving.stop();

    const doctor = await runHere(folder, ['doctor', '--json'], environment);
    const { checks } = JSON.parse(doctor.stdout);
    const statusOf = (name: string) => checks.find((check: { name: string }) => check.name === name)?.status;
    for (const name of ['migrations', 'unmanaged-tables', 'invoices-add-up', 'waiting-room-forgotten']) {
      assert.is(statusOf(name), 'ok', `${name}: ${doctor.stdout}`);
    }
    const listed = await runHere(folder, ['waiting-room', 'list'], environment);
    assert.is(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^\d\d:\d\d {2}expected {2}\w+ \w+, with /m);
    const cleared = await runHere(folder, ['waiting-room', 'clear'], environment);
    assert.is(cleared.stdout.trim(), 'There are no visits to clear.');
    const result = await runHere(folder, ['migrate', 'make'], environment);
    assert.match(result.stdout, /No changes\./);
  } finally {
    await drop();
  }
});

test('its own routes are listed with their access', async () => {
  const folder = await newProject('clinic');
  const routes = await runHere(folder, ['routes']);
  assert.is(routes.code, 0, routes.stderr);
  assert.match(routes.stdout, /POST +\/admin\/\+waiting-room\/arrived/);
  assert.match(routes.stdout, /waiting-room\.run/);
});
