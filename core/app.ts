import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Actor } from './actor.ts';
import type { Config, Environment, PluginEnvironment, PluginOptions } from './config.ts';
import type { Database, Query } from './database/pool.ts';
import type { Events } from './events.ts';
import type { ExtensionPointName, ExtensionPoints } from './extension-points.ts';
import type { Files } from './files/files.ts';
import type { AccessControl } from './http/context.ts';
import type { Route } from './http/route.ts';
import type { Urls } from './http/urls.ts';
import type { Models } from './model/registry.ts';
import type { Plugin } from './plugin.ts';
import type { Records } from './query/rows.ts';
import type { Policy } from './query/types.ts';
import type { FindServices } from './services.ts';
import type { Views } from './view/views.ts';
import type { Catalogue } from './view/words.ts';
import type { Write } from './write/write.ts';

/** An application that has booted: what pages, commands and rules work with. */
export interface App {
  readonly config: Config;
  readonly environment: Environment;
  /** Started by `rustio-admin dev`: pages reload when a file was saved. */
  readonly dev: boolean;
  /** Enabled plugins in their order. */
  readonly plugins: readonly Plugin[];
  readonly models: Models;
  /** For rules: transactions, and SQL of a plugin's own. Pages pass it on and run no statements themselves. */
  readonly database: Database;
  /** The same for what pages show: a statement that takes longer than 2 s is cancelled. */
  readonly reading: Database;
  /** The same for one actor, who may run a few statements at once: ten slow tabs of one person do not take all connections. */
  readingFor(actor: Actor): Query;
  readonly policy: Policy;
  readonly access: AccessControl;
  /** Reads rows of models, with the actor's permissions and rules applied. */
  readonly records: Records;
  /** Changes rows of models, with permissions, validation, hooks and the audit trail. */
  readonly write: Write;
  readonly events: Events;
  /** Files that people upload: kept aside until a record takes them, and given out again. */
  readonly files: Files;
  readonly views: Views;
  readonly messages: Catalogue;
  readonly urls: Urls;
  readonly log: Logger;
  readonly routes: readonly Route[];
  /** Every permission that can be granted: four per model, and what plugins declare. */
  readonly permissions: readonly string[];
  /** What plugins contribute to an extension point, by rank and then in their order. */
  contributions<P extends ExtensionPointName>(point: P): readonly ExtensionPoints[P][];
  /** A plugin's options, as its schema has parsed them at boot. */
  options<N extends keyof PluginOptions>(plugin: N): z.output<PluginOptions[N]>;
  /** A plugin's environment variables, as its shape has parsed them at boot. */
  environmentOf<N extends keyof PluginEnvironment>(plugin: N): z.output<z.ZodObject<PluginEnvironment[N]>>;
  /**
   * What an enabled plugin provides.
   *
   * @example
   * await app.service('mail').send(tx, { to, template: 'welcome' });
   */
  readonly service: FindServices['service'];
  /** The same, or `undefined` where no enabled plugin provides it: for what works with and without it. */
  readonly optionalService: FindServices['optionalService'];
}
