/** A project whose server says which process answers, for tests of several processes. */
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { testDatabase } from '../support/database.ts';
import { newProject, RunningCli } from './run-cli.ts';

/** Routes that say which process answers, that wait for a file, and that end the process. */
export const CONFIG = `
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

export interface Running {
  readonly folder: string;
  readonly cli: RunningCli;
  readonly admin: string;
}

export async function probeProject(): Promise<{ folder: string; environment: Record<string, string> }> {
  const folder = await newProject();
  writeFileSync(path.join(folder, 'rustio.config.ts'), CONFIG);
  const { url } = await testDatabase();
  return { folder, environment: { DATABASE_URL: url } };
}

export async function startTwo(): Promise<Running> {
  const { folder, environment } = await probeProject();
  const cli = new RunningCli(folder, ['start', '--workers', '2'], environment);
  const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
  await cli.until(/^Password: .+\n/m);
  return { folder, cli, admin };
}

export async function stop({ cli }: Pick<Running, 'cli'>): Promise<void> {
  cli.signal('SIGTERM');
  assert.is(await cli.ended, 0, cli.stderr);
}

/** Over a connection of its own: the primary hands out connections, not requests. */
export function get(url: string, timeout = 0): Promise<{ status: number | undefined; text: string }> {
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
export async function pidsOf(admin: string, count = 2): Promise<Set<string>> {
  const pids = new Set<string>();
  await until(async () => {
    pids.add((await get(`${admin}/+pid`)).text);
    return pids.size >= count;
  });
  return pids;
}

export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, 'it never held');
    await wait(10);
  }
}
