import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { Context, Middleware } from './context.ts';
import type { Route } from './route.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Does an unsafe request come from one of our own pages? Asked before anything of its body is read; this protects
 * sign-in too, where there is no session yet that could key a form token.
 * Neighbouring subdomains (`same-site`) are strangers. Where a browser sends no Sec-Fetch-Site (plain http on a name that
 * is not localhost), Origin must equal the public origin; a request with neither comes from no browser and is refused as well.
 * Where both come, they must agree: an Origin that is not ours is refused whatever Sec-Fetch-Site says.
 */
export function checkOrigin(route: Route, app: App): Middleware | undefined {
  if (route.csrf === 'none') return undefined;
  const { config, environment, urls } = app;
  // Behind a proxy Host may be any name, so there the public address alone counts. Without one ours is made up of the port that
  // we listen on, and a developer may well type `localhost` where we say 127.0.0.1.
  const byHost = !environment.production || (environment.publicUrl ?? config.publicUrl) === undefined;
  return async function checkOrigin(ctx, next) {
    if (!comesFromUs(ctx, urls.publicOrigin, byHost)) throw foreignOrigin();
    await next();
  };
}

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/** `byHost`: to a browser that says that it is here already, the name that it asked for is ours as well. */
function comesFromUs(ctx: Context, publicOrigin: string, byHost: boolean): boolean {
  const site = ctx.get('sec-fetch-site');
  const origin = ctx.get('origin');
  if (site === 'same-origin') {
    return origin === '' || origin === publicOrigin || (byHost && hostOf(origin) === ctx.get('host'));
  }
  if (site !== '' && site !== 'none') return false;
  return origin !== '' && origin !== 'null' && origin === publicOrigin;
}

/** Host and port of an Origin header, as a Host header has them; undefined for anything else. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
}

function foreignOrigin(): RustioError {
  return new RustioError(
    'RIO-HTTP-ORIGIN',
    {
      problem: 'This request did not come from a page of this application.',
      why: 'Changes are accepted only from its own pages, so that no other site can make them in your name.',
      fix: 'Open the page here and send its form again. If you run the application: its `publicUrl` must be the address that people use.',
      retry: 'From the right page, at once.',
    },
    { status: 403 },
  );
}
