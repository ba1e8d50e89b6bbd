import type { App } from '../app.ts';
import { didYouMean } from '../base/nearest.ts';
import { callHook } from '../errors/call-hook.ts';
import type { ExtensionPointName, ExtensionPoints } from '../extension-points.ts';
import { CORE_EXTENSION_POINTS } from '../http/layout.ts';
import type { Plugin } from '../plugin.ts';

/** The contributions of all plugins. Items are created once per extension point, and sorted by rank and then by plugin. */
export interface AllContributions {
  readonly of: <P extends ExtensionPointName>(point: P) => readonly ExtensionPoints[P][];
  /** The items with the plugins that contribute them, for the startup checks. */
  readonly withOwners: (point: string) => readonly OwnedItem[];
}
export interface OwnedItem {
  readonly owner: string;
  readonly item: unknown;
}

export function collectContributions(plugins: readonly Plugin[], app: () => App): AllContributions {
  const cache = new Map<string, { readonly owned: readonly OwnedItem[]; readonly items: readonly unknown[] }>();
  const contributed = (point: string) => {
    const cached = cache.get(point);
    if (cached) return cached;
    const owned = plugins.flatMap((plugin) => collectItems(plugin, point, app)).toSorted(byRank);
    const created = { owned, items: owned.map(({ item }) => item) };
    cache.set(point, created);
    return created;
  };
  return {
    // The plugin that opens an extension point declares the type of its items.
    of: <P extends ExtensionPointName>(point: P) => contributed(point).items as readonly ExtensionPoints[P][],
    withOwners: (point) => contributed(point).owned,
  };
}

function collectItems(plugin: Plugin, point: string, app: () => App): readonly OwnedItem[] {
  const all: Readonly<Record<string, unknown>> = plugin.contributes ?? {};
  const contributed = all[point];
  const items: unknown =
    typeof contributed === 'function' ? callHook(plugin, 'contributes', () => contributed(app())) : contributed;
  return Array.isArray(items) ? items.map((item: unknown) => ({ owner: plugin.name, item })) : [];
}

function byRank(one: OwnedItem, other: OwnedItem): number {
  return rankOf(one.item) - rankOf(other.item);
}

function rankOf(item: unknown): number {
  return typeof item === 'object' && item !== null && 'rank' in item && typeof item.rank === 'number' ? item.rank : 0;
}

/**
 * Reports labels and titles of contributions that look like the key of a missing message. Ordinary text may look like a key, too
 * (`notes.app`), so these are only warnings.
 */
export function missingMessages(
  { plugins, messages }: Pick<App, 'plugins' | 'messages'>,
  contributions: Pick<AllContributions, 'withOwners'>,
): readonly string[] {
  const points = [...CORE_EXTENSION_POINTS, ...plugins.flatMap(({ extensionPoints = [] }) => extensionPoints)];
  const translations = messages.locales.map((locale) => messages.translate(locale));
  const keys = plugins.flatMap((plugin) => Object.keys(plugin.messages?.en ?? {}));
  return points.flatMap((point) =>
    contributions.withOwners(point).flatMap(({ owner, item }) =>
      textsOf(item)
        .filter(([, text]) => isKeyOf(owner, text) && translations.every((t) => t(text) === text))
        .map(
          ([name, text]) =>
            `plugin ${owner}: ${point}: The ${name} "${text}" is not the key of a message.${didYouMean(text, keys)}`,
        ),
    ),
  );
}

/** Only strings that begin with the name of the contributing plugin are likely to be intended as keys. */
function isKeyOf(plugin: string, text: string): boolean {
  return text.startsWith(`${plugin}.`) && /^[\w-]+(\.[\w-]+)+$/.test(text);
}

function textsOf(item: unknown): readonly (readonly [name: string, text: string])[] {
  if (typeof item !== 'object' || item === null) return [];
  return Object.entries(item).flatMap(([name, text]: [string, unknown]) =>
    (name === 'label' || name === 'title') && typeof text === 'string' ? [[name, text] as const] : [],
  );
}
