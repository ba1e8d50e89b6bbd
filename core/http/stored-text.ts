import type { Context } from '../request/context.ts';

/** Responds with a stored text as plain text. Browsers must not render it as a page or run it. */
export function showStoredText(ctx: Context, text: string): void {
  ctx.body = text;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.set({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-store',
  });
}
