import type { App } from '../app.ts';
import type { EventHandlers } from '../events.ts';
import type { Authenticator } from '../http/authenticate.ts';
import type { Plugin } from '../plugin.ts';
import type { ModelHook } from '../write/hooks.ts';
import type { AllContributions } from './contributions.ts';

/** What the checks of the boot look at: the application, and what its plugins have returned for it. */
export interface BootFacts {
  readonly app: App;
  readonly authenticators: ReadonlyMap<Plugin, readonly Authenticator[]>;
  readonly handlers: ReadonlyMap<Plugin, EventHandlers>;
  readonly hooks: readonly ModelHook[];
  readonly contributions: AllContributions;
  readonly eventNames: ReadonlySet<string>;
  /** Disabled plugins included. */
  readonly available: readonly Plugin[];
}
