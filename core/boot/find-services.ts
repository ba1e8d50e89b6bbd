import type { App } from '../app.ts';
import { didYouMean } from '../base/nearest.ts';
import { withoutScope } from '../database/scope.ts';
import { serviceCircular, serviceMissing } from '../errors/boot.ts';
import { callHook } from '../errors/call-hook.ts';
import type { Plugin } from '../plugin.ts';
import type { FindServices, Services } from '../services.ts';

/** Creates the functions behind `app.service` and `app.optionalService`. A service is created on first use and kept. */
export function serviceFinder(plugins: readonly Plugin[], app: () => App): FindServices {
  const providers = new Map<string, { readonly plugin: Plugin; readonly create: (app: App) => unknown }>();
  for (const plugin of plugins) {
    for (const [name, create] of Object.entries(plugin.provides ?? {}))
      providers.set(name, { plugin, create: create as (app: App) => unknown });
  }
  const services = new Map<string, unknown>();
  /** Services that are currently being created, each requested by the one before it. */
  const pending: string[] = [];
  const service = <S extends keyof Services>(name: S): Services[S] => {
    if (!services.has(name)) {
      const provider = providers.get(name);
      if (!provider) throw serviceMissing({ name, suggestion: didYouMean(name, [...providers.keys()]) });
      if (pending.includes(name)) {
        const path = [...pending.slice(pending.indexOf(name)), name].join(' → ');
        throw serviceCircular({ name, path });
      }
      pending.push(name);
      try {
        services.set(
          name,
          // The service is shared by all callers, so a timer that it starts must not keep the scope of the first request.
          withoutScope(() => callHook(provider.plugin, 'provides', () => provider.create(app()))),
        );
      } finally {
        pending.pop();
      }
    }
    // The plugin that provides the service declares its type in `Services`.
    return services.get(name) as Services[S];
  };
  return { service, optionalService: (name) => (providers.has(name) ? service(name) : undefined) };
}
