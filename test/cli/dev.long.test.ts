import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { suite } from '../support/suite.ts';
import { newProject, RunningCli, runCli } from './run-cli.ts';

const test = suite('dev');

async function startDev(): Promise<{
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

/** The boots that an open page receives, with a new connection for each, as after a lost one. */
class Boots {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async next(): Promise<string> {
    const abort = new AbortController();
    const { body, status } = await fetch(this.#url, {
      headers: { accept: 'text/event-stream' },
      signal: abort.signal,
    });
    assert.is(status, 200);
    let received = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      received += chunk;
      const [, boot] = /^data: (\S+)\n/m.exec(received) ?? [];
      if (boot === undefined) continue;
      abort.abort();
      return boot;
    }
    throw new Error(`no boot in: ${received}`);
  }
}

test('a save restarts the server with the saved files', async () => {
  const { cli, admin, save } = await startDev();
  const title = async () => /<title>(.*)<\/title>/.exec(await (await fetch(`${admin}/login`)).text())?.[1] ?? '';
  assert.match(await title(), 'Desk');
  save('rustio.config.ts', (text) => text.replace('Desk', 'Another desk'));
  await cli.until(/^Restarted in \d+ ms\.\n/m);
  assert.match(await title(), 'Another desk');
  await cli.stop('SIGINT');
});

test('a file that does not compile is reported with file and line, and the next save is served', async () => {
  const { cli, admin, save } = await startDev();
  save('models.ts', (text) => `${text}\nexport const broken = ;\n`);
  await cli.until(/Not running; waiting for file changes\./);
  assert.match(cli.stderr, /models\.ts:\d+/);
  save('models.ts', (text) => text.replace('\nexport const broken = ;\n', ''));
  await cli.until(/^Restarted in \d+ ms\.\n/m);
  assert.is((await fetch(`${admin}/login`)).status, 200);
  await cli.stop('SIGINT');
});

test('if the server fails to start, the browser shows why and reloads once it starts', async () => {
  const { cli, admin, save } = await startDev();
  // A page that was open before: it listens for the next boot.
  const page = new Boots(`${admin}/+dev`);
  const running = await page.next();
  save('models.ts', (text) => `${text}\nthrow new Error('<b>"no"</b>');\n`);
  await cli.until(/Not running; waiting for file changes\./);
  const failing = await page.next();
  assert.is.not(failing, running);

  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/admin/users'],
    ['POST', '/admin/login'],
  ] as const) {
    const response = await fetch(new URL(path, admin), { method });
    assert.is(response.status, 500);
    const text = await response.text();
    assert.match(text, '&lt;b&gt;&quot;no&quot;&lt;/b&gt;');
    assert.match(text, /models\.ts:\d+/);
    assert.match(text, '<dt>Why</dt>');
    assert.match(text, '<dt>Fix</dt>');
    assert.not.match(text, 'node_modules');
    assert.not.match(text, '<b>');
  }
  save('models.ts', (text) => text.replace(/\nthrow .*\n/, ''));
  await cli.until(/^Restarted in \d+ ms\.\n/m);
  assert.is.not(await page.next(), failing);
  assert.is((await fetch(`${admin}/login`)).status, 200);
  await cli.stop('SIGINT');
});

test('it can be stopped while the project fails to start', async () => {
  const { cli, admin, save } = await startDev();
  save('models.ts', (text) => `${text}\nexport const broken = ;\n`);
  await cli.until(/Not running; waiting for file changes\./);
  const stream = await fetch(admin, { headers: { accept: 'text/event-stream' } });
  assert.is(stream.status, 200);
  await cli.stop('SIGINT');
});

test('a changed model is reported in one line; its generated migration is not applied without review', async () => {
  const { cli, folder, save } = await startDev();
  save('models.ts', (text) =>
    text.replace('    ...timestamps(),', '    urgency: field.integer({ nullable: true }),\n    ...timestamps(),'),
  );
  await cli.until(/^The models have changed\. .*migrate make\n/m);
  const from = cli.stdout.length;
  const generated = await runCli(folder, ['migrate', 'make', 'urgency']);
  assert.is(generated.code, 0, generated.stderr);
  await cli.until(/^1 migration is pending\. .*rustio-admin migrate\n/m, from);
  await cli.stop('SIGINT');
});

test('dev does not run in production', async () => {
  const result = await runCli(await newProject(), ['dev'], {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex'),
  });
  assert.is(result.code, 2);
  assert.match(result.stderr, 'RIO-DEV-PRODUCTION');
});
