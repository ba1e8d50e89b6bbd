// Our commands as command modules of yargs: it parses, checks, helps and completes by them.
import type { Argv, CommandModule } from 'yargs';
import type { CommandOption } from '../core/command.ts';
import { type CliCommand, partsOf } from './cli-command.ts';

/** One word of the command line: `user` has the children `create` and `password`, and no command of its own. */
export interface CommandNode {
  /** `user create`; empty for the root. */
  readonly path: string;
  readonly children: Map<string, CommandNode>;
  command: CliCommand | undefined;
}

/** The values that yargs has read. */
export type ReadValues = Readonly<Record<string, unknown>>;

export interface CommandListener {
  /** yargs has descended to this word. */
  entered(node: CommandNode): void;
  /** The line names this command. */
  chosen(command: CliCommand, read: ReadValues): void;
}

/** Commands by their words. */
export function commandTree(commands: readonly CliCommand[]): CommandNode {
  const root = nodeAt('');
  for (const command of commands) {
    let node = root;
    for (const word of partsOf(command).words) {
      const next = node.children.get(word) ?? nodeAt(`${node.path} ${word}`.trimStart());
      node.children.set(word, next);
      node = next;
    }
    node.command = command;
  }
  return root;
}

/** Registers the commands below a node. */
export function addModules(parser: Argv, node: CommandNode, listener: CommandListener): Argv {
  for (const [word, child] of node.children) parser.command(moduleOf(word, child, listener));
  return parser;
}

function moduleOf(word: string, node: CommandNode, listener: CommandListener): CommandModule {
  const { command } = node;
  const positions = command === undefined ? [] : partsOf(command).positions;
  return {
    command: [word, ...positions.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`))].join(' '),
    describe: command?.description ?? `One of: ${[...node.children.keys()].join(', ')}`,
    builder(parser) {
      listener.entered(node);
      for (const { name } of positions) parser.positional(name, { type: 'string' });
      for (const [name, option] of Object.entries(command?.options ?? {})) parser.option(name, optionOf(option));
      return addModules(parser, node, listener);
    },
    handler(read) {
      if (command !== undefined) listener.chosen(command, read);
    },
  };
}

function optionOf({ description, type, choices, required, default: preset }: CommandOption) {
  return {
    description,
    type,
    // Without it, an option at the end of the line would be an empty text, or the number 0.
    requiresArg: type !== 'boolean',
    ...(choices !== undefined && { choices }),
    ...(required === true && { demandOption: true }),
    ...(preset !== undefined && { default: preset }),
  };
}

function nodeAt(path: string): CommandNode {
  return { path, children: new Map(), command: undefined };
}
