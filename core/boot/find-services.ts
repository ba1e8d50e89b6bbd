import type { App } from '../app.ts';
import { withoutScope } from '../database/scope.ts';
import { RustioError } from '../errors.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Plugin } from '../plugin.ts';
import { callHook } from '../plugin-failure.ts';
import type { FindServices, Services } from '../services.ts';

/** Makes the functions behind `app.service` and `app.optionalService`. A service is made on its first use and kept. */
export function serviceFinder(plugins: readonly Plugin[], app: () => App): FindServices {
  const makers = new Map<string, { readonly plugin: Plugin; readonly make: (app: App) => unknown }>();
  for (const plugin of plugins) {
    for (const [name, make] of Object.entries(plugin.provides ?? {}))
      makers.set(name, { plugin, make: make as (app: App) => unknown });
  }
  const services = new Map<string, unknown>();
  /** Those that are being made, each asked for by the one before. */
  const making: string[] = [];
  const service = <S extends keyof Services>(name: S): Services[S] => {
    if (!services.has(name)) {
      const maker = makers.get(name);
      if (!maker) throw missingService(name, [...makers.keys()]);
      if (making.includes(name)) throw circularService([...making.slice(making.indexOf(name)), name]);
      making.push(name);
      try {
        services.set(
          name,
          // All callers share it; a timer that it starts must not keep the scope of the request that happened to be first.
          withoutScope(() => callHook(maker.plugin, 'provides', () => maker.make(app()))),
        );
      } finally {
        making.pop();
      }
    }
    // The plugin that provides the name has typed it in `Services`.
    return services.get(name) as Services[S];
  };
  return { service, optionalService: (name) => (makers.has(name) ? service(name) : undefined) };
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
