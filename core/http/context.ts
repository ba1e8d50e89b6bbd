import type { Middleware as KoaMiddleware, ParameterizedContext } from 'koa';
import type { Actor, AuditContext, Credential } from '../actor.ts';
import type { ModelInfo } from '../model/registry.ts';
import type { Translate } from '../view/words.ts';
import type { Form } from './form.ts';
import type { Route } from './route.ts';
import type { SignInData } from './sign-in-data.ts';

/**
 * What core knows about a request. Plugins add to it by declaration merging (sessions: `session`).
 * Never keep a closure in here: what it captures would live until a major collection.
 */
export interface RequestState {
  correlationId: string;
  /** The client's IP address: the socket's, or the one that trusted proxies report. */
  ip: string;
  actor: Actor;
  /** What proved who the actor is; undefined for anonymous requests. */
  credential: Credential | undefined;
  /** Keys the CSRF token; something secret that ends with the sign-in. Undefined when nobody is signed in by a cookie. */
  csrfSecret: string | undefined;
  /** What the authenticator keeps for this sign-in; undefined where nobody is signed in, or nothing is kept. */
  signInData: SignInData | undefined;
  route: Route | undefined;
  params: Readonly<Record<string, string>>;
  /** The model that `:model` in the route's path names. */
  model: ModelInfo | undefined;
  /** The posted form, on routes whose body is `form`. */
  form: Form | undefined;
  /** The body of routes that read JSON (any value), text (a string) or raw bytes (a Buffer). */
  body: unknown;
  /** What a failed request threw, for middleware of the stage `on-error`. */
  error: unknown;
  /** Messages in the reader's language; one function per language, shared. */
  t: Translate;
  locale: string;
  /** IANA name of the reader's time zone. */
  timeZone: string;
  /** Attributes of the `<html>` element, which plugins set. */
  htmlAttributes: Readonly<Record<string, string>>;
}

/** Properties that plugins put on the context itself, by declaration merging (sessions: `ctx.session`). */
// biome-ignore lint/suspicious/noEmptyInterface: it is a place for others
export interface ContextProperties {}
/** Koa's context with our request state. Handlers get it, and most functions that take one request. */
export type Context = ParameterizedContext<RequestState, ContextProperties>;
/** A Koa middleware over our request state. */
export type Middleware = KoaMiddleware<RequestState, ContextProperties>;

/** Kinds of access by name, with what each requires. Plugins add kinds by declaration merging. */
export interface AccessKinds {
  /** Everyone, anonymous users included. */
  open: true;
  /** Anyone who is authenticated. */
  signedIn: true;
  /**
   * A permission by its full name, `audit.view`, or all of several. A word without a dot, `change`, means that of the model
   * which the path names.
   */
  permission: string | readonly string[];
}
type Required = Omit<AccessKinds, 'open'>;
/** Open to everyone, or at least one condition. All conditions that are named must hold. */
export type Access =
  | { readonly open: true }
  | { [K in keyof Required]: Pick<Required, K> & Partial<Required> }[keyof Required];

/** `sign-in`: the request is anonymous. `deny`: the user is known and does not have the right. */
export type AccessDecision = 'allow' | 'sign-in' | 'deny';
/** Decides whether a request may go on: core asks, access checks answer, pages never decide. */
export interface AccessControl {
  decide(ctx: Context, access: Access): AccessDecision;
  /** Kinds of access that no plugin checks; the boot stops when a route asks for one. */
  unknownKinds(access: Access): readonly string[];
}

export type GateName = string;

/**
 * The audit context that every write of this request carries.
 *
 * @example
 * await app.database.transaction((tx) => app.write.create(tx, auditContext(ctx), Order, values));
 */
export function auditContext(ctx: Context): AuditContext {
  const { actor, correlationId, ip, credential } = ctx.state;
  return { actor, correlationId, ip, credential: credential ?? null };
}
