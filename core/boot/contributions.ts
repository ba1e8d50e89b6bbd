import type { App } from '../app.ts';
import type { ExtensionPointName, ExtensionPoints } from '../extension-points.ts';
import type { Plugin } from '../plugin.ts';
import { callHook } from './plugin-failure.ts';

/** Makes the function behind `app.contributions`: items are made once, sorted by rank and then by plugin. */
export function contributionsOf(
  plugins: readonly Plugin[],
  app: () => App,
): <P extends ExtensionPointName>(point: P) => readonly ExtensionPoints[P][] {
  const made = new Map<string, readonly unknown[]>();
  return <P extends ExtensionPointName>(point: P): readonly ExtensionPoints[P][] => {
    let items = made.get(point) as readonly ExtensionPoints[P][] | undefined;
    if (!items) {
      items = plugins
        .flatMap((plugin): readonly ExtensionPoints[P][] => {
          const contributed = plugin.contributes?.[point];
          if (typeof contributed !== 'function') return contributed ?? [];
          return callHook(plugin, 'contributes', () => contributed(app()));
        })
        .toSorted((one, other) => rankOf(one) - rankOf(other));
      made.set(point, items);
    }
    return items;
  };
}

function rankOf(item: unknown): number {
  return typeof item === 'object' && item !== null && 'rank' in item && typeof item.rank === 'number' ? item.rank : 0;
}
