import { isTimeout } from '../database/errors.ts';
import { RustioError } from '../errors.ts';

/** Turns the cancellation of a statement that took too long into an error that says what to do. */
export async function withinTime<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isTimeout(error) ? tooSlow(error) : error;
  }
}

function tooSlow(cause: unknown): RustioError {
  return new RustioError(
    'RIO-LIST-SLOW',
    {
      problem: 'The database took too long to answer, so the question was taken back.',
      why: 'Nothing that is read for a page may take longer than two seconds; a search in a large table without an index does.',
      fix: "Narrow the list with a filter or a longer word. For good: give the searched field `index: 'search'`, the sorted one `index: true`.",
      retry: 'At once when the server was busy; the same question to the same table will be as slow again.',
    },
    { status: 503, cause },
  );
}
