import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Place {
  readonly message: string;
  /** `models/strike.ts:12`, relative to the project; undefined when no line of the project is to blame. */
  readonly place: string | undefined;
  /** The lines of source that Node showed with a syntax error. */
  readonly source: readonly string[];
}

const MODULE_WITH_IMPORT = / imported from (?<file>.+)$/;
const FRAME = /(?<file>(?:file:\/\/|\/|[A-Za-z]:[\\/])[^\n()]+?):(?<line>\d+)(?::\d+)?\)?$/;

/** Which line of the project an error comes from: of a syntax error the line itself, else the first frame in the folder. */
export function placeOf(error: unknown, folder: string): Place {
  if (!(error instanceof Error)) return { message: String(error), place: undefined, source: [] };
  const stack = error.stack?.split('\n') ?? [];
  const messageLine = error.message.split('\n')[0] ?? '';
  const importer = MODULE_WITH_IMPORT.exec(messageLine)?.groups?.file;
  if (importer !== undefined) {
    const message = relativeWithin(messageLine.replace(MODULE_WITH_IMPORT, ''), folder);
    return { message, place: within(importer, folder), source: [] };
  }
  return { message: messageLine, place: firstPlace(stack, folder), source: sourceLines(error, stack) };
}

function firstPlace(stack: readonly string[], folder: string): string | undefined {
  for (const line of stack) {
    const { file, line: number } = FRAME.exec(line.trim())?.groups ?? {};
    const inside = file === undefined ? undefined : within(file, folder);
    if (inside !== undefined) return `${inside}:${number}`;
  }
  return undefined;
}

/** Node writes place and source before the name of a syntax error. */
function sourceLines(error: Error, stack: readonly string[]): string[] {
  const first = stack[0] ?? '';
  if (!(error instanceof SyntaxError) || !FRAME.test(first)) return [];
  const end = stack.findIndex((line, index) => index > 0 && line.startsWith('SyntaxError'));
  return stack.slice(1, end < 0 ? 1 : end).filter((line) => line.trim() !== '');
}

function within(file: string, folder: string): string | undefined {
  const absolute = file.startsWith('file:') ? fileURLToPath(file) : file;
  const relative = path.relative(folder, absolute);
  const isOutside = relative.startsWith('..') || path.isAbsolute(relative);
  return isOutside || relative.split(path.sep).includes('node_modules') ? undefined : relative;
}

function relativeWithin(message: string, folder: string): string {
  return message.replace(`'${folder}${path.sep}`, "'./");
}
