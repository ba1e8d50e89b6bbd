import { isIP } from 'node:net';
import type { App } from '../../../core/app.ts';

/** The application as browsers and authenticators see it (WebAuthn: the relying party). */
export interface RelyingParty {
  /** The host name that passkeys belong to. */
  readonly id: string;
  readonly origin: string;
  /** Shown by the browser. */
  readonly name: string;
}

/**
 * The relying party, from the public URL alone: a forged `Host` header must not choose for which host a passkey is accepted. Undefined
 * if browsers offer no passkeys for the URL, because it has an IP address, or uses HTTP on a host other than `localhost`.
 *
 * @example
 * const party = relyingParty(app);
 * if (!party) return; // the page explains why
 */
export function relyingParty({ config, urls }: Pick<App, 'config' | 'urls'>): RelyingParty | undefined {
  const { hostname, protocol, origin } = new URL(urls.publicOrigin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname) !== 0 || hostname.startsWith('[')) return undefined;
  return protocol === 'https:' || isLocal ? { id: hostname, origin, name: config.name } : undefined;
}
