import type { CommandInput, CommandOption } from '../core/command.ts';

/** A command of the command line; plugins' commands are turned into these. */
export interface CliCommand {
  /** `migrate make [NAME]`: words in capitals are positions, those in brackets are optional. */
  readonly name: string;
  readonly description: string;
  readonly options?: Readonly<Record<string, CommandOption>>;
  run(call: CliCall): Promise<void>;
}

export interface CliCall extends CommandInput {
  /** The value of `--project`. */
  readonly projectOption: string | undefined;
}

/** A position of a command: `EMAIL`, `[NAME]`. */
export interface Position {
  readonly name: string;
  readonly required: boolean;
}

/** Splits a command's name: `user password EMAIL` are the words `user`, `password` and the position `email`. */
export function partsOf(command: Pick<CliCommand, 'name'>): { words: string[]; positions: Position[] } {
  const parts = command.name.split(' ');
  const words = parts.filter((part) => !isPosition(part));
  const positions = parts
    .filter(isPosition)
    .map((part) => ({ name: part.replace(/[[\]]/g, '').toLowerCase(), required: !part.startsWith('[') }));
  return { words, positions };
}

/** How it is typed: `user password <email>`. */
export function usageOf(command: Pick<CliCommand, 'name'>): string {
  const { words, positions } = partsOf(command);
  return [...words, ...positions.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))].join(' ');
}

function isPosition(part: string): boolean {
  return /^\[?[A-Z][A-Z0-9_]*\]?$/.test(part);
}
