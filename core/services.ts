import type { App } from './app.ts';
import { RustioError } from './errors.ts';
import { didYouMean } from './model/nearest.ts';
import type { Plugin } from './plugin.ts';

/**
 * What plugins provide to each other, by name. A plugin merges its services into it:
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface Services { mail: Mailer }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface Services {}

export type FindService = <S extends keyof Services>(name: S) => Services[S];

/** Makes the function behind `app.service`. A service is made on its first use and kept. */
export function serviceFinder(plugins: readonly Plugin[], app: () => App): FindService {
  const makers = new Map<string, (app: App) => unknown>();
  for (const plugin of plugins) {
    for (const [name, make] of Object.entries(plugin.provides ?? {})) makers.set(name, make as (app: App) => unknown);
  }
  const services = new Map<string, unknown>();
  return <S extends keyof Services>(name: S): Services[S] => {
    if (!services.has(name)) {
      const make = makers.get(name);
      if (!make) throw missingService(name, [...makers.keys()]);
      services.set(name, make(app()));
    }
    // The plugin that provides the name has typed it in `Services`.
    return services.get(name) as Services[S];
  };
}

function missingService(name: string, available: readonly string[]): RustioError {
  return new RustioError('RIO-SERVICE-MISSING', {
    problem: `No enabled plugin provides the service "${name}".`,
    why: 'A service belongs to the plugin that provides it, and that plugin is disabled or missing.',
    fix: `Enable that plugin, and list it in \`requires\`.${didYouMean(name, available)}`,
    retry: 'After the change.',
  });
}
