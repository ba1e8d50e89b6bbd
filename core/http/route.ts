import type { z } from 'zod';
import type { App } from '../app.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Context } from '../request/context.ts';
import type { Access, BodyKind, GateName, Method, RouteInfo } from '../request/route-info.ts';

/** Handles the requests of a route: renders a page, redirects, or sets `ctx.body`. */
export type Handler = (ctx: Context, app: App) => Promise<void> | void;

/**
 * The options of a route. Only `access` is required.
 *
 * @example
 * routes.post('/comments', { access: { permission: 'comments.add' }, summary: 'Add a comment' }, addComment);
 */
export interface RouteOptions {
  /** Who has access to the route. */
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
   * @defaultValue 'token' if browsers send the credentials of the scheme automatically, otherwise 'none'
   */
  readonly csrf?: 'token' | 'origin' | 'none';
  /**
   * The body of its requests. @defaultValue 'form' for POST, PUT and PATCH of pages, 'json' if `format` is 'json', otherwise 'none'
   */
  readonly body?: BodyKind | BodyOptions;
  /**
   * The format of errors, and of responses to requests that must sign in first. @defaultValue 'json' if `output` or a scheme for
   * programs is given, otherwise 'page'
   */
  readonly format?: 'page' | 'json';
  /**
   * Response headers that add to or replace the standard ones, such as a content security policy or caching. Only a route with
   * `authenticate: 'none'`, or with a scheme for programs, may allow shared caches to store its responses.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** Response statuses in addition to those implied by its method, access and body. Any other status is logged as an error. */
  readonly responses?: readonly number[];
  /** Gates that do not apply to it; sign-out skips all of them. */
  readonly skipGates?: 'all' | readonly GateName[];
  /**
   * Whether the form is kept when a gate with `keepsForms` stops it (for example because the password must be re-entered). The user
   * is then redirected back to the page at the same path, which fills it in with `takeInterruptedForm(ctx)`. Only text fields are
   * kept. Do not set this for forms that contain passwords or other secrets.
   *
   * @defaultValue false
   */
  readonly resumable?: boolean;
  /**
   * Checks whether a request of a user with access can succeed at all, and throws `notFound()` or `forbidden()` if not: the record in
   * its path does not exist, or the user cannot change it. It runs before the password is asked for again and before the body is
   * read. The handler checks the same in its transaction.
   */
  readonly precondition?: (ctx: Context, app: App) => Promise<void>;
  /** One sentence on what it does, for `rustio-admin routes --json` and API descriptions. */
  readonly summary?: string;
}

/**
 * The kind of a request's body, and its limits.
 *
 * @example
 * body: { kind: 'form', files: '10 MB' },
 */
export interface BodyOptions {
  /** @defaultValue 'form' */
  readonly kind?: Exclude<BodyKind, 'none'>;
  /** Max size of the body; for a form with files, of all text fields together. @defaultValue '1 MB'; '16 KB' with open access */
  readonly limit?: Bytes;
  /** Max number of fields of a form. @defaultValue 5,000 */
  readonly fields?: number;
  /**
   * Allows files in a form, and limits the size of each. Without it, multipart requests get 415. A function returns the file fields
   * of a request with their limits in bytes; an empty map means none. Read files with `form.file(name)`.
   */
  readonly files?: Bytes | ((ctx: Context, app: App) => FileLimits);
}
/** Max size of a file in bytes, by field name. */
export type FileLimits = ReadonlyMap<string, number>;

type Schema = z.ZodType;

/**
 * A route with schemas. `query` and `input` are parsed before the handler runs; a request that does not match gets 400 (query) or
 * 422 (input) with the list of issues. In forms and queries, a value that occurs once is a string, a repeated one an array of
 * strings. The handler's result is checked against `output` and sent as JSON. Without `output`, it is sent unchecked, as JSON if
 * the route's `format` is `json`. If a JSON handler returns nothing, the response is 204.
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

/** A route after startup, with all defaults filled in, as the router runs it. */
export interface Route extends RouteInfo {
  readonly body: Omit<BodyOptions, 'kind'> & { readonly kind: BodyKind };
  readonly input: Schema | undefined;
  readonly query: Schema | undefined;
  readonly output: Schema | undefined;
  readonly precondition: RouteOptions['precondition'];
  readonly handler: RouteDefinition['handler'];
}
