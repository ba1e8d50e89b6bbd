import type { Events } from '../events.ts';
import type { Files } from '../files/files.ts';
import type { Models } from '../model/registry.ts';
import type { Policy } from '../query/types.ts';
import type { OwnedHook } from './hooks.ts';

/** What the functions of this door work with. */
export interface Door {
  readonly models: Models;
  readonly policy: Policy;
  readonly events: Events;
  /** In the order of their plugins. */
  readonly hooks?: readonly OwnedHook[];
  /** Removes contents of files once a change is committed; without it the sweep does. */
  readonly files?: Pick<Files, 'discard'>;
}
