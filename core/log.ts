import pino, { type Logger } from 'pino';

/** The log: JSON lines on standard error. Standard output belongs to what a command prints. */
export function createLog(level: string): Logger {
  // Synchronous, so that the last line before an exit is not lost.
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
