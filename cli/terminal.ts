import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { promptCancelled } from './errors.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Colours if a terminal is attached and NO_COLOR is not set; plain text in pipes, files and CI logs. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  // validateStream checks the terminal and NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR.
  return styleText(style, text, { stream, validateStream: true });
}

/** Characters that move the cursor, colour or reorder: values of rows must not control the user's terminal. */
const CONTROL_CHARACTERS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** One line to standard output. Use `printPlain` for values of rows. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A line that plugins' commands print: it contains values, so control characters are removed. */
export function printPlain(line: string): void {
  print(plainText(line));
}

/** Text that contains values of rows, without the characters that control a terminal. */
export function plainText(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (character) =>
    character === '\t' || character === '\n' ? character : '\ufffd',
  );
}

/** One line to standard error: progress and notes, so that output can be piped. */
export function printToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * From now on, output that cannot be written (a full disk, a reader that is gone) is lost. For processes that serve: it must not
 * end them. Other commands fail, since their output is what they were run for.
 */
export function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // The log of Slonik, which is not used, throws what its stream reports.
    stream.removeAllListeners('error');
    // fault: output-ends-server
    stream.on('error', () => {});
  }
}

/** Prompts without echo; undefined if there is no terminal. */
export async function askSecret(question: string): Promise<string | undefined> {
  if (!canAsk()) return undefined;
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await reader.question('');
  } catch (error) {
    throw error instanceof Error && error.name === 'AbortError' ? promptCancelled() : error;
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

/** Whether there is a terminal to ask on. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks for a line; undefined if there is no terminal. The question goes to standard error, so that output can be piped. */
export async function ask(question: string): Promise<string | undefined> {
  if (!canAsk()) return undefined;
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  try {
    return (await reader.question(`${question} `)).trim();
  } catch (error) {
    throw error instanceof Error && error.name === 'AbortError' ? promptCancelled() : error;
  } finally {
    reader.close();
  }
}

/** Lines of a table with aligned columns. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
