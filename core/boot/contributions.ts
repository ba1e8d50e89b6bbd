import type { App } from '../app.ts';
import type { ExtensionPointName, ExtensionPoints } from '../extension-points.ts';
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
