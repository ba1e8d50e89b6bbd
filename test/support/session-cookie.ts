import { cookieName } from '../../core/http/cookie-name.ts';
import { createUrls } from '../../core/request/urls.ts';

/** The name of a cookie of a test application, without `__Host-`. */
export function cookieOf(base: string, name = 'Test desk', mountPath = '/admin'): string {
  return cookieName(base, { config: { name }, urls: createUrls(mountPath, 'http://127.0.0.1', (file) => file) });
}

/** The session cookie of a test application with the default name and mount path. */
export const SESSION_COOKIE = cookieOf('rustio');
