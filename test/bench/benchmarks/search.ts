import { type Benchmark, LIST } from '../bench.ts';
import { WORDS } from '../data.ts';
import { median, percentile } from '../figure.ts';
import { type BenchRequest, load } from '../load.ts';

/** Frequent and rare words, pairs of them, parts of words, numbers, and searches without results. */
function searches(): readonly string[] {
  const word = (at: number): string => WORDS[at] ?? '';
  const all: string[] = [];
  for (let at = 0; at < WORDS.length; at += 40) all.push(word(at));
  for (let at = 3; at < WORDS.length; at += 160) all.push(`${word(at)} ${word(WORDS.length - at)}`);
  for (let at = 7; at < WORDS.length; at += 400)
    all.push(word(at).slice(1), `${word(at)}x`, String(at * 249 + 100_000));
  return all;
}

/** Searches of a million titles with the trigram index, one at a time, each for the first time. */
export const search: Benchmark = async ({ ours, cookie, server }) => {
  const requests = searches().map(
    (q): BenchRequest => ({ port: ours.port, path: `${LIST}?q=${encodeURIComponent(q)}`, cookie }),
  );
  let times: readonly number[] = [];
  const cost = await server.costOf(async () => {
    ({ times } = await load(requests, { max: requests.length, connections: 1 }));
  });
  return [
    { name: 'search: 95th percentile', value: percentile(times, 0.95), unit: 'ms', goal: { atMost: 25 } },
    { name: 'search: median', value: median(times), unit: 'ms' },
    { name: 'search: maximum', value: percentile(times, 1), unit: 'ms' },
    { name: 'search: statements each', value: cost.statements / requests.length, unit: '', goal: { atMost: 3 } },
  ];
};
