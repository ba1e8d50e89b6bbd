import type { CommandInput, CommandOption } from '../../core/command.ts';
import { misuse } from '../misuse.ts';

const MAX_WORKERS = 128;

export const workersOption: Readonly<Record<string, CommandOption>> = {
  workers: {
    description: 'Number of web processes that share the port; SIGHUP reloads them one after another (default 1)',
    type: 'number',
  },
};

/** How many web processes to start. Throws RIO-CLI-USAGE for what is not a number of processes. */
export function workerCount({ workers = 1 }: CommandInput['values']): number {
  if (typeof workers === 'number' && Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS)
    return workers;
  throw misuse(
    '--workers is not a number of processes.',
    `It takes a whole number from 1 to ${MAX_WORKERS}; as many as the machine has cores is a good start.`,
    'Write, for example: --workers 2',
  );
}
