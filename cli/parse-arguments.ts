// The only file that uses yargs. It parses strictly, generates the help of commands and completes words for the shell. Failures
// are converted to RIO-CLI-USAGE.
import yargs from 'yargs';
import type { CommandInput } from '../core/command.ts';
import { type CliCommand, formatUsage, parseCommandName } from './cli-command.ts';
import { addModules, type CommandNode, commandTree, type ParsedValues } from './command-modules.ts';
import type { DeclaredVariable } from './declared-variables.ts';
import { notANumber, notOneValue, unexpectedArgument } from './errors.ts';
import { columns } from './terminal.ts';
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

/** The option that the scripts of `completion` pass to this program. */
export const COMPLETE = '--get-yargs-completions';

export interface ParseOptions {
  readonly commands: readonly CliCommand[];
  readonly version: string;
  /** Environment variables of plugins, shown in the overview. */
  readonly variables?: readonly DeclaredVariable[];
}

/**
 * Parses a command line.
 *
 * @throws RustioError `RIO-CLI-USAGE`, with exit code 2, when it is invalid.
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
  const inherited = inheritedName(argv);
  // fault: inherited-option
  if (inherited !== undefined) throw usageError([`Unknown argument: ${inherited}`], root, argv);
  // yargs reports every failure in its own order and continues; the most helpful one is thrown.
  const failures: string[] = [];
  let node: CommandNode = root;
  let selected: { readonly command: CliCommand; readonly parsed: ParsedValues } | undefined;
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
      description: 'Project folder (default: the nearest one with a rustio.config.ts)',
    })
    .strict()
    .wrap(100)
    .fail((message, error) => {
      failures.push(message ?? error.message);
    });
  // Enabled only on request: otherwise, yargs treats a trailing `help` as a request for help, although an account or group may
  // have that name.
  if (argv.includes('--help') || argv.includes('-h')) parser.help('help', 'Show help');
  addModules(parser, root, {
    entered: (entered) => {
      node = entered;
    },
    selected: (command, parsed) => {
      selected = { command, parsed };
    },
  });
  await parser.parse([...argv], {}, (_error, _argv, text) => {
    output = text;
  });
  if (output !== '') return { kind: 'print', text: output };
  if (failures.length > 0) throw usageError(failures, node, argv);
  if (selected === undefined) throw incomplete(node);
  return {
    kind: 'run',
    command: selected.command,
    values: valuesOf(selected.command, selected.parsed, argv),
    projectOption: singleValue('project', selected.parsed.project, helpHint(node)),
  };
}

/** An option such as `--constructor`, on which yargs crashes because it looks up names in plain objects. */
function inheritedName(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words.map((word) => /^--([^=]+)/.exec(word)?.[1] ?? '').find((name) => name in Object.prototype);
}

/**
 * The output of `rustio-admin --help`: every command with its arguments, the common options, and the variables. The overview of
 * yargs contains only the first words and no variables.
 */
function overview(commands: readonly CliCommand[], variables: readonly DeclaredVariable[]): string {
  const rows = commands.map((command) => [`  ${formatUsage(command)}`, command.description]);
  const declared = variables.map(({ plugin, name, required, description }) => [
    `  ${name}`,
    `${description ?? `Used by the plugin ${plugin}`}${required ? ' (required)' : ''}`,
  ]);
  return [
    'rustio-admin <command> [options]',
    '',
    'Commands:',
    ...columns(rows),
    '',
    'Options:',
    ...columns([
      ['  --project <folder>', 'Project folder (default: the nearest one with a rustio.config.ts)'],
      ['  --help', 'Show help; for a command: npx rustio-admin COMMAND --help'],
      ['  --version', 'Show the version'],
    ]),
    ...(declared.length === 0 ? [] : ['', 'Environment variables of plugins:', ...columns(declared)]),
  ].join('\n');
}

/** Positional arguments and options by name. yargs has validated them, except for duplicate options and invalid numbers. */
function valuesOf(command: CliCommand, parsed: ParsedValues, argv: readonly string[]): Values {
  const { words, positions } = parseCommandName(command);
  const hint = helpHint({ path: words.join(' ') });
  const [unexpected] = Array.isArray(parsed._) ? parsed._.slice(words.length) : [];
  if (unexpected !== undefined) {
    throw unexpectedArgument({ argument: String(unexpected), usage: formatUsage(command), hint });
  }
  const values: Record<string, string | boolean | number | undefined> = {};
  for (const { name } of positions) values[name] = singleValue(name, parsed[name], hint);
  for (const [name, { type, multiple }] of Object.entries(command.options ?? {})) {
    const value = parsed[name];
    if (type === 'number') values[name] = numberOf(name, value, argv, hint);
    else if (type === 'boolean') values[name] = value === undefined ? undefined : value === true;
    else if (multiple === true && Array.isArray(value)) {
      values[name] = value.map((one) => singleValue(name, one, hint)).join(',');
    } else values[name] = singleValue(name, value, hint);
  }
  return values;
}

function numberOf(name: string, value: unknown, argv: readonly string[], hint: string): number | undefined {
  if (value === undefined) return undefined;
  // yargs parses an empty string as 0.
  const isBlank = argv.some(
    (word, at) => new RegExp(`^--${name}=\\s*$`).test(word) || (word === `--${name}` && argv[at + 1]?.trim() === ''),
  );
  if (typeof value === 'number' && !Number.isNaN(value) && !isBlank) return value;
  throw notANumber({ option: name, hint });
}

function singleValue(name: string, value: unknown, hint: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw notOneValue({ option: name, hint });
}

/** The leading words that are not options. They identify the command before parsing. */
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
