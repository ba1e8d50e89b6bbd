import { createHash } from 'node:crypto';
import type { App } from '../app.ts';

/**
 * The name of a cookie of this application. Cookies are not separated by port, and `__Host-` cookies not by path: with the same
 * cookie name, two projects on one host, or under two mount paths, would sign each other's users out.
 *
 * @example
 * cookieName('rustio', app) // 'rustio-air-safety-desk-admin-1f0c9a'
 */
export function cookieName(base: string, { config, urls }: Pick<App, 'config' | 'urls'>): string {
  const identity = `${config.name}\n${urls.to('/')}`;
  const readable = identity
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  // Without the hash, names in other scripts and long names could give the same cookie name.
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 6);
  // fault: cookie-of-all-projects
  return [base, readable, hash].filter((part) => part !== '').join('-');
}
