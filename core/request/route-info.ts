/** Kinds of access by name, with the type of each kind's requirement. Plugins add kinds by declaration merging. */
export interface AccessKinds {
  /** Everyone, anonymous users included. */
  open: true;
  /** Anyone who is authenticated. */
  signedIn: true;
  /**
   * A permission by its full name, `audit.view`, or several, all of which are required. A name without a dot, such as `change`,
   * refers to the model in the path.
   */
  permission: string | readonly string[];
}
type Required = Omit<AccessKinds, 'open'>;
/** Either open to everyone, or at least one condition. All given conditions must be met. */
export type Access =
  | { readonly open: true }
  | { [K in keyof Required]: Pick<Required, K> & Partial<Required> }[keyof Required];

/** `sign-in`: the request is anonymous. `deny`: the user is authenticated but lacks the permission. */
export type AccessDecision = 'allow' | 'sign-in' | 'deny';

/** The name of a gate: see `Gate`. */
export type GateName = string;

/** Methods that routes can have. HEAD requests are handled by GET routes. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The body of a request: nothing, a form, JSON, text, or bytes as sent. */
export type BodyKind = 'none' | 'form' | 'json' | 'text' | 'raw';

/** A route after startup, as data that `rustio-admin routes` lists and pages can read. */
export interface RouteInfo {
  readonly method: Method;
  /** The path of requests, with the mount path: `/admin/:model/+new`. */
  readonly path: string;
  readonly access: Access;
  /** Schemes in the order in which they are tried; empty: no authentication. */
  readonly schemes: readonly string[];
  readonly csrf: 'token' | 'origin' | 'none';
  readonly body: { readonly kind: BodyKind };
  readonly format: 'page' | 'json';
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly skipGates: 'all' | readonly GateName[];
  readonly resumable: boolean;
  readonly summary: string | undefined;
  /** The plugin that registered it. */
  readonly owner: string;
  /** Statuses that it may respond with. */
  readonly responses: ReadonlySet<number>;
}
