/** A project whose server reports which process responds, for tests of several processes. */

import { request } from 'node:http';
import { until } from '../support/until.ts';
import { type ProjectOnDatabase, projectOnDatabase, RunningCli } from './run-cli.ts';

/** Routes that report the responding process, wait for a file, or end the process. */
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
      // Never cleared, on purpose: it must not keep a process from exiting.
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

export function probeProject(): Promise<ProjectOnDatabase> {
  return projectOnDatabase(CONFIG);
}

export async function startTwo(): Promise<Running> {
  const { folder, environment } = await probeProject();
  const cli = new RunningCli(folder, ['start', '--workers', '2'], environment);
  const [, admin = ''] = await cli.until(/^Admin: (.+)\n/m);
  await cli.until(/^Password: .+\n/m);
  return { folder, cli, admin };
}

/** A request on a new connection: the primary distributes connections, not requests. */
export function get(url: string, timeout = 0): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, timeout }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no response')));
    sent.on('error', reject);
    sent.end();
  });
}

/** The ids of the processes that respond, over as many connections as needed to reach `count` of them. */
export async function pidsOf(admin: string, count = 2): Promise<Set<string>> {
  const pids = new Set<string>();
  await until(async () => {
    pids.add((await get(`${admin}/+pid`)).text);
    return pids.size >= count;
  });
  return pids;
}
