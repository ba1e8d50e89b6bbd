/** How long a connection may take for what is its part. All in milliseconds. */
export interface Patience {
  /** For the line and headers of a request; who is slower, or says nothing at all, is answered 408. */
  readonly headersTimeout: number;
  /** For a whole request, uploads included: on a slow line the largest file takes its minutes. */
  readonly requestTimeout: number;
  /** How long an idle connection stays open. */
  readonly keepAliveTimeout: number;
  /** How often the first two are looked at. */
  readonly connectionsCheckingInterval: number;
}

/**
 * What strangers may hold open by sending a byte now and then. An idle connection stays longer than proxies keep theirs (60 s,
 * mostly): were we the first to close it, a request that is on its way just then would be answered 502.
 */
export const PATIENCE: Patience = {
  headersTimeout: 20_000,
  requestTimeout: 15 * 60_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
};

/** For a form without files: anybody may send one to the sign-in page, and it is small. */
export const FORM_PATIENCE_MS = 120_000;
