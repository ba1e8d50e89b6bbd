// Options of the commands that serve a project.
import type { CommandInput, CommandOption } from '../../core/command.ts';
import { invalidPort, invalidWorkerCount } from '../errors.ts';

const MAX_PORT = 65_535;
const MAX_WORKERS = 128;

export const portOption: Readonly<Record<string, CommandOption>> = {
  port: { description: 'Port to listen on, 0 for any free port; overrides PORT', type: 'number' },
};

export const workersOption: Readonly<Record<string, CommandOption>> = {
  workers: {
    description: 'Number of web processes that share the port; SIGHUP reloads them one after another (default 1)',
    type: 'number',
  },
};

/**
 * Makes the option override the variable PORT, which in turn overrides the file .env.
 *
 * @throws RustioError `RIO-CLI-USAGE` for an invalid port.
 */
export function applyPort({ port }: CommandInput['values'], environment: NodeJS.ProcessEnv = process.env): void {
  if (port === undefined) return;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > MAX_PORT)
    throw invalidPort({ max: MAX_PORT });
  environment.PORT = String(port);
}

/**
 * The number of web processes to start.
 *
 * @throws RustioError `RIO-CLI-USAGE` for an invalid number.
 */
export function workerCount({ workers = 1 }: CommandInput['values']): number {
  if (typeof workers === 'number' && Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS)
    return workers;
  throw invalidWorkerCount({ max: MAX_WORKERS });
}
