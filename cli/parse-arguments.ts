// The one place that knows yargs. What comes out is plain data, checked by us: yargs' own messages name neither what is
// known nor what was meant.
import yargs, { type Argv } from 'yargs';
import type { CommandInput } from '../core/command.ts';
import { nearest } from '../core/model/nearest.ts';
import { type CliCommand, partsOf } from './cli-command.ts';
import { misuse } from './misuse.ts';

type Values = CommandInput['values'];

export type Parsed =
  | { readonly kind: 'print'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly command: CliCommand;
      readonly values: Values;
      readonly projectOption: string | undefined;
    };

const GLOBAL_OPTIONS = ['help', 'version', 'project'];

/** The first words of a command line that are no options: what decides which command is meant. */
export function leadingWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--project') index++;
    else if (!word.startsWith('-')) words.push(word);
  }
  return words;
}

/** What `--project` says, before the rest of the line is understood. */
export function projectIn(argv: readonly string[]): string | undefined {
  const index = argv.indexOf('--project');
  if (index >= 0) return argv[index + 1];
  return argv.find((word) => word.startsWith('--project='))?.slice('--project='.length);
}

/** The command with the most words that begin the line: `migrate make` before `migrate`. */
export function commandFor(words: readonly string[], commands: readonly CliCommand[]): CliCommand | undefined {
  return commands
    .map((command) => ({ command, own: partsOf(command).words }))
    .filter(({ own }) => own.every((word, index) => words[index] === word))
    .sort((one, other) => other.own.length - one.own.length)[0]?.command;
}

/** Reads a command line; throws RIO-CLI-USAGE when it is not understood. */
export async function parseArguments(
  argv: readonly string[],
  commands: readonly CliCommand[],
  version: string,
): Promise<Parsed> {
  const words = leadingWords(argv);
  const asksHelp = argv.includes('--help') || argv.includes('-h');
  if (argv.includes('--version') && words.length === 0) return { kind: 'print', text: version };
  const command = commandFor(words, commands);
  const isIncomplete = command === undefined && commands.some(({ name }) => name.split(' ')[0] === words[0]);
  if (words.length === 0 || (asksHelp && (command === undefined || isIncomplete))) {
    return { kind: 'print', text: overview(commands, words[0]) };
  }
  if (command === undefined) throw unknownCommand(words, commands);
  if (asksHelp) return { kind: 'print', text: await helpFor(command) };
  return readCommand(argv, command);
}

async function readCommand(argv: readonly string[], command: CliCommand): Promise<Parsed> {
  const { words, positions } = partsOf(command);
  const read: Readonly<Record<string, unknown>> = await parserFor(command, 'parse').parseAsync([...argv]);
  const { _: rest, $0: _script, ...named } = read;

  const options = Object.keys(command.options ?? {});
  for (const name of Object.keys(named)) {
    if (!options.includes(name) && !GLOBAL_OPTIONS.includes(name)) throw unknownOption(name, command, options);
  }
  const given = (Array.isArray(rest) ? rest.map(String) : []).slice(words.length);
  const missing = positions.filter(({ required }) => required)[given.length];
  if (missing !== undefined) {
    throw misuse(`${missing.name.toUpperCase()} is missing.`, `The command reads: ${command.name}.`, helpHint(command));
  }
  const tooMuch = given[positions.length];
  if (tooMuch !== undefined) {
    throw misuse(`"${tooMuch}" is one word too many.`, `The command reads: ${command.name}.`, helpHint(command));
  }
  const values: Record<string, string | boolean | number | undefined> = {};
  for (const [index, position] of positions.entries()) values[position.name] = given[index];
  for (const name of options) values[name] = optionValue(command, name, named[name]);
  return { kind: 'run', command, values, projectOption: text(named.project, 'project') };
}

