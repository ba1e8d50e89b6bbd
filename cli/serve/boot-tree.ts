import { columns } from '../terminal.ts';

/** The plugins in their order, each with the milliseconds that it took. */
export function bootTree(timings: ReadonlyMap<string, number>): string[] {
  const rows = [...timings].map(([name, ms], index) => {
    const branch = index === timings.size - 1 ? '└─' : '├─';
    return [`  ${branch} ${name}`, `${ms.toFixed(1).padStart(7)} ms`];
  });
  return columns(rows);
}
