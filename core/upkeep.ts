import type { App } from './app.ts';
import type { Stop } from './plugin.ts';
import { forgetOldForms } from './write/once.ts';

const EVERY_MS = 60 * 60 * 1000;

/** Now and then forgets what nobody needs any more. Every process does it; two at once harm nothing. */
export function startUpkeep(app: App): Stop {
  const tidy = async (): Promise<void> => {
    try {
      await forgetOldForms(app.database);
      await app.files.sweep();
    } catch (error) {
      app.log.warn({ err: error }, 'upkeep failed; it is tried again in an hour');
    }
  };
  const timer = setInterval(tidy, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
