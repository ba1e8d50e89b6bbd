import { stripVTControlCharacters } from 'node:util';
import type { RustioError } from '../../core/errors.ts';

/** Why the project does not run: what the server's process tells its parent, and the parent the browser. */
export interface Failure {
  readonly problem: string;
  readonly why: string;
  readonly details: readonly string[];
  readonly fix: string;
  readonly retry: string;
  readonly code: string;
}

/** Frames of packages and of Node say nothing to whoever mends a line of his project. */
const FOREIGN = /^at .*(?:\bnode:|[\\/]node_modules[\\/])/;

/** An error as plain text, without the frames of a stack that are not the project's. */
export function failureOf({ parts, code, details }: RustioError): Failure {
  const plain = stripVTControlCharacters;
  return {
    problem: plain(parts.problem),
    why: plain(parts.why),
    details: details.map(plain).filter((line) => !FOREIGN.test(line.trim())),
    fix: plain(parts.fix),
    retry: plain(parts.retry),
    code,
  };
}

/** For a process that ended without a word. */
export const silentFailure: Failure = {
  problem: 'The server has ended.',
  why: 'Its process told no reason; the terminal may show one.',
  details: [],
  fix: 'Look into the terminal in which `rustio-admin dev` runs, and save a file to start it again.',
  retry: 'After the next save.',
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
