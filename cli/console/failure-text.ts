import { inspect } from 'node:util';
import { didYouMean } from '../../core/base/nearest.ts';
import { databaseError, isUnavailable } from '../../core/database/errors.ts';
import { RustioError } from '../../core/errors/rustio-error.ts';
import { explain, renderError } from '../report-error.ts';
import { plainText } from '../terminal.ts';
import { ConnectionLost, InputIsOver } from './console-transaction.ts';
import { Rejected } from './rejection-text.ts';

/**
 * Formats an error of an input. `names` are the global names of the console, for suggestions.
 *
 * @example
 * ReferenceError: Ordr is not defined. Did you mean "Order"?
 */
export function failureText(error: unknown, names: readonly string[] = []): string {
  if (error instanceof Rejected && error.cause !== undefined)
    return `${plainText(error.message)}\n${failureText(error.cause, names)}`;
  if (error instanceof Rejected || error instanceof ConnectionLost || error instanceof InputIsOver)
    return plainText(error.message);
  if (error instanceof RustioError) return renderError(error).join('\n');
  const database = databaseError(error);
  if (database !== undefined) {
    const { message, code, detail, hint } = database;
    const more = [detail, hint].flatMap((line) => (line === undefined ? [] : [`  ${line}`]));
    return plainText([`PostgreSQL reports: ${message} (SQLSTATE ${code})`, ...more].join('\n'));
  }
  if (isUnavailable(error)) return renderError(explain(error)).join('\n');
  return error instanceof Error ? plainText(errorText(error, names)) : `Thrown: ${inspect(error)}`;
}

function errorText(error: Error, names: readonly string[]): string {
  const headline = `${error.name}: ${error.message}`;
  const unknown = error instanceof ReferenceError ? /^(\w+) is not defined$/.exec(error.message)?.[1] : undefined;
  if (unknown !== undefined) return `${headline}.${didYouMean(unknown, names)}`;
  if ('code' in error && error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return 'Interrupted.';
  if (error instanceof SyntaxError)
    return error.message.startsWith('Cannot use import statement')
      ? `${headline}. Use import(): const { name } = await import('./file.ts')`
      : headline;
  return [headline, ...stackFrames(error)].join('\n');
}

/** The stack frames in code of the project or the input. */
function stackFrames(error: Error): readonly string[] {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  // All frames below the first one of Node's vm belong to the console itself.
  const end = frames.findIndex((line) => line.includes('runInThisContext'));
  return frames.slice(0, end === -1 ? undefined : end).filter((line) => !line.includes('node:'));
}
