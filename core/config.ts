import type { z } from 'zod';
import type { Plugin } from './plugin.ts';
import type { PluginOptions, ProjectContext, Settings } from './settings.ts';

/** The options of each plugin, by its name; `false` disables a plugin. */
export type PluginConfig = {
  readonly [N in keyof PluginOptions]?: false | z.input<PluginOptions[N]>;
};

/** What `rustio.config.ts` exports. Environment variables override some of its settings; secrets come only from the environment. */
export interface Config extends Settings {
  /** Options of plugins, built-in ones and your own. */
  readonly plugins?: PluginConfig;
  /** The project's own plugins, in order, after the built-in ones. */
  readonly extend?: readonly Plugin[];
}

/**
 * Checks the config's type and returns it. Everything else is checked at startup.
 *
 * @example
 * export default defineConfig({ name: 'Air safety desk', models, plugins: { admin: { admins } } });
 */
export function defineConfig(config: Config): Config {
  return config;
}

/** A project on disk with its complete config, plugins included. */
export interface Project extends ProjectContext {
  readonly config: Config | undefined;
}
