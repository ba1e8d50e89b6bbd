import type { App } from '../app.ts';
import type { Middleware } from '../request/context.ts';

/**
 * Headers of every response, 404s and errors included. No nonces: there is no inline script or style anywhere. `same-origin`
 * and not `no-referrer`: with the latter Chromium sends `Origin: null` over plain http, and sign-in would fail.
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
  const headers: Record<string, string> = {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cache-control': 'no-store',
    ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  return async (ctx, next) => {
    ctx.set(headers);
    await next();
  };
}
