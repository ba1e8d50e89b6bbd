import type { App } from './app.ts';

/** `web`: a server. `worker`: `rustio-admin worker`. `command`: a command of the CLI, or a test that runs one. */
export type ProcessRole = 'web' | 'worker' | 'command';

/**
 * Scheduled work. Among all processes that share a database, one runs the task per interval, and never two at once: a run that
 * takes longer than the interval delays the next one. A task starts up to a quarter of its interval late, at most 45 s. If a run
 * fails, the error is logged and the task runs again after its interval; if its process dies, the task runs again after its
 * interval, but not within a minute. Tasks must therefore be idempotent.
 *
 * @example
 * schedule: [{ name: 'expire-invitations', every: '1 hour', run: (app) => expireInvitations(app.database) }],
 */
export interface ScheduledTask {
  /** Unique within the plugin. */
  readonly name: string;
  /** `30 seconds`, `5 minutes`, `1 hour`, `1 day`. */
  readonly every: Interval;
  /** The kinds of processes in which it runs. @defaultValue both */
  readonly roles?: readonly Exclude<ProcessRole, 'command'>[];
  run(app: App, signal: AbortSignal): Promise<void>;
}
/** `30 seconds`, `1 day`; at least one second. */
export type Interval = `${number} ${'second' | 'minute' | 'hour' | 'day'}${'' | 's'}`;

const MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** An interval in milliseconds; undefined for a string that is not one. */
export function intervalMs(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?) (second|minute|hour|day)s?$/.exec(text) ?? [];
  const ms = Number(count) * MS[unit as keyof typeof MS];
  return Number.isFinite(ms) && ms >= 1_000 ? ms : undefined;
}
