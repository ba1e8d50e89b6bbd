// Turns what yargs reports into our own errors: what is wrong, what is known, and what was probably meant.
import type { RustioError } from '../core/errors.ts';
import { nearest } from '../core/model/nearest.ts';
import { partsOf, usageOf } from './cli-command.ts';
import type { CommandNode } from './command-modules.ts';
import { misuse } from './misuse.ts';

/**
 * The error for the most helpful of yargs' messages: a misspelt name explains why another one is missing, so it comes first.
 * `node`: how far the command line was understood.
 */
export function usageError(failures: readonly string[], node: CommandNode, argv: readonly string[]): RustioError {
  for (const { pattern, error } of TRANSLATIONS) {
    for (const failure of failures) {
      const match = pattern.exec(failure);
      if (match) return error(match.slice(1), node, argv);
    }
  }
  return misuse(`${failures[0] ?? 'The command line'}.`, 'The command line was not understood.', helpHint(node));
}

/** A word that needs another one: `user`. */
export function incomplete(node: CommandNode): RustioError {
  const candidates = [...node.children.values()].map(({ path }) => path);
  return misuse(`"${node.path}" needs one more word.`, `Available: ${candidates.join(', ')}.`, helpHint(node));
}

export function helpHint({ path }: Pick<CommandNode, 'path'>): string {
  return path === '' ? 'See rustio-admin --help.' : `See rustio-admin ${path} --help.`;
}

interface Translation {
  /** A message of yargs in English. */
  readonly pattern: RegExp;
  readonly error: (parts: readonly string[], node: CommandNode, argv: readonly string[]) => RustioError;
}

const TRANSLATIONS: readonly Translation[] = [
  {
    pattern: /^Unknown arguments?: (.+)$/s,
    error: ([list = ''], node, argv) => {
      const names = list.split(', ');
      const option = names.find((name) => isOption(name, argv));
      return option === undefined ? unknownWord(names[0] ?? '', node) : unknownOption(option, node);
    },
  },
  {
    pattern: /^Not enough arguments following: (.+)$/s,
    error: ([name = ''], node) => misuse(`--${name} needs exactly one value.`, 'It was given none.', helpHint(node)),
  },
  {
    pattern: /^Invalid values:\n\s+Argument: ([^,\n]+), Given: ([^\n]+), Choices: [^\n]+/s,
    error: ([name = '', given = ''], node) => badChoice(name, given.replaceAll('"', ''), node),
  },
  {
    pattern: /^Missing required arguments?: (.+)$/s,
    error: ([list = ''], node) => missing(list.split(', ')[0] ?? '', node),
  },
];

/** yargs gives names without their hyphens; a number in the list of words is one of `-5` as well. */
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

function unknownOption(name: string, node: CommandNode): RustioError {
  const own = Object.keys(node.command?.options ?? {});
  const meant = nearest(name, [...own, 'help', 'project']);
  const of = node.path === '' ? '' : ` of "${node.path}"`;
  return misuse(
    `There is no option "${name.length === 1 ? '-' : '--'}${name}"${of}.`,
    own.length === 0 ? 'It has no options of its own.' : `Its options: ${own.map((each) => `--${each}`).join(', ')}.`,
    meant === undefined ? helpHint(node) : `Did you mean --${meant}?`,
  );
}

function unknownWord(word: string, node: CommandNode): RustioError {
  const words = [...node.children.keys()];
  const written = `${node.path} ${word}`.trimStart();
  if (words.length === 0) {
    return misuse(`"${word}" is one argument too many.`, `The command is: ${usage(node)}.`, helpHint(node));
  }
  const meant = nearest(word, words);
  return misuse(
    `There is no command "${written}".`,
    `Available: ${words.map((each) => `${node.path} ${each}`.trimStart()).join(', ')}.`,
    meant === undefined ? helpHint(node) : `Did you mean "rustio-admin ${`${node.path} ${meant}`.trimStart()}"?`,
  );
}

function badChoice(name: string, given: string, node: CommandNode): RustioError {
  const choices = node.command?.options?.[name]?.choices ?? [];
  const meant = nearest(given, choices);
  return misuse(
    `--${name} cannot be "${given}".`,
    `It is one of: ${choices.join(', ')}.`,
    meant === undefined ? helpHint(node) : `Did you mean "--${name} ${meant}"?`,
  );
}

function missing(name: string, node: CommandNode): RustioError {
  const isPosition = node.command !== undefined && partsOf(node.command).positions.some((each) => each.name === name);
  return misuse(
    isPosition ? `<${name}> is missing.` : `--${name} is missing.`,
    `The command is: ${usage(node)}${isPosition ? '' : ` --${name} …`}.`,
    helpHint(node),
  );
}

function usage({ path, command }: CommandNode): string {
  return `rustio-admin ${command === undefined ? path : usageOf(command)}`;
}
