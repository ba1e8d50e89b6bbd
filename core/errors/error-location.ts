import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where in a project an error comes from. */
export interface ErrorLocation {
  readonly message: string;
  /** `models/strike.ts:12`, relative to the project, or a file without a line; undefined if no line of the project is the cause. */
  readonly location: string | undefined;
  /** The source lines that Node printed with a syntax error. */
  readonly source: readonly string[];
}

const MODULE_WITH_IMPORT = / imported from (?<file>.+)$/;
const FRAME = /(?<file>(?:file:\/\/|\/|[A-Za-z]:[\\/])[^\n()]+?):(?<line>\d+)(?::\d+)?\)?$/;

/**
 * Where in the project an error comes from: the importing file if an import failed, otherwise the first stack frame in the folder; for
 * a syntax error, also its source lines.
 *
 * @example locateError(error, '/srv/app').location // 'models/strike.ts:12'
 */
export function locateError(error: unknown, folder: string): ErrorLocation {
  if (!(error instanceof Error)) return { message: String(error), location: undefined, source: [] };
  const stack = error.stack?.split('\n') ?? [];
  const messageLine = error.message.split('\n')[0] ?? '';
  const importer = MODULE_WITH_IMPORT.exec(messageLine)?.groups?.file;
  if (importer !== undefined) {
    const message = relativeWithin(messageLine.replace(MODULE_WITH_IMPORT, ''), folder);
    return { message, location: pathWithin(importer, folder), source: [] };
  }
  return { message: messageLine, location: firstFrame(stack, folder), source: sourceLines(error, stack) };
}

function firstFrame(stack: readonly string[], folder: string): string | undefined {
  for (const line of stack) {
    const { file, line: number } = FRAME.exec(line.trim())?.groups ?? {};
    const relative = file === undefined ? undefined : pathWithin(file, folder);
    if (relative !== undefined) return `${relative}:${number}`;
  }
  return undefined;
}

/** Node writes location and source before the name of a syntax error. */
function sourceLines(error: Error, stack: readonly string[]): string[] {
  const first = stack[0] ?? '';
  if (!(error instanceof SyntaxError) || !FRAME.test(first)) return [];
  const end = stack.findIndex((line, index) => index > 0 && line.startsWith('SyntaxError'));
  return stack.slice(1, end < 0 ? 1 : end).filter((line) => line.trim() !== '');
}

function pathWithin(file: string, folder: string): string | undefined {
  const absolute = file.startsWith('file:') ? fileURLToPath(file) : file;
  const relative = path.relative(folder, absolute);
  const isOutside = relative.startsWith('..') || path.isAbsolute(relative);
  return isOutside || relative.split(path.sep).includes('node_modules') ? undefined : relative;
}

function relativeWithin(message: string, folder: string): string {
  return message.replace(`'${folder}${path.sep}`, "'./");
}
