import { RustioError } from '../core/errors.ts';

/** Somebody typed what we do not understand: nothing was done, exit code 2. */
export function misuse(problem: string, why: string, fix: string): RustioError {
  return new RustioError('RIO-CLI-USAGE', { problem, why, fix, retry: 'With the corrected command.' }, { exitCode: 2 });
}
