import type { CommandInput, CommandOption } from '../../core/command.ts';
import { misuse } from '../misuse.ts';

const HIGHEST = 65_535;

/** Of the commands that listen. */
export const portOption: Readonly<Record<string, CommandOption>> = {
  port: { description: 'Port to listen on, 0 for any free one; wins over PORT and .env', type: 'number' },
};

/** Lets the option stand in for the variable PORT, which wins over the file .env. Throws RIO-CLI-USAGE for what is no port. */
export function applyPort({ port }: CommandInput['values'], environment: NodeJS.ProcessEnv = process.env): void {
  if (port === undefined) return;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > HIGHEST) {
    throw misuse(
      '--port is no port.',
      `It takes a whole number from 0 to ${HIGHEST}.`,
      'Write, for example: --port 8001',
    );
  }
  environment.PORT = String(port);
}
