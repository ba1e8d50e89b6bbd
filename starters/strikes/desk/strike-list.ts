import type { App } from 'rustio-admin';
import { Strike } from '../models/strike.ts';

/** The URL of the list of strikes, filtered: `{ 'f.state': 'open' }`. */
export function strikeList(app: App, query: Readonly<Record<string, string | readonly string[]>>): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) search.append(name, value);
  }
  return `${app.urls.list(app.models.of(Strike))}?${search}`;
}
