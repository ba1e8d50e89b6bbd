import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { promptCancelled } from './errors.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Uses colours if a terminal is attached and NO_COLOR is not set; plain text in pipes, files and CI logs. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  // validateStream checks the terminal and NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR.
  return styleText(style, text, { stream, validateStream: true });
}

/** Characters that move the cursor, change colours or reorder text: values of rows must not control the user's terminal. */
const CONTROL_CHARACTERS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Prints a line to standard output. Use `printPlain` for values of rows. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line of a plugin's command. It may contain values of rows, so control characters are removed. */
export function printPlain(line: string): void {
  print(plainText(line));
}

/** Removes the characters that control a terminal from text with values of rows. */
export function plainText(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (character) =>
    character === '\t' || character === '\n' ? character : '\ufffd',
  );
}

/** Prints a line to standard error: progress and notes, so that standard output can be piped. */
export function printToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Discards output that cannot be written from now on (full disk, closed pipe). For serving processes, which must not end because
 * of it. Other commands fail, because their output is their purpose.
 */
export function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Slonik's log, which is not used, throws the errors of its stream.
    stream.removeAllListeners('error');
    // fault: output-ends-server
    stream.on('error', () => {});
  }
}

/** Asks for a secret without echo; undefined if there is no terminal. */
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

/** Whether there is a terminal for questions. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks for a line; undefined if there is no terminal. The question goes to standard error, so that standard output can be piped.
 */
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
