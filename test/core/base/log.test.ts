import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import * as assert from 'uvu/assert';
import { neverThrowing } from '../../../core/base/log.ts';
import { suite } from '../../support/suite.ts';

const test = suite('log');
const log = new URL('../../../core/base/log.ts', import.meta.url).href;

/** A process that runs `code` with `log`, and whose standard error is `stderr`. */
function logging(code: string, stderr: number | 'pipe') {
  const script = `import { createLog } from '${log}'; const log = createLog('info'); ${code}`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', stderr] });
}

test('a failure to write the log does not fail the logged work (F11)', async () => {
  if (process.platform !== 'linux') return;
  const child = logging(
    `for (let at = 0; at < 3; at += 1) log.info('line'); console.log('done');`,
    openSync('/dev/full', 'w'),
  );
  assert.is(await text(child.stdout ?? Readable.from([])), 'done\n');
});

test('a stuck reader does not block the process; the lines it missed are counted (F11)', async () => {
  if (process.platform !== 'linux') return;
  const child = logging(
    `for (let at = 0; at < 20_000; at += 1) log.info('a line of which there are many, one after the other');
     console.log('done');
     const timer = setInterval(() => {}, 1_000);
     setTimeout(() => { log.info('the last'); clearInterval(timer); }, 2_500);`,
    'pipe',
  );
  // All of it was logged before anything was read.
  await once(child.stdout ?? process, 'data');
  const lines = (await text(child.stderr ?? Readable.from([]))).trim().split('\n');
  assert.ok(lines.length > 1_000 && lines.length < 20_000, String(lines.length));
  const parsed = lines.map((line) => JSON.parse(line).msg);
  assert.ok(parsed.some((msg) => /^\d+ log lines were lost: .*reader is too slow/.test(msg)));
  assert.is(parsed.at(-1), 'the last');
});

test('lines of processes that share a pipe are not interleaved', async () => {
  if (process.platform !== 'linux') return;
  const lines = `for (let at = 0; at < 3_000; at += 1) log.info({ text: 'x'.repeat(at % 300) }, 'line');
    const timer = setInterval(() => {}, 1_000); setTimeout(() => clearInterval(timer), 1_500);`;
  const script = `import { createLog } from '${log}'; import { spawn } from 'node:child_process';
    const other = process.argv[1] === 'second' ? undefined
      : spawn(process.execPath, ['--input-type=module', '-e', process.env.SCRIPT, 'second'], { stdio: 'inherit' });
    const log = createLog('info'); ${lines}
    if (other) await new Promise((done) => other.once('exit', done));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, 'first'], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, SCRIPT: script },
  });
  // A slow reader: the pipe is full most of the time.
  let output = '';
  for await (const chunk of child.stderr ?? []) {
    output += chunk;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const all = output.trim().split('\n');
  assert.ok(all.length > 2_000, String(all.length));
  for (const line of all) assert.match(JSON.parse(line).msg, /^line$|lost/);
});

test('no lines are lost when a process exits', async () => {
  const child = logging(`log.info('one'); log.error('two'); process.exit(3);`, 'pipe');
  const lines = (await text(child.stderr ?? Readable.from([]))).trim().split('\n');
  assert.equal(
    lines.map((line) => JSON.parse(line).msg),
    ['one', 'two'],
  );
});

test('a custom log that throws does not fail a request (F11)', () => {
  const broken = pino(
    { level: 'info' },
    {
      write: () => {
        throw new Error('no space');
      },
    },
  );
  assert.throws(() => broken.info('line'), 'no space');
  neverThrowing(broken).info('line');
  assert.is(neverThrowing(broken).level, 'info');
});
