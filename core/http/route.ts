import type { z } from 'zod';
import type { App } from '../app.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Context } from '../request/context.ts';
import type { Access, BodyKind, GateName, Method, RouteInfo } from '../request/route-info.ts';

/** What a route does with a request: it renders a page, redirects, or sets `ctx.body`. */
export type Handler = (ctx: Context, app: App) => Promise<void> | void;

/**
 * Everything that a route declares. Only `access` is required; a route without one does not compile.
 *
 * @example
 * routes.post('/comments', { access: { permission: 'comments.add' }, summary: 'Add a comment' }, addComment);
 */
export interface RouteOptions {
  /** Who has access to it. */
  readonly access: Access;
  /** `mount`: under the mount path. `root`: outside it, at the path as written. @defaultValue 'mount' */
  readonly at?: 'mount' | 'root';
  /**
   * The scheme that authenticates its requests: `session`, `bearer`, or `none`. Without one, the default authenticators are
   * tried in plugin order.
   */
  readonly authenticate?: string;
  /**
   * How a change is protected against cross-site request forgery. `token`: the origin of the request and a token of the
   * session. `origin`: the origin alone, for forms before sign-in. `none`: for programs and signed webhooks; only with a scheme
   * that browsers do not send automatically.
   *
   * @defaultValue 'token' where browsers send the credentials of the scheme automatically, else 'none'
   */
  readonly csrf?: 'token' | 'origin' | 'none';
  /** What its requests may carry. @defaultValue 'form' for POST, PUT and PATCH of pages, 'json' where `format` is, else 'none' */
  readonly body?: BodyKind | BodyOptions;
  /**
   * The format of errors, and of responses to requests that must sign in first. @defaultValue 'json' where `output` or a scheme
   * for programs is given, else 'page'
   */
  readonly format?: 'page' | 'json';
  /**
   * Response headers that add to, or replace, those of every response: a content security policy, caching. Only a route with
   * `authenticate: 'none'`, or with a scheme for programs, may let shared caches keep its responses.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses of its responses beyond those that its method, access and body imply. Others are logged as errors. */
  readonly responses?: readonly number[];
  /** Gates that do not apply to it; sign-out skips all of them. */
  readonly skipGates?: 'all' | readonly GateName[];
  /**
   * Keeps its form when a gate with `keepsForms` stops it (the password must be re-entered), and redirects the user back to the
   * page of the same path, which fills it in with `takeInterruptedForm(ctx)`. Only text fields are kept; leave it out where passwords
   * or other secrets are posted.
   *
   * @defaultValue false
   */
  readonly resumable?: boolean;
  /** One sentence on what it does, for `rustio-admin routes --json` and API descriptions. */
  readonly summary?: string;
}

/**
 * What a request may carry, with its limits.
 *
 * @example
 * body: { kind: 'form', files: '10 MB' },
 */
export interface BodyOptions {
  /** @defaultValue 'form' */
  readonly kind?: Exclude<BodyKind, 'none'>;
  /** Max size of the body; for a form with files, of its text fields together. @defaultValue '1 MB'; '16 KB' with open access */
  readonly limit?: Bytes;
  /** Max number of fields of a form. @defaultValue 5,000 */
  readonly fields?: number;
  /**
   * Allows a form to carry files, and limits the size of each; without it, multipart requests are answered with 415. A function
   * returns the file fields of this request with the limit of each in bytes; an empty map means none. Read them with
   * `form.file(name)`.
   */
  readonly files?: Bytes | ((ctx: Context, app: App) => FileLimits);
}
/** Max size of a file in bytes, by field name. */
export type FileLimits = ReadonlyMap<string, number>;

type Schema = z.ZodType;

/**
 * A route with schemas. `query` and `input` are parsed before the handler runs; a request that does not match is answered with
 * 400 (query) or 422 (input) and the list of issues. In forms and queries, a value that occurs once is a string, a repeated one
 * an array of strings. What the handler returns is checked against `output` and sent as JSON; without `output` it is sent
 * unchecked, on a route whose `format` is `json` as JSON. A JSON handler that returns nothing is answered with 204.
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

/** A route after startup, with every default filled in: what the router runs. */
export interface Route extends RouteInfo {
  readonly body: Omit<BodyOptions, 'kind'> & { readonly kind: BodyKind };
  readonly input: Schema | undefined;
  readonly query: Schema | undefined;
  readonly output: Schema | undefined;
  readonly handler: RouteDefinition['handler'];
}
