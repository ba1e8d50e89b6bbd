import { stripVTControlCharacters } from 'node:util';
import type { RustioError } from '../../core/errors/rustio-error.ts';

/** Why the project is not running. The server process sends it to its parent, which shows it in the browser. */
export interface Failure {
  readonly problem: string;
  readonly why: string;
  readonly details: readonly string[];
  readonly fix: string;
  readonly retry: string;
  readonly code: string;
}

/** Stack frames of packages and of Node, which do not help to fix the project. */
const FOREIGN = /^at .*(?:\bnode:|[\\/]node_modules[\\/])/;

/** An error as plain text, with only the project's stack frames. */
export function toFailure({ parts, code, details }: RustioError): Failure {
  const plain = stripVTControlCharacters;
  return {
    problem: plain(parts.problem),
    why: plain(parts.why),
    details: details.map(plain).filter((line) => !FOREIGN.test(line.trim())),
    fix: plain(parts.fix),
    retry: plain(parts.retry ?? ''),
    code,
  };
}

/** For a process that ended without a message. */
export const silentFailure: Failure = {
  problem: 'The server process exited.',
  why: 'It did not report a reason.',
  details: [],
  fix: 'Check the output of `npx rustio-admin dev`, and save a file to restart.',
  retry: '',
  code: '',
};

export function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['problem', 'why', 'fix', 'retry', 'code'].every((name) => typeof Reflect.get(value, name) === 'string') &&
    Array.isArray(Reflect.get(value, 'details'))
  );
}
