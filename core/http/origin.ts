import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { Context, ContextMiddleware } from './context.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Does an unsafe request come from one of our own pages? Asked before anything of its body is read; this protects
 * sign-in too, where there is no session yet that could key a form token.
 * Neighbouring subdomains (`same-site`) are strangers. Where a browser sends no Sec-Fetch-Site (plain http on a name that
 * is not localhost), Origin must equal the public origin; a request with neither comes from no browser and is refused as well.
 */
export function checkOrigin(app: App): ContextMiddleware {
  return async (ctx, next) => {
    if (!SAFE.has(ctx.method) && !comesFromUs(ctx, app.urls.publicOrigin)) throw foreignOrigin();
    await next();
  };
}

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

function comesFromUs(ctx: Context, publicOrigin: string): boolean {
  const site = ctx.get('sec-fetch-site');
  if (site === 'same-origin') return true;
  if (site !== '' && site !== 'none') return false;
  const origin = ctx.get('origin');
  return origin !== '' && origin !== 'null' && origin === publicOrigin;
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
