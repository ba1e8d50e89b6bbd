import type { Middleware as KoaMiddleware, ParameterizedContext } from 'koa';
import type { Form } from '../form/form.ts';
import type { MessageParams, Translate } from '../messages/catalogue.ts';
import type { ModelInfo } from '../model/field-type.ts';
import type { Actor, AuditContext, Credential } from '../policy/actor.ts';
import type { Access, AccessDecision, RouteInfo } from './route-info.ts';

/**
 * The state of a request in core. Plugins add to it by declaration merging (sessions: `session`). Never store a closure here:
 * whatever it captures would survive until a major garbage collection.
 */
export interface RequestState {
  correlationId: string;
  /** The client's IP address: the socket's, or the one that trusted proxies report. */
  ip: string;
  actor: Actor;
  /** What authenticated the actor; undefined for anonymous requests. */
  credential: Credential | undefined;
  /**
   * The key of CSRF tokens: a secret that is valid as long as the sign-in. Undefined unless browsers send the credentials of the
   * request automatically.
   */
  csrfSecret: string | undefined;
  /** The data that the authenticator stores for this sign-in; undefined for anonymous requests, or if it stores none. */
  signInData: SignInData | undefined;
  route: RouteInfo | undefined;
  params: Readonly<Record<string, string>>;
  /** The model of the `:model` parameter in the route's path. */
  model: ModelInfo | undefined;
  /** The submitted form, on routes whose body is `form`. */
  form: Form | undefined;
  /** The body of routes that read JSON (any value), text (a string) or raw bytes (a Buffer). */
  body: unknown;
  /** The text of a JSON body, in which numbers have all their digits; see `readJson`. */
  bodyText: string | undefined;
  /** The error of a failed request, for middleware of the stage `on-error`. */
  error: unknown;
  /** Translates messages into the user's language; one shared function per language. */
  t: Translate;
  locale: string;
  /** IANA name of the user's time zone. */
  timeZone: string;
  /** Attributes of the `<html>` element, which plugins set. */
  htmlAttributes: Readonly<Record<string, string>>;
}

/**
 * Small JSON data that is deleted when the sign-in ends. Provided by authenticators that can store it (`Authentication.data`). Core
 * itself stores these two properties.
 */
export interface SignInData {
  /** The message for the next page. */
  flash?: Message;
  /** A form that a gate stopped. */
  interruptedForm?: InterruptedForm;
}

/** A sentence that the next page shows: the result of an action. */
export interface Message {
  readonly tone: 'good' | 'bad' | 'info';
  readonly key: string;
  readonly params?: MessageParams;
}

/** The text fields of a form that a gate stopped. */
export interface InterruptedForm {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fields: readonly (readonly [name: string, text: string])[];
}

/** Properties that plugins add to the context itself, by declaration merging (sessions: `ctx.session`). */
// biome-ignore lint/suspicious/noEmptyInterface: plugins merge into it
export interface ContextProperties {}
/** Koa's context with the framework's request state, passed to handlers and to most functions that work on one request. */
export type Context = ParameterizedContext<RequestState, ContextProperties>;
/** Koa middleware with the framework's request state. */
export type Middleware = KoaMiddleware<RequestState, ContextProperties>;

/**
 * Middleware at one stage of the pipeline:
 *
 * - `before-route`: for every request, before the router; also for those that end in 404.
 * - `after-access`: on routes, once access is granted.
 * - `around-handler`: directly around the handler, after the body was read.
 * - `on-error`: when an error was thrown; `ctx.state.error` holds it, and `next()` renders the error page.
 *
 * @example
 * middleware: () => [{ name: 'timing', stage: 'around-handler', run: async (ctx, next) => { await next(); ctx.set('server-timing', '…'); } }],
 */
export interface StagedMiddleware {
  readonly name: string;
  readonly stage: 'before-route' | 'after-access' | 'around-handler' | 'on-error';
  readonly run: Middleware;
}

/** Decides whether a request is allowed, using the access checks. Pages never decide this themselves. */
export interface AccessControl {
  decide(ctx: Context, access: Access): AccessDecision;
  /** Kinds of access for which there is no check; startup fails if a route requires one. */
  unknownKinds(access: Access): readonly string[];
}

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
