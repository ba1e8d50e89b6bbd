/** Time limits of a connection, in milliseconds. */
export interface ConnectionTimeouts {
  /** For the request line and headers; slower clients get 408. */
  readonly headersTimeout: number;
  /** For the whole request, including uploads, which can take minutes on a slow connection. */
  readonly requestTimeout: number;
  /** How long an idle connection stays open. */
  readonly keepAliveTimeout: number;
  /** How often the first two limits are checked. */
  readonly connectionsCheckingInterval: number;
}

/**
 * Limits how long a client can keep a connection open by sending a byte now and then. The keep-alive timeout is longer than that of
 * proxies (usually 60 s): if the server closed an idle connection first, a request already on its way would get a 502 from the
 * proxy.
 */
export const CONNECTION_TIMEOUTS: ConnectionTimeouts = {
  headersTimeout: 20_000,
  requestTimeout: 15 * 60_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
};

/** For forms without files, which are small, and which anyone can send to the sign-in page. */
export const FORM_TIMEOUT_MS = 120_000;
