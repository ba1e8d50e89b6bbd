import Koa, { type Middleware } from 'koa';
import type { Logger } from 'pino';
import type { Actor } from './actor.ts';
import type { Config, Environment } from './config.ts';
import type { Database, Query } from './database/pool.ts';
import type { Events } from './events.ts';
import type { Files } from './files/files.ts';
import { type AccessControl, checkAccess } from './http/access.ts';
import { accessLog } from './http/access-log.ts';
import { type Assets, serveAssets } from './http/assets.ts';
import { readBody } from './http/body.ts';
import { clientAddress } from './http/client-address.ts';
import { compressPages } from './http/compress.ts';
import type { ContextMiddleware } from './http/context.ts';
import { correlationId } from './http/correlation.ts';
import { devEvents } from './http/dev-events.ts';
import { discardUnread } from './http/discard-rest.ts';
import { answerErrors } from './http/errors.ts';
import { checkFormToken } from './http/form-token.ts';
import { runHandler } from './http/handler.ts';
import { health, type Readiness } from './http/health.ts';
import { checkOrigin } from './http/origin.ts';
import { matchRoute, type Route, type RouteTable } from './http/router.ts';
import { securityHeaders } from './http/security-headers.ts';
import type { Urls } from './http/urls.ts';
import type { Models } from './model/registry.ts';
import type { Plugin, SlotName, Slots } from './plugin.ts';
import type { Rows } from './query/rows.ts';
import type { Policy } from './query/types.ts';
import type { Views } from './view/views.ts';
import type { Catalogue } from './view/words.ts';
import type { Write } from './write/write.ts';

/** An application that has booted: what pages, commands and rules work with. */
export interface App {
  readonly config: Config;
  readonly environment: Environment;
  /** Started by `rustio-admin dev`: pages reload when a file was saved. */
  readonly dev: boolean;
  /** Enabled plugins in their order. */
  readonly plugins: readonly Plugin[];
  readonly models: Models;
  /** For rules; a page hands it on and never asks it anything. */
  readonly database: Database;
  /** The same for what pages show: the server takes a statement back that needs longer than a reader waits. */
  readonly reading: Database;
  /** The same again for one person, of whom a few statements run at once: nobody takes all connections with ten slow tabs. */
  readingFor(actor: Actor): Query;
  readonly policy: Policy;
  readonly access: AccessControl;
  /** The door for reading. */
  readonly rows: Rows;
  /** The door for writing. */
  readonly write: Write;
  readonly events: Events;
  /** Files that people upload: kept aside until a record takes them, and given out again. */
  readonly files: Files;
  readonly views: Views;
  readonly words: Catalogue;
  readonly urls: Urls;
  readonly log: Logger;
  readonly routes: readonly Route[];
  /** Every permission that can be given: four per model, and what plugins declare. */
  readonly permissions: readonly string[];
  /** What plugins put into a slot, in their order. */
  slot<S extends SlotName>(name: S): readonly Slots[S][];
  /** A plugin's options after its schema has read them. */
  options(plugin: string): unknown;
}

/** What the pipeline needs beside the application itself. */
export interface PipelineParts {
  readonly assets: Assets;
  readonly readiness: Readiness;
  readonly table: RouteTable;
}

/**
 * What happens to a request, in this order. Nothing of a stranger's body is read before we know that a route wants it, and
 * 404 and 405 pass through everything above the match.
 */
export function pipeline(app: App, { assets, readiness, table }: PipelineParts): readonly ContextMiddleware[] {
  return [
    correlationId(app),
    accessLog(app),
    discardUnread(),
    answerErrors(app),
    compressPages(),
    securityHeaders(app),
    serveAssets(app, assets),
    clientAddress(app),
    health(app, readiness),
    ...devEvents(app),
    matchRoute(table, app.urls.to('/')),
    checkOrigin(app),
    ...app.plugins.flatMap((plugin) => plugin.identify?.(app) ?? []),
    checkAccess(app, app.access),
    readBody(app),
    checkFormToken(),
    runHandler(app),
  ];
}

/** The Koa application that runs the pipeline. */
export function createKoa(app: App, parts: PipelineParts): Koa {
  const koa = new Koa();
  // Everything is answered inside the pipeline; what still arrives here is a socket that broke while we wrote to it.
  koa.on('error', (error: unknown) => app.log.debug({ err: error }, 'connection error'));
  // Koa types a middleware by the state of the whole application; ours is laid out by the first one of the list.
  for (const step of pipeline(app, parts)) koa.use(step as unknown as Middleware);
  return koa;
}
