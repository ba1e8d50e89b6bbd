/**
 * Benchmarks as ratios: against handlers written by hand, against its own first page, against smaller tables.
 *
 *   npm run bench                   everything, on a million rows
 *   npm run bench -- list search    only these: list, pages, seal, search, session, sign-in, size, start, memory, weight, workers
 *   npm run bench -- --full         also with ten million rows; creating them takes minutes
 *   npm run bench -- --keep         keeps the rows for the next run
 *   npm run bench -- --rounds 15    takes longer, and varies less
 *
 * Nothing fails here, since a busy machine is not an error in the code. `docs/performance.md` explains what is compared.
 */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '../support/client.ts';
import type { Bench, Benchmark } from './bench.ts';
import { list } from './benchmarks/list.ts';
import { memory } from './benchmarks/memory.ts';
import { pages } from './benchmarks/pages.ts';
import { seal } from './benchmarks/seal.ts';
import { search } from './benchmarks/search.ts';
import { session } from './benchmarks/session.ts';
import { signIn as signInBenchmark } from './benchmarks/sign-in.ts';
import { size } from './benchmarks/size.ts';
import { start } from './benchmarks/start.ts';
import { weight } from './benchmarks/weight.ts';
import { workers } from './benchmarks/workers.ts';
import { type Child, runScript, startChild, startOurs, startWorkers } from './child.ts';
import { ADMINISTRATOR, COOKIE } from './data.ts';
import { type Figure, isMet, table } from './figure.ts';
import { HOME, startBenchServer } from './server.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  list,
  pages,
  search,
  seal,
  size,
  session,
  'sign-in': signInBenchmark,
  start,
  memory,
  weight,
  workers,
};
const PROJECT = path.join(import.meta.dirname, 'project');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean' }, keep: { type: 'boolean' }, rounds: { type: 'string' } },
});
const selected = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
const unknown = selected.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`Unknown benchmark: ${unknown.join(', ')}. Available: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

const server = await startBenchServer(values.keep === true);
const running: Child[] = [];
try {
  const environment = { DATABASE_URL: server.url, RUSTIO_SECRET_KEYS: randomBytes(32).toString('hex') };
  const full = values.full === true;
  await runScript(path.join(import.meta.dirname, 'make-data.ts'), { ...environment, FULL: full ? '1' : '' });
  await server.warmUp();
  const ours = await startOurs(PROJECT, environment);
  running.push(ours);
  const bench: Bench = {
    server,
    ours,
    startAnother: () => startOurs(PROJECT, environment),
    startWorkers: (count) => startWorkers(PROJECT, count, environment),
    startContender: (name) => startChild([path.join(import.meta.dirname, 'contenders', `${name}.ts`)], environment),
    cookie: await signIn(ours),
    rounds: Number(values.rounds ?? 9),
    roundMs: 1_000,
    full,
  };
  const figures: Figure[] = [];
  for (const name of selected) {
    console.log(`${name} …`);
    figures.push(...((await BENCHMARKS[name]?.(bench)) ?? []));
  }
  const missedGoals = figures.filter((figure) => isMet(figure) === false).length;
  console.log(
    `\nNode ${process.versions.node}, PostgreSQL ${server.version}, ${cpus().length} × ${cpus()[0]?.model}\n`,
  );
  console.log(table(figures));
  console.log(missedGoals === 0 ? '\nAll goals are met.' : `\n${missedGoals} goals are missed.`);
  if (values.keep === true) console.log(`The rows are kept in ${HOME}; a run without --keep deletes them.`);
} finally {
  for (const child of running) await child.stop();
  await server.stop();
}

async function signIn({ origin }: Child): Promise<string> {
  const client = new Client(origin);
  const { status } = await client.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  if (status !== 303) throw new Error(`Signing in returned ${status}.`);
  return `${COOKIE}=${client.cookie(COOKIE)}`;
}
