import type { Translate } from '../../core/view/words.ts';

/** What an event is called: by the message `event.NAME` of the plugin that records it, else by its own name. */
export function eventLabel(t: Translate, event: string): string {
  const key = `event.${event}`;
  const label = t(key);
  // The trail outlives plugins, and with a plugin its messages go.
  return label === key ? event.replaceAll('_', ' ') : label;
}
