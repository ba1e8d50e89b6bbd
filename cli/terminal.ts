import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { RustioError } from '../core/errors.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Colours where a terminal reads along and NO_COLOR is not set; plain text in pipes, files and CI logs. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  // validateStream looks at the terminal and at NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR.
  return styleText(style, text, { stream, validateStream: true });
}

/** What moves the cursor, colours or reorders: a value of a row must not play with the terminal of who reads it. */
const PLAYFUL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** One line to standard output. What may hold values of rows goes through `printPlain`. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A line that commands of plugins print: made of values, so without anything that a terminal would obey. */
export function printPlain(line: string): void {
  print(line.replace(PLAYFUL, (sign) => (sign === '\t' || sign === '\n' ? sign : '\ufffd')));
}

/** One line to standard error: progress and remarks, so that output can be piped on. */
export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Asks without echo; undefined where nobody sits at a terminal. */
export async function askSecret(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await reader.question('');
  } catch (error) {
    throw error instanceof Error && error.name === 'AbortError' ? unanswered() : error;
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

function unanswered(): RustioError {
  return new RustioError(
    'RIO-CLI-UNANSWERED',
    {
      problem: 'Nothing was changed.',
      why: 'The question was not answered.',
      fix: 'Run the command again; without a terminal give the answer as an option.',
      retry: 'At once.',
    },
    { exitCode: 2 },
  );
}

/** Lines of a table whose columns stand under each other. */
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
