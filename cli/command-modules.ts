// Converts commands to yargs command modules, which yargs uses for parsing, validation, help and completion.
import type { Argv, CommandModule } from 'yargs';
import type { CommandOption } from '../core/command.ts';
import { type CliCommand, parseCommandName } from './cli-command.ts';

/** One word of the command line. `user` has the children `create` and `password`, and is not itself a command. */
export interface CommandNode {
  /** For example `user create`; empty for the root. */
  readonly path: string;
  readonly children: Map<string, CommandNode>;
  command: CliCommand | undefined;
  /** What the commands below this word are for. */
  summary: string | undefined;
}

/** The values of a command line, as parsed by yargs. */
export type ParsedValues = Readonly<Record<string, unknown>>;

export interface CommandListener {
  /** Called when yargs descends to this word. */
  entered(node: CommandNode): void;
  /** Called when the command line names this command. */
  selected(command: CliCommand, parsed: ParsedValues): void;
}

/** Builds a tree of the commands by their words. */
export function commandTree(commands: readonly CliCommand[]): CommandNode {
  const root = nodeAt('');
  for (const command of commands) {
    let node = root;
    const { words } = parseCommandName(command);
    for (const word of words) {
      const next = node.children.get(word) ?? nodeAt(`${node.path} ${word}`.trimStart());
      node.children.set(word, next);
      node = next;
      if (node.path !== words.join(' ')) node.summary ??= command.group;
    }
    node.command = command;
  }
  return root;
}

export function addModules(parser: Argv, node: CommandNode, listener: CommandListener): Argv {
  for (const [word, child] of node.children) parser.command(moduleOf(word, child, listener));
  return parser;
}

function moduleOf(word: string, node: CommandNode, listener: CommandListener): CommandModule {
  const { command } = node;
  const positions = command === undefined ? [] : parseCommandName(command).positions;
  return {
    command: [word, ...positions.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))].join(' '),
    describe: command?.description ?? node.summary ?? `Subcommands: ${[...node.children.keys()].join(', ')}`,
    builder(parser) {
      listener.entered(node);
      for (const { name } of positions) parser.positional(name, { type: 'string' });
      for (const [name, option] of Object.entries(command?.options ?? {})) parser.option(name, optionOf(option));
      return addModules(parser, node, listener);
    },
    handler(parsed) {
      if (command !== undefined) listener.selected(command, parsed);
    },
  };
}

function optionOf({ description, type, choices, required, default: defaultValue }: CommandOption) {
  return {
    description,
    type,
    // Otherwise, an option without a value at the end of the line would be parsed as an empty string or 0.
    requiresArg: type !== 'boolean',
    // Not inherited by subcommands: `migrate make` does not have the options of `migrate`.
    global: false,
    ...(choices !== undefined && { choices }),
    ...(required === true && { demandOption: true }),
    ...(defaultValue !== undefined && { default: defaultValue }),
  };
}

function nodeAt(path: string): CommandNode {
  return { path, children: new Map(), command: undefined, summary: undefined };
}
