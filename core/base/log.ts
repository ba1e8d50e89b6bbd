import pino, { type Logger } from 'pino';
import { LogDestination } from './log-destination.ts';

/** The log: JSON lines on standard error. Standard output is reserved for the output of commands. */
export function createLog(level: string): Logger {
  return pino({ level, base: null }, new LogDestination(2));
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/**
 * Wraps a log so that its methods never throw. A project may supply its own log, and a request must not fail because a line could
 * not be logged.
 */
export function neverThrowing(log: Logger): Logger {
  const safe: Logger = Object.create(log);
  for (const level of LEVELS) {
    const write = (...line: Parameters<Logger['info']>): void => {
      try {
        log[level](...line);
      } catch {
        // There is nowhere else to report it.
      }
    };
    Object.defineProperty(safe, level, { value: write });
  }
  return safe;
}
