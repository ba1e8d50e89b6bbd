import type { Strike } from './models/strike.ts';

/** What the desk should do next about a strike; undefined if nothing is left to do. */
export function nextStep(strike: Strike): string | undefined {
  if (strike.state === 'closed') return undefined;
  if (strike.officer === null) return 'Assign a case officer';
  if (strike.damage !== 'none' && Number(strike.costTotal) === 0) return 'Request costs from the operator';
  if (strike.speed === null) return 'Request speed from the crew';
  return 'Close the case';
}
