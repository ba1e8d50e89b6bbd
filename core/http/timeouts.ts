/** Time limits of a connection, in milliseconds. */
export interface ConnectionTimeouts {
  /** For the request line and headers; slower or silent clients are answered 408. */
  readonly headersTimeout: number;
  /** For a whole request, uploads included: on a slow connection the largest file takes minutes. */
  readonly requestTimeout: number;
  /** How long an idle connection stays open. */
  readonly keepAliveTimeout: number;
  /** How often the first two are checked. */
  readonly connectionsCheckingInterval: number;
}

/**
 * Limits how long a client can hold a connection open by sending a byte now and then. An idle connection stays open longer than
 * proxies keep theirs (usually 60 s): if we closed it first, a request already on its way would get a 502 from the proxy.
 */
export const CONNECTION_TIMEOUTS: ConnectionTimeouts = {
  headersTimeout: 20_000,
  requestTimeout: 15 * 60_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
};

/** For a form without files: it is small, and anyone can send one to the sign-in page. */
export const FORM_TIMEOUT_MS = 120_000;
