// Converts failures reported by yargs to our own errors: what is wrong, what is available, and a suggestion.

import { nearest } from '../core/base/nearest.ts';
import type { RustioError } from '../core/errors/rustio-error.ts';
import { formatUsage, parseCommandName } from './cli-command.ts';
import type { CommandNode } from './command-modules.ts';
import {
  argumentMissing,
  invalidChoice,
  invalidCommandLine,
  subcommandMissing,
  unexpectedArgument,
  unknownCommand,
  unknownOption,
  valueMissing,
} from './errors.ts';

/**
 * The error for the most helpful failure. A misspelled name also explains why another one is missing, so it comes first. `node`
 * is how far the command line could be parsed.
 */
export function usageError(failures: readonly string[], node: CommandNode, argv: readonly string[]): RustioError {
  for (const { pattern, error } of TRANSLATIONS) {
    for (const failure of failures) {
      const match = pattern.exec(failure);
      if (match) return error(match.slice(1), node, argv);
    }
  }
  return invalidCommandLine({ message: failures[0] ?? 'Invalid arguments', hint: helpHint(node) });
}

/** The error for a command line that ends before a subcommand, such as `user`. */
export function incomplete(node: CommandNode): RustioError {
  const available = [...node.children.values()].map(({ path }) => path).join(', ');
  return subcommandMissing({ command: node.path, available, hint: helpHint(node) });
}

export function helpHint({ path }: Pick<CommandNode, 'path'>): string {
  return path === '' ? 'See npx rustio-admin --help.' : `See npx rustio-admin ${path} --help.`;
}

interface Translation {
  /** Matches an English message of yargs. */
  readonly pattern: RegExp;
  readonly error: (parts: readonly string[], node: CommandNode, argv: readonly string[]) => RustioError;
}

const TRANSLATIONS: readonly Translation[] = [
  {
    pattern: /^Unknown arguments?: (.+)$/s,
    error: ([list = ''], node, argv) => {
      const names = list.split(', ');
      const option = names.find((name) => isOption(name, argv));
      return option === undefined ? unknownWord(names[0] ?? '', node) : unknownName(option, node);
    },
  },
  {
    pattern: /^Not enough arguments following: (.+)$/s,
    error: ([option = ''], node) => valueMissing({ option, hint: helpHint(node) }),
  },
  {
    pattern: /^Invalid values:\n\s+Argument: ([^,\n]+), Given: ([^\n]+), Choices: [^\n]+/s,
    error: ([option = '', value = ''], node) => notAChoice(option, value.replaceAll('"', ''), node),
  },
  {
    pattern: /^Missing required arguments?: (.+)$/s,
    error: ([list = ''], node) => missing(list.split(', ')[0] ?? '', node),
  },
];

/** Whether a name that yargs reports, without hyphens, is an option on the command line. The `5` in `-5` counts, too. */
function isOption(name: string, argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv
    .slice(0, end === -1 ? argv.length : end)
    .some(
      (word) =>
        word === `--${name}` ||
        word.startsWith(`--${name}=`) ||
        (name.length === 1 && /^-[^-]/.test(word) && word.includes(name)),
    );
}

function unknownName(name: string, node: CommandNode): RustioError {
  const options = Object.keys(node.command?.options ?? {});
  const suggestion = nearest(name, [...options, 'help', 'project']);
  return unknownOption({
    option: `${name.length === 1 ? '-' : '--'}${name}`,
    owner: node.path === '' ? '' : ` of "${node.path}"`,
    available: options.map((each) => `--${each}`).join(', '),
    hint: suggestion === undefined ? helpHint(node) : `Did you mean --${suggestion}?`,
  });
}

function unknownWord(word: string, node: CommandNode): RustioError {
  const words = [...node.children.keys()];
  if (words.length === 0) return unexpectedArgument({ argument: word, usage: usage(node), hint: helpHint(node) });
  const commandName = (each: string): string => `${node.path} ${each}`.trimStart();
  const suggestion = nearest(word, words);
  return unknownCommand({
    command: commandName(word),
    available: words.map(commandName).join(', '),
    hint: suggestion === undefined ? helpHint(node) : `Did you mean "npx rustio-admin ${commandName(suggestion)}"?`,
  });
}

function notAChoice(option: string, value: string, node: CommandNode): RustioError {
  const choices = node.command?.options?.[option]?.choices ?? [];
  const suggestion = nearest(value, choices);
  const hint = suggestion === undefined ? helpHint(node) : `Did you mean "--${option} ${suggestion}"?`;
  return invalidChoice({ value, option, choices: choices.join(', '), hint });
}

function missing(name: string, node: CommandNode): RustioError {
  const isPosition =
    node.command !== undefined && parseCommandName(node.command).positions.some((each) => each.name === name);
  return argumentMissing({
    argument: isPosition ? `<${name}>` : `--${name}`,
    usage: isPosition ? usage(node) : `${usage(node)} --${name} …`,
    hint: helpHint(node),
  });
}

function usage({ path, command }: CommandNode): string {
  return `npx rustio-admin ${command === undefined ? path : formatUsage(command)}`;
}
