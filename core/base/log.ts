import pino, { type Logger } from 'pino';
import { LogDestination } from './log-destination.ts';

/** The log: JSON lines on standard error. Standard output is for what a command prints. */
export function createLog(level: string): Logger {
  return pino({ level, base: null }, new LogDestination(2));
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/**
 * Wraps a log so that its methods never throw: a log of the project may write wherever it likes, and a request must not fail because
 * its line could not be written.
 */
export function neverThrowing(log: Logger): Logger {
  const safe: Logger = Object.create(log);
  for (const level of LEVELS) {
    const write = (...line: Parameters<Logger['info']>): void => {
      try {
        log[level](...line);
      } catch {
        // There is no other place to report it to.
      }
    };
    Object.defineProperty(safe, level, { value: write });
  }
  return safe;
}
