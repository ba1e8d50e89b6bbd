import { RustioError } from '../errors.ts';
import type { BootProblem } from '../problem.ts';
import { nameConflicts } from './conflicts.ts';
import type { BootFacts } from './facts.ts';
import { brokenReferences } from './references.ts';

/** Stops the boot and names every problem at once. */
export function stopIfAny(problems: readonly BootProblem[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new RustioError(
    'RIO-BOOT-PROBLEMS',
    {
      problem: `The application could not start: ${count} in its configuration.`,
      why: 'Names and references are checked before anything is served.',
      fix: problems.length === 1 ? 'Fix the problem listed above.' : 'Fix the problems listed above.',
      retry: 'After the change.',
    },
    { exitCode: 2, details: problems.map(({ where, problem }) => `${where}: ${problem}`) },
  );
}

/** What no plugin can see alone: names that two of them use, and references to what does not exist. */
export function checkBoot(facts: BootFacts): readonly BootProblem[] {
  return [...nameConflicts(facts), ...brokenReferences(facts)];
}
