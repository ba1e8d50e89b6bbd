import type { Strike } from './models/strike.ts';

/** What the desk should do next about a strike; undefined when nothing is left to do. */
export function nextStep(strike: Strike): string | undefined {
  if (strike.state === 'closed') return undefined;
  if (strike.officer === null) return 'Give it to a case officer';
  if (strike.damage !== 'none' && Number(strike.costTotal) === 0) return 'Ask the operator for the costs';
  if (strike.speed === null) return 'Ask the crew for the speed';
  return 'Close it';
}
