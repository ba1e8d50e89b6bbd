import { RustioError } from '../../core/errors.ts';
import { Limiter } from '../../core/limiter.ts';

// Argon2 runs on libuv's four threads, which files and DNS need too; so two at a time, however many ask. A hundred waiting are
// about two seconds of work.
const hashing = new Limiter({ concurrency: 2, maxWaiting: 100, whenFull: busy });

/**
 * Runs one Argon2 hash when its turn comes. A crowd at the sign-in page must not take all memory (19 MiB each) nor all threads:
 * beyond the queue it throws `RIO-AUTH-BUSY`, which is a 503 with Retry-After.
 */
export function inHashingQueue<T>(work: () => Promise<T>): Promise<T> {
  return hashing.run(work);
}

function busy(): RustioError {
  return new RustioError(
    'RIO-AUTH-BUSY',
    {
      problem: 'Too many people are signing in at this moment.',
      why: 'Checking a password takes work on purpose, and the queue for it is full.',
      fix: 'Wait a few seconds and send the form again.',
      retry: 'In a few seconds.',
    },
    { status: 503 },
  );
}
