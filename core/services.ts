import type { FragmentSqlToken } from 'slonik';
import type { App } from './app.ts';
import { callHook } from './boot/plugin-failure.ts';
import { withoutScope } from './database/scope.ts';
import { RustioError } from './errors.ts';
import type { Context } from './http/context.ts';
import { didYouMean } from './model/nearest.ts';
import type { ModelInfo } from './model/registry.ts';
import type { Plugin } from './plugin.ts';
import type { Found } from './query/types.ts';
import type { ViewData } from './view/views.ts';

/**
 * What plugins provide to each other, by name. A plugin merges its services into it:
 *
 * @example
 * declare module 'rustio-admin/plugin' {
 *   interface Services { mail: Mailer }
 * }
 *
 * Those that stand here have more than one possible provider, and consumers that work without any.
 */
export interface Services {
  people: PersonDirectory;
  recordPages: RecordPages;
}

/** Finds people by the name that they are known by. Whatever signs people in knows where they are stored. */
export interface PersonDirectory {
  /** What their names look like, for the field in which one is typed. */
  readonly names: 'email' | 'text';
  /** An SQL expression for the id (`Person['id']`) of the person of this name; `undefined` when nobody can have such a name. */
  idOf(name: string): FragmentSqlToken | undefined;
}

/** The pages of records, for plugins that add pages of their own or link to them. */
export interface RecordPages {
  /** Whether the model has a list and a page for each record, at `app.urls.list` and `app.urls.record`. */
  has(model: ModelInfo): boolean;
  /** What heads every page of a record: a view and its data, to be included in the page of a tab. */
  head(ctx: Context, model: ModelInfo, record: Found, tab: string): { readonly view: string; readonly data: ViewData };
}

export interface FindServices {
  /** What an enabled plugin provides under this name. */
  readonly service: FindService;
  /** The same, or `undefined` where no enabled plugin provides it. */
  readonly optionalService: <S extends keyof Services>(name: S) => Services[S] | undefined;
}
export type FindService = <S extends keyof Services>(name: S) => Services[S];

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
          // Whoever asks first: all share it, and a timer that it starts must not run in the scope of one request for ever.
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
