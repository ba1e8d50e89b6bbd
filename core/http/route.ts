import type { z } from 'zod';
import type { App } from '../app.ts';
import type { Bytes } from '../bytes.ts';
import type { Access, Context, GateName } from './context.ts';

/** Methods that routes may have. HEAD is answered by GET. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route does with a request: it renders a page, redirects, or sets `ctx.body`. */
export type Handler = (ctx: Context, app: App) => Promise<void> | void;

/**
 * Everything that a route declares. Only `access` is required; a route without one does not compile.
 *
 * @example
 * routes.post('/comments', { access: { permission: 'comments.add' }, summary: 'Add a comment' }, addComment);
 */
export interface RouteOptions {
  /** Who may use it. */
  readonly access: Access;
  /** `mount`: under the mount path. `root`: beside it, at the path as written. @defaultValue 'mount' */
  readonly at?: 'mount' | 'root';
  /**
   * The scheme that authenticates its requests: `session`, `bearer`, or `none`. Without one, the authenticators that are the
   * default are asked in the order of their plugins.
   */
  readonly authenticate?: string;
  /**
   * How a change is protected against cross-site request forgery. `token`: the origin of the request and a token of the
   * session. `origin`: the origin alone, for forms before sign-in. `none`: for programs and signed webhooks; only with a scheme
   * that browsers do not send automatically.
   * @defaultValue 'token' where the scheme rests on cookies, else 'none'
   */
  readonly csrf?: 'token' | 'origin' | 'none';
  /** What its requests may carry. @defaultValue 'form' for POST, PUT and PATCH of pages, 'json' where `format` is, else 'none' */
  readonly body?: BodyKind | BodyOptions;
  /** How errors, and requests that must sign in first, are answered. @defaultValue 'json' where `output` or a scheme for programs is given, else 'page' */
  readonly format?: 'page' | 'json';
  /**
   * Response headers beside, or instead of, those that every response carries: a content security policy, caching. Only a route
   * with `authenticate: 'none'`, or with a scheme for programs, may let shared caches keep its responses.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses of its responses beyond those that its method, access and body imply. Others are logged as errors. */
  readonly responses?: readonly number[];
  /** Gates that do not apply to it; sign-out skips all of them. */
  readonly skipGates?: 'all' | readonly GateName[];
  /**
   * Its form is kept when a gate with `keepsForms` stops it (the password has to be entered again), and the user is led back to
   * the page of the same path, which fills it in with `takeInterruptedForm(ctx)`. Only texts are kept; leave it out where
   * passwords or other secrets are posted.
   * @defaultValue false
   */
  readonly resumable?: boolean;
  /** One sentence on what it does, for `rustio-admin routes --json` and API descriptions. */
  readonly summary?: string;
}

/** What a request carries: nothing, a form, JSON, text, or bytes as they were sent. */
export type BodyKind = 'none' | 'form' | 'json' | 'text' | 'raw';

/**
 * What a request may carry, with its limits.
 *
 * @example
 * body: { kind: 'form', files: '10 MB' },
 */
export interface BodyOptions {
  /** @defaultValue 'form' */
  readonly kind?: Exclude<BodyKind, 'none'>;
  /** The maximum size of the body; of a form with files, of its texts together. @defaultValue '1 MB' */
  readonly limit?: Bytes;
  /** The maximum number of fields of a form. @defaultValue 5,000 */
  readonly fields?: number;
  /**
   * Allows a form to carry files, and limits the size of each; without it, multipart requests are answered with 415. A function
   * returns the fields of this request and the limit of each in bytes; an empty map means none. Read them with `form.file(name)`.
   */
  readonly files?: Bytes | ((ctx: Context, app: App) => FileLimits);
}
/** The maximum size of a file in bytes, by the name of its field. */
export type FileLimits = ReadonlyMap<string, number>;

type Schema = z.ZodType;

/**
 * A route with schemas. `query` and `input` are parsed before the handler runs; a request that does not fit is answered with 400
 * (query) or 422 (input) and the list of issues. Of a form and of the query, a value that is there once is a string, a repeated
 * one an array of strings. What the handler returns is checked against `output` and sent as JSON; without `output` it is sent as
 * it is, on a route whose `format` is `json` as JSON. A JSON handler that returns nothing is answered with 204.
 *
 * @example
 * routes.add({
 *   method: 'POST',
 *   path: '/api/notes',
 *   at: 'root',
 *   access: { permission: 'note.add' },
 *   authenticate: 'bearer',
 *   input: z.strictObject({ text: z.string().max(2_000) }),
 *   output: z.object({ id: z.string() }),
 *   responses: [201],
 *   summary: 'Add a note',
 *   handler: async (ctx, app, { input }) => {
 *     ctx.status = 201;
 *     return addNote(app, input.text);
 *   },
 * });
 */
export interface RouteDefinition<I extends Schema = Schema, Q extends Schema = Schema, O extends Schema = Schema>
  extends RouteOptions {
  readonly method: Method;
  /** `/comments/:id`. Parameters are in `ctx.state.params`; `:model` names a model, which is in `ctx.state.model`. */
  readonly path: string;
  readonly input?: I;
  readonly query?: Q;
  readonly output?: O;
  readonly handler: (
    ctx: Context,
    app: App,
    request: { readonly input: z.output<I>; readonly query: z.output<Q> },
  ) => Promise<z.input<O> | void> | z.input<O> | void;
}

/** Registers routes. The short forms are for routes without schemas. */
export interface Routes {
  add<I extends Schema = z.ZodUndefined, Q extends Schema = z.ZodUndefined, O extends Schema = z.ZodUnknown>(
    route: RouteDefinition<I, Q, O>,
  ): void;
  get(path: string, options: RouteOptions, handler: Handler): void;
  post(path: string, options: RouteOptions, handler: Handler): void;
  put(path: string, options: RouteOptions, handler: Handler): void;
  patch(path: string, options: RouteOptions, handler: Handler): void;
  delete(path: string, options: RouteOptions, handler: Handler): void;
}

/** A route after the boot, with every default filled in: data that the pipeline, `rustio-admin routes` and tests read. */
export interface Route {
  readonly method: Method;
  /** As requests have it, with the mount path: `/admin/:model/+new`. */
  readonly path: string;
  readonly access: Access;
  /** Schemes in the order in which they are asked; empty: nobody is authenticated. */
  readonly schemes: readonly string[];
  readonly csrf: 'token' | 'origin' | 'none';
  readonly body: Omit<BodyOptions, 'kind'> & { readonly kind: BodyKind };
  readonly format: 'page' | 'json';
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly skipGates: 'all' | readonly GateName[];
  readonly resumable: boolean;
  readonly summary: string | undefined;
  readonly input: Schema | undefined;
  readonly query: Schema | undefined;
  readonly output: Schema | undefined;
  readonly handler: RouteDefinition['handler'];
  /** The plugin that registered it. */
  readonly owner: string;
  /** Statuses that it may answer with. */
  readonly responses: ReadonlySet<number>;
}
