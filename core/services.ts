import type { App } from './app.ts';
import { callHook } from './boot/plugin-failure.ts';
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
  const makers = new Map<string, { readonly plugin: Plugin; readonly make: (app: App) => unknown }>();
  for (const plugin of plugins) {
    for (const [name, make] of Object.entries(plugin.provides ?? {}))
      makers.set(name, { plugin, make: make as (app: App) => unknown });
  }
  const services = new Map<string, unknown>();
  /** Those that are being made, each asked for by the one before. */
  const making: string[] = [];
  return <S extends keyof Services>(name: S): Services[S] => {
    if (!services.has(name)) {
      const maker = makers.get(name);
      if (!maker) throw missingService(name, [...makers.keys()]);
      if (making.includes(name)) throw circularService([...making.slice(making.indexOf(name)), name]);
      making.push(name);
      try {
        services.set(
          name,
          callHook(maker.plugin, 'provides', () => maker.make(app())),
        );
      } finally {
        making.pop();
      }
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

function circularService(path: readonly string[]): RustioError {
  return new RustioError('RIO-SERVICE-CIRCULAR', {
    problem: `The service "${path[0]}" needs itself: ${path.join(' → ')}.`,
    why: 'Each of them asks for the next one while it is being made, so none can be the first.',
    fix: 'In one of them, ask for the other service when it is used, not when the service is made.',
    retry: 'After the change.',
  });
}