function optionValue(command: CliCommand, name: string, value: unknown): string | boolean | number | undefined {
  const option = command.options?.[name];
  if (value === undefined) {
    if (option?.required === true) {
      throw misuse(`--${name} is missing.`, `"${partsOf(command).words.join(' ')}" needs it.`, helpHint(command));
    }
    return option?.default;
  }
  if (option?.type === 'boolean') return value === true;
  const written = text(value, name);
  if (option?.type === 'number') {
    const number = written?.trim() ? Number(written) : Number.NaN;
    if (!Number.isNaN(number)) return number;
    throw misuse(`--${name} is no number.`, 'It takes a number.', helpHint(command));
  }
  if (written !== undefined && option?.choices !== undefined && !option.choices.includes(written)) {
    const meant = nearest(written, option.choices);
    throw misuse(
      `--${name} cannot be "${written}".`,
      `It takes one of: ${option.choices.join(', ')}.`,
      meant === undefined ? helpHint(command) : `Did you mean "--${name} ${meant}"?`,
    );
  }
  return written;
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw misuse(`--${name} needs exactly one value.`, 'It was given none, or several.', `Write --${name} VALUE once.`);
}

function parserFor(command: CliCommand, use: 'parse' | 'help'): Argv {
  const parser = yargs()
    .parserConfiguration({ 'camel-case-expansion': false, 'parse-positional-numbers': false, 'dot-notation': false })
    .locale('en')
    .scriptName('rustio-admin')
    .usage(`rustio-admin ${command.name}\n\n${command.description}`)
    .option('project', { type: 'string', description: 'Folder of the project; else the nearest one upward' })
    .option('help', { alias: 'h', type: 'boolean', description: 'Show this' })
    .help(false)
    .version(false)
    .exitProcess(false)
    .wrap(100);
  for (const [name, option] of Object.entries(command.options ?? {})) {
    const { description, type, choices, default: preset } = option;
    // Choices and defaults stand in the help text; we check and fill them in ourselves.
    const extra = [choices?.join(', '), preset === undefined ? undefined : `default: ${preset}`].filter(Boolean);
    parser.option(name, {
      // yargs would make 0 of an empty number, and nothing of a missing one.
      type: use === 'parse' && type === 'number' ? 'string' : type,
      description: extra.length === 0 ? description : `${description} [${extra.join('; ')}]`,
    });
  }
  return parser;
}

function helpFor(command: CliCommand): Promise<string> {
  return parserFor(command, 'help').getHelp();
}

function overview(commands: readonly CliCommand[], word: string | undefined): string {
  const shown = commands.filter(({ name }) => word === undefined || name.split(' ')[0] === word);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
  return [
    'rustio-admin COMMAND [options]',
    '',
    ...lines,
    '',
    '  --project FOLDER  the project; else the nearest folder upward with a rustio.config.ts',
    '  --help            what a command takes',
    '  --version',
  ].join('\n');
}

function unknownCommand(words: readonly string[], commands: readonly CliCommand[]): Error {
  const first = words[0] ?? '';
  const sameStart = commands.map((command) => partsOf(command).words).filter((own) => own[0] === first);
  const isKnownFirst = sameStart.length > 0;
  const written = isKnownFirst ? words.slice(0, 2).join(' ') : first;
  const candidates = isKnownFirst
    ? sameStart.map((own) => own.join(' '))
    : [...new Set(commands.map((command) => partsOf(command).words[0] ?? ''))];
  const meant = words.length === 1 && isKnownFirst ? undefined : nearest(written, candidates);
  return misuse(
    isKnownFirst && words.length === 1 ? `"${first}" needs one more word.` : `There is no command "${written}".`,
    `Known are: ${candidates.join(', ')}.`,
    meant === undefined ? 'See rustio-admin --help.' : `Did you mean "rustio-admin ${meant}"?`,
  );
}

function unknownOption(name: string, command: CliCommand, options: readonly string[]): Error {
  const meant = nearest(name, [...options, ...GLOBAL_OPTIONS]);
  return misuse(
    `There is no option "${name.length === 1 ? '-' : '--'}${name}" of "${partsOf(command).words.join(' ')}".`,
    options.length === 0
      ? 'It takes none of its own.'
      : `It takes: ${options.map((known) => `--${known}`).join(', ')}.`,
    meant === undefined ? helpHint(command) : `Did you mean --${meant}?`,
  );
}

function helpHint(command: CliCommand): string {
  return `See rustio-admin ${partsOf(command).words.join(' ')} --help.`;
}
