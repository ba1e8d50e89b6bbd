import type { Middleware, ParameterizedContext } from 'koa';
import type { Actor, Cause } from '../actor.ts';
import type { App } from '../app.ts';
import type { Bytes } from '../bytes.ts';
import type { ModelInfo } from '../model/registry.ts';
import type { AccessKinds } from '../plugin.ts';
import type { Translate } from '../view/words.ts';
import type { Form } from './form.ts';
import type { Route } from './router.ts';

/**
 * What the kernel and plugins know about a request. Plugins add by declaration merging (sessions: `session`).
 * Never a closure in here: what it captures would live until a major collection.
 */
export interface RequestState {
  correlationId: string;
  /** The client's address: the socket's, or as trusted proxies tell it. */
  address: string;
  actor: Actor;
  /** The public id of the session; undefined for strangers. */
  sessionId: string | undefined;
  /** Keys the form token; whatever dies with the session. Undefined before sign-in. */
  formSecret: string | undefined;
  route: Route | undefined;
  params: Readonly<Record<string, string>>;
  /** The model that the address names, where the route has one. */
  model: ModelInfo | undefined;
  /** What was posted; undefined for safe methods and routes without a body. */
  form: Form | undefined;
  /** Words in the reader's language; one function per language, shared. */
  t: Translate;
  locale: string;
  /** IANA name of the reader's time zone. */
  timeZone: string;
  /** What `<html data-theme>` says; empty: as the reader's system has it. */
  theme: '' | 'light' | 'dark';
}
export type Context = ParameterizedContext<RequestState>;
export type ContextMiddleware = Middleware<RequestState>;

type Wanted = Omit<AccessKinds, 'open'>;
/** Open to all, or at least one thing that must hold. All that is named must hold. */
export type Access = { readonly open: true } | { [K in keyof Wanted]: Pick<Wanted, K> & Partial<Wanted> }[keyof Wanted];

export type GateName = string;

export interface RouteOptions {
  /** What a posted form may be. */
  readonly body?: BodyOptions;
  /** Gates behind which the route may still be reached (sign-out: all). */
  readonly despite?: 'all' | readonly GateName[];
  /** Statuses that it may answer beyond those that its method and access imply. */
  readonly answers?: readonly number[];
  /** `false`: the form token is not asked for. Only for routes before sign-in. */
  readonly formToken?: false;
}

/** The most bytes of a file by the name of its field. */
export type FilesWanted = ReadonlyMap<string, number>;

export interface BodyOptions {
  /** How large the texts of a form may be together. @defaultValue '1 MB' */
  readonly form?: Bytes;
  /** How many there may be. @defaultValue 5,000 */
  readonly fields?: number;
  /**
   * That a form may bring files, and how large each may be; without this multipart is refused with 415. A function says for
   * this request which fields there are, and the most bytes of each; an empty map: none. Files are found by `form.file(name)`.
   */
  readonly files?: Bytes | ((ctx: Context, app: App) => FilesWanted);
}

/** The cause that every write of this request carries. */
export function causeOf(ctx: Context): Cause {
  const { actor, correlationId, address, sessionId } = ctx.state;
  return { actor, correlationId, address, sessionId: sessionId ?? null };
}
