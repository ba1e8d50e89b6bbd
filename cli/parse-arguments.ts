// The one place that runs yargs. It parses strictly, generates help and completes words for the shell; its failures become our
// error RIO-CLI-USAGE.
import yargs from 'yargs';
import type { CommandInput } from '../core/command.ts';
import { type CliCommand, partsOf, usageOf } from './cli-command.ts';
import { addModules, type CommandNode, commandTree, type ReadValues } from './command-modules.ts';
import type { DeclaredVariable } from './declared-variables.ts';
import { misuse } from './misuse.ts';
import { overview } from './overview.ts';
import { helpHint, incomplete, usageError } from './usage-error.ts';

type Values = CommandInput['values'];

export type Parsed =
  | { readonly kind: 'print'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly command: CliCommand;
      readonly values: Values;
      readonly projectOption: string | undefined;
    };

/** What the scripts that `completion` prints call us with. */
export const COMPLETE = '--get-yargs-completions';

export interface ParseOptions {
  readonly commands: readonly CliCommand[];
  readonly version: string;
  /** Environment variables of plugins, for the overview. */
  readonly variables?: readonly DeclaredVariable[];
}

/**
 * Reads a command line.
 *
 * @throws RustioError `RIO-CLI-USAGE`, with exit code 2, when it is not understood.
 *
 * @example
 * const parsed = await parseArguments(['user', 'create', '--email', 'a@b.example'], { commands, version });
 */
export async function parseArguments(
  argv: readonly string[],
  { commands, version, variables = [] }: ParseOptions,
): Promise<Parsed> {
  const hasWords = leadingWords(argv).length > 0;
  if (argv[0] !== COMPLETE && !hasWords) {
    const options = argv.filter((word) => !['--help', '-h', '--version'].includes(word));
    if (options.length === argv.length && argv.length > 0 && !argv.some(isProjectOption)) {
      throw usageError([`Unknown argument: ${options[0]?.replace(/^-+/, '')}`], commandTree(commands), argv);
    }
    return { kind: 'print', text: argv.includes('--version') ? version : overview(commands, variables) };
  }
  return read(argv, commands);
}

async function read(argv: readonly string[], commands: readonly CliCommand[]): Promise<Parsed> {
  const root = commandTree(commands);
  // yargs calls back for each failure, in an order of its own, and goes on. All are kept, and the most helpful one is reported.
  const failures: string[] = [];
  let node: CommandNode = root;
  let chosen: { readonly command: CliCommand; readonly read: ReadValues } | undefined;
  let output = '';
  const parser = yargs([...argv])
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-positional-numbers': false,
    })
    .locale('en')
    .scriptName('rustio-admin')
    .exitProcess(false)
    .version(false)
    .help(false)
    .option('help', { alias: 'h', type: 'boolean', description: 'Show help' })
    .option('project', {
      type: 'string',
      requiresArg: true,
      description: 'Folder of the project (default: the nearest one upward)',
    })
    .strict()
    .wrap(100)
    .fail((message, error) => {
      failures.push(message ?? error.message);
    });
  // Only then: where help is enabled, yargs takes a last word `help` for it, too, and an account or group may be called that.
  if (argv.includes('--help') || argv.includes('-h')) parser.help('help', 'Show help');
  addModules(parser, root, {
    entered: (entered) => {
      node = entered;
    },
    chosen: (command, values) => {
      chosen = { command, read: values };
    },
  });
  await parser.parse([...argv], {}, (_error, _argv, text) => {
    output = text;
  });
  if (output !== '') return { kind: 'print', text: output };
  if (failures.length > 0) throw usageError(failures, node, argv);
  if (chosen === undefined) throw incomplete(node);
  return {
    kind: 'run',
    command: chosen.command,
    values: valuesOf(chosen.command, chosen.read, argv),
    projectOption: single('project', chosen.read.project, helpHint(node)),
  };
}

/** Positions and options by name. yargs has checked them, but takes an option twice, and a number that is none. */
function valuesOf(command: CliCommand, read: ReadValues, argv: readonly string[]): Values {
  const { words, positions } = partsOf(command);
  const hint = helpHint({ path: words.join(' ') });
  const [superfluous] = Array.isArray(read._) ? read._.slice(words.length) : [];
  if (superfluous !== undefined) {
    throw misuse(`"${String(superfluous)}" is one argument too many.`, `The command is: ${usageOf(command)}.`, hint);
  }
  const values: Record<string, string | boolean | number | undefined> = {};
  for (const { name } of positions) values[name] = single(name, read[name], hint);
  for (const [name, { type }] of Object.entries(command.options ?? {})) {
    const value = read[name];
    if (type === 'number') values[name] = numberOf(name, value, argv, hint);
    else if (type === 'boolean') values[name] = value === undefined ? undefined : value === true;
    else values[name] = single(name, value, hint);
  }
  return values;
}

function numberOf(name: string, value: unknown, argv: readonly string[], hint: string): number | undefined {
  if (value === undefined) return undefined;
  // yargs reads an empty text as 0.
  const isBlank = argv.some(
    (word, at) => new RegExp(`^--${name}=\\s*$`).test(word) || (word === `--${name}` && argv[at + 1]?.trim() === ''),
  );
  if (typeof value === 'number' && !Number.isNaN(value) && !isBlank) return value;
  throw misuse(`--${name} is not a number.`, 'It takes one number.', hint);
}

function single(name: string, value: unknown, hint: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw misuse(`--${name} needs exactly one value.`, 'It was given none, or several.', hint);
}

/** The words of a command line that are not options: which command is meant, before anything is parsed. */
export function leadingWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--project') index++;
    else if (!word.startsWith('-')) words.push(word);
  }
  return words;
}

/** The value of `--project`, before the rest of the line is parsed. */
export function projectIn(argv: readonly string[]): string | undefined {
  const index = argv.indexOf('--project');
  if (index >= 0) return argv[index + 1];
  return argv.find((word) => word.startsWith('--project='))?.slice('--project='.length);
}

function isProjectOption(word: string): boolean {
  return word === '--project' || word.startsWith('--project=');
}
