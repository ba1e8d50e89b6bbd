import { createHash } from 'node:crypto';
import type { App } from '../app.ts';

/**
 * The name of a cookie of this application. Cookies do not know ports, and `__Host-` cookies no paths: with one name for all, two
 * projects on one host, or under two mount paths, would sign each other's users out.
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
  // Names in other scripts, and long ones, would otherwise have the same text.
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 6);
  // fault: cookie-of-all-projects
  return [base, readable, hash].filter((part) => part !== '').join('-');
}
