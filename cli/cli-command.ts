import type { CommandInput, CommandOption } from '../core/command.ts';

/** The conventional exit code of a process ended by SIGINT. */
export const INTERRUPTED = 130;

/** A CLI command. Commands of plugins are converted to this type. */
export interface CliCommand {
  /** For example `migrate make [NAME]`. Words in capitals are positional arguments; those in brackets are optional. */
  readonly name: string;
  readonly description: string;
  readonly group?: string;
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(call: CliCall): Promise<void>;
}

export interface CliCall extends CommandInput {
  /** The value of `--project`. */
  readonly projectOption: string | undefined;
}

/** A positional argument of a command: `EMAIL`, `[NAME]`. */
export interface Position {
  readonly name: string;
  readonly required: boolean;
}

/**
 * Splits a command's name: `user password EMAIL` consists of the words `user`, `password` and the positional argument `email`.
 */
export function parseCommandName(command: Pick<CliCommand, 'name'>): { words: string[]; positions: Position[] } {
  const parts = command.name.split(' ');
  const words = parts.filter((part) => !isPosition(part));
  const positions = parts
    .filter(isPosition)
    .map((part) => ({ name: part.replace(/[[\]]/g, '').toLowerCase(), required: !part.startsWith('[') }));
  return { words, positions };
}

/** In yargs' notation: `user password <email>`. */
export function formatUsage(command: Pick<CliCommand, 'name'>): string {
  const { words, positions } = parseCommandName(command);
  return [...words, ...positions.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))].join(' ');
}

function isPosition(part: string): boolean {
  return /^\[?[A-Z][A-Z0-9_]*\]?$/.test(part);
}
