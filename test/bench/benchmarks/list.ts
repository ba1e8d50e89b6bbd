import { setTimeout as wait } from 'node:timers/promises';
import { type Benchmark, interleaved, LIST, perSecond, ratios } from '../bench.ts';
import { median, percentile } from '../figure.ts';
import { requestOnce } from '../load.ts';

const FIRST_TASKS_MS = 3_000;

/** The first page of a million rows, compared with the same page written by hand. */
export const list: Benchmark = async (bench) => {
  const { server, ours, cookie } = bench;
  const fresh = await bench.startAnother();
  // The first scheduled tasks run within a second, and the server counts their statements, too.
  await wait(FIRST_TASKS_MS);
  const first = await server.costOf(() => requestOnce({ port: fresh.port, path: LIST, cookie }));
  const next = await server.costOf(() => requestOnce({ port: fresh.port, path: LIST, cookie }));
  await fresh.stop();

  const names = ['usual', 'prepared', 'strings', 'bare'];
  const contenders = await Promise.all(names.map((name) => bench.startContender(name)));
  const ports = Object.fromEntries(names.map((name, at) => [name, contenders[at]?.port ?? 0]));
  const requests = Object.entries({ ours: ours.port, ...ports }).map(([name, port]) => [
    name,
    { port, path: LIST, cookie },
  ]);
  const rounds = await interleaved(bench, Object.fromEntries(requests));
  for (const contender of contenders) await contender.stop();

  const times = (rounds.ours ?? []).map((round) => round.times);
  const speed = (name: string) => median((rounds[name] ?? []).map(perSecond));
  return [
    {
      name: 'list: requests per second, relative to the usual handler',
      value: median(ratios(rounds.ours, rounds.usual)),
      unit: '×',
      goal: { atLeast: 1 },
    },
    {
      name: 'list: relative to the best hand-written handler',
      value: median(ratios(rounds.ours, rounds.prepared)),
      unit: '×',
      goal: { atLeast: 0.8 },
    },
    {
      name: 'list: relative to the same without a template language',
      value: median(ratios(rounds.ours, rounds.strings)),
      unit: '×',
    },
    { name: 'list: relative to no framework', value: median(ratios(rounds.ours, rounds.bare)), unit: '×' },
    { name: 'list: rustio-admin', value: speed('ours'), unit: '/s' },
    { name: 'list: usual handler', value: speed('usual'), unit: '/s' },
    { name: 'list: best hand-written handler', value: speed('prepared'), unit: '/s' },
    { name: 'list: best hand-written handler, without a template language', value: speed('strings'), unit: '/s' },
    { name: 'list: no framework', value: speed('bare'), unit: '/s' },
    {
      name: 'list: rustio-admin, median response time',
      value: median(times.map((all) => percentile(all, 0.5))),
      unit: 'ms',
    },
    {
      name: 'list: rustio-admin, 99th percentile',
      value: median(times.map((all) => percentile(all, 0.99))),
      unit: 'ms',
    },
    { name: 'list: page, uncompressed', value: (rounds.ours?.[0]?.bytes ?? 0) / 1024, unit: 'KB' },
    { name: 'list: statements of the very first request', value: first.statements, unit: '', goal: { atMost: 3 } },
    { name: 'list: statements of those that follow', value: next.statements, unit: '', goal: { atMost: 3 } },
  ];
};
