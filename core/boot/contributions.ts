import type { App } from '../app.ts';
import { CORE_EXTENSION_POINTS, type ExtensionPointName, type ExtensionPoints } from '../extension-points.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Plugin } from '../plugin.ts';
import { callHook } from '../plugin-failure.ts';

/** What plugins contribute. Items are made once per extension point, sorted by rank and then by plugin. */
export interface AllContributions {
  readonly of: <P extends ExtensionPointName>(point: P) => readonly ExtensionPoints[P][];
  /** The same with the plugins that contribute them, for the checks of the boot. */
  readonly withOwners: (point: string) => readonly OwnedItem[];
}
export interface OwnedItem {
  readonly owner: string;
  readonly item: unknown;
}

export function contributionsOf(plugins: readonly Plugin[], app: () => App): AllContributions {
  const made = new Map<string, { readonly owned: readonly OwnedItem[]; readonly items: readonly unknown[] }>();
  const make = (point: string) => {
    let found = made.get(point);
    if (!found) {
      const owned = plugins.flatMap((plugin) => itemsOf(plugin, point, app)).toSorted(byRank);
      found = { owned, items: owned.map(({ item }) => item) };
      made.set(point, found);
    }
    return found;
  };
  return {
    // The plugin that opens a point has typed its items.
    of: <P extends ExtensionPointName>(point: P) => make(point).items as readonly ExtensionPoints[P][],
    withOwners: (point) => make(point).owned,
  };
}

function itemsOf(plugin: Plugin, point: string, app: () => App): readonly OwnedItem[] {
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
 * Labels and titles of contributions that look like a key of a message that does not exist. A text may look like one as well
 * (`notes.app`), so this is a warning.
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
            `plugin ${owner}: ${point}: the ${name} "${text}" is not a key of a message.${didYouMean(text, keys)}`,
        ),
    ),
  );
}

/** Of the plugin that contributes it: only these are likely to be meant as a key. */
function isKeyOf(plugin: string, text: string): boolean {
  return text.startsWith(`${plugin}.`) && /^[\w-]+(\.[\w-]+)+$/.test(text);
}

function textsOf(item: unknown): readonly (readonly [name: string, text: string])[] {
  if (typeof item !== 'object' || item === null) return [];
  return Object.entries(item).flatMap(([name, text]: [string, unknown]) =>
    (name === 'label' || name === 'title') && typeof text === 'string' ? [[name, text] as const] : [],
  );
}
