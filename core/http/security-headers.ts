import type { App } from '../app.ts';
import type { Middleware } from '../request/context.ts';

/**
 * The headers of every response, including errors. No nonces are needed, since there are no inline scripts or styles. The referrer
 * policy is `same-origin`: with `no-referrer`, Chromium sends `Origin: null` over plain http, and sign-in would fail.
 */
export function securityHeaders(app: App): Middleware {
  const https = app.urls.publicOrigin.startsWith('https:');
  const policy = [
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    ...(https ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
  const headers = Object.entries({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cache-control': 'no-store',
    ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  });
  return async (ctx, next) => {
    // Directly, since Koa's `set` would check each of them on every request.
    for (const [name, value] of headers) ctx.res.setHeader(name, value);
    await next();
  };
}
