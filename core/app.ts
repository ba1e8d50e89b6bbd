import type { Logger } from 'pino';
import type { Config, Environment } from './config.ts';
import type { Database } from './database/pool.ts';
import type { Events } from './events.ts';
import type { Route } from './http/router.ts';
import type { Urls } from './http/urls.ts';
import type { Models } from './model/registry.ts';
import type { Plugin, SlotName, Slots } from './plugin.ts';
import type { Rows } from './query/rows.ts';
import type { Policy } from './query/types.ts';
import type { Views } from './view/views.ts';
import type { Catalogue } from './view/words.ts';
import type { Write } from './write/write.ts';

/** An application that has booted: what pages, commands and rules work with. */
export interface App {
  readonly config: Config;
  readonly environment: Environment;
  /** Enabled plugins in their order. */
  readonly plugins: readonly Plugin[];
  readonly models: Models;
  readonly database: Database;
  readonly policy: Policy;
  /** The door for reading. */
  readonly rows: Rows;
  /** The door for writing. */
  readonly write: Write;
  readonly events: Events;
  readonly views: Views;
  readonly words: Catalogue;
  readonly urls: Urls;
  readonly log: Logger;
  readonly routes: readonly Route[];
  /** What plugins put into a slot, in their order. */
  slot<S extends SlotName>(name: S): readonly Slots[S][];
  /** A plugin's options after its schema has read them. */
  options(plugin: string): unknown;
}
