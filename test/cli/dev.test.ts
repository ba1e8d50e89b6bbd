// timeout: 120
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('dev');

async function developing(): Promise<{
  cli: RunningCli;
  folder: string;
  admin: string;
  save: (file: string, change: (text: string) => string) => void;
}> {
  const folder = await newProject();
  const { url } = await testDatabase();
  const cli = new RunningCli(folder, ['dev'], { DATABASE_URL: url });
  await cli.until(/^Password: .+\n/m);
  const [, admin = ''] = /^Admin: (.+)$/m.exec(cli.stdout) ?? [];
  const save = (file: string, change: (text: string) => string) => {
    const full = path.join(folder, file);
    writeFileSync(full, change(readFileSync(full, 'utf8')));
  };
  return { cli, folder, admin, save };
}

/** What an open page hears of the boots, with a new connection for each, as after a lost one. */
class Boots {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  async next(): Promise<string> {
    const hangUp = new AbortController();
    const { body, status } = await fetch(this.#address, {
      headers: { accept: 'text/event-stream' },
      signal: hangUp.signal,
    });
    assert.is(status, 200);
    let heard = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard += chunk;
      const [, boot] = /^data: (\S+)\n/m.exec(heard) ?? [];
      if (boot === undefined) continue;
      hangUp.abort();
      return boot;
    }
    throw new Error(`no boot in: ${heard}`);
  }
}

async function stop(cli: RunningCli): Promise<void> {
  cli.signal('SIGINT');
  assert.is(await cli.ended, 0);
}

test('a save starts the server anew with what was saved', async () => {
  const { cli, admin, save } = await developing();
  const title = async () => /<title>(.*)<\/title>/.exec(await (await fetch(`${admin}/login`)).text())?.[1] ?? '';
  assert.match(await title(), 'Desk');
  save('rustio.config.ts', (text) => text.replace('Desk', 'Another desk'));
  await cli.until(/^Restarted in \d+ ms\.\n/m);
  assert.match(await title(), 'Another desk');
  await stop(cli);
});

test('a save that does not compile is told with file and line, and the next one is served', async () => {
  const { cli, admin, save } = await developing();
  save('models.ts', (text) => `${text}\nexport const broken = ;\n`);
  await cli.until(/Not running; waiting for a change\./);
  assert.match(cli.stderr, /models\.ts:\d+/);
  save('models.ts', (text) => text.replace('\nexport const broken = ;\n', ''));
  await cli.until(/^Restarted in \d+ ms\.\n/m);
  assert.is((await fetch(`${admin}/login`)).status, 200);
  await stop(cli);
});

test('while it does not come up, the browser is told why, and reloads when it does', async () => {
  const { cli, admin, save } = await developing();
  // A page that was open before: it listens for the next boot.
  const page = new Boots(`${admin}/+dev`);
  const running = await page.next();
  save('models.ts', (text) => `${text}\nthrow new Error('<b>"no"</b>');\n`);
  await cli.until(/Not running; waiting for a change\./);
  const failing = await page.next();
  assert.is.not(failing, running);

  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/admin/users'],
    ['POST', '/admin/login'],
  ] as const) {
    const answer = await fetch(new URL(path, admin), { method });
    assert.is(answer.status, 500);
    const text = await answer.text();
    assert.match(text, '&lt;b&gt;&quot;no&quot;&lt;/b&gt;');
    assert.match(text, /models\.ts:\d+/);
    assert.match(text, '<dt>Why</dt>');
    assert.match(text, '<dt>Fix</dt>');
    assert.match(text, '<dt>Retry</dt>');
    assert.not.match(text, 'node_modules');
    assert.not.match(text, '<b>');
  }
  save('models.ts', (text) => text.replace(/\nthrow .*\n/, ''));
  await cli.until(/^Restarted in \d+ ms\.\n/m);
  assert.is.not(await page.next(), failing);
  assert.is((await fetch(`${admin}/login`)).status, 200);
  await stop(cli);
});

test('asked to stop while the project does not come up, it stops', async () => {
  const { cli, admin, save } = await developing();
  save('models.ts', (text) => `${text}\nexport const broken = ;\n`);
  await cli.until(/Not running; waiting for a change\./);
  const stream = await fetch(admin, { headers: { accept: 'text/event-stream' } });
  assert.is(stream.status, 200);
  await stop(cli);
});

test('a changed model is told in a line; its migration is made, and not applied before somebody read it', async () => {
  const { cli, folder, save } = await developing();
  save('models.ts', (text) =>
    text.replace('    ...timestamps(),', '    urgency: field.integer({ nullable: true }),\n    ...timestamps(),'),
  );
  await cli.until(/^The models changed\. .*migrate make\n/m);
  const from = cli.stdout.length;
  const made = await runCli(folder, ['migrate', 'make', 'urgency']);
  assert.is(made.code, 0, made.stderr);
  await cli.until(/^1 migration is pending\. .*rustio-admin migrate\n/m, from);
  await stop(cli);
});

test('production has no dev', async () => {
  const result = await runCli(await newProject(), ['dev'], {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    RUSTIO_SECRET_KEYS: '5e'.repeat(32),
  });
  assert.is(result.code, 2);
  assert.match(result.stderr, 'RIO-DEV-PRODUCTION');
});
