import { RustioError } from '../../core/errors.ts';

// Argon2 runs on libuv's four threads, which files and DNS need too; so two at a time, whatever is asked.
const AT_A_TIME = 2;
/** About two seconds of work. Whoever comes later is told so at once instead of waiting without end. */
const MOST_WAITING = 100;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Runs one piece of Argon2 when its turn comes. A crowd at the sign-in page must not take all memory (19 MiB each) nor all
 * threads: beyond the queue it throws `RIO-AUTH-BUSY`, which is a 503.
 */
export async function inHashingQueue<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_A_TIME) {
    if (waiting.length >= MOST_WAITING) throw busy();
    await new Promise<void>((turn) => waiting.push(turn)); // whoever is done hands his place over
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
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
