import type { App } from '../app.ts';
import type { BootProblem } from '../errors/boot.ts';
import { bootProblems } from '../errors/boot.ts';
import type { Authenticator } from '../http/authenticate.ts';
import type { Plugin } from '../plugin.ts';
import type { EventHandlers } from '../write/events.ts';
import type { ModelHook } from '../write/hooks.ts';
import type { AllContributions } from './contributions.ts';

/** The input of the startup checks: the application, and what its plugins have returned for it. */
export interface BootFacts {
  readonly app: App;
  /** Enabled plugins, in order. */
  readonly plugins: readonly Plugin[];
  readonly authenticators: ReadonlyMap<Plugin, readonly Authenticator[]>;
  readonly handlers: ReadonlyMap<Plugin, EventHandlers>;
  readonly hooks: readonly ModelHook[];
  readonly contributions: AllContributions;
  readonly eventNames: ReadonlySet<string>;
  /** All plugins, disabled ones included. */
  readonly available: readonly Plugin[];
}

/**
 * Stops startup and reports every problem at once.
 *
 * @throws RustioError `RIO-BOOT-PROBLEMS` if there are any.
 */
export function throwIfProblems(problems: readonly BootProblem[]): void {
  if (problems.length === 0) return;
  const details = problems.map(({ where, problem }) => `${where}: ${problem}`);
  throw bootProblems({ count: problems.length, details });
}
