import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { COOKIE } from '../data.ts';

/** Serves one page to signed-in users; `undefined` redirects to the sign-in page. Prints the URL that it listens on. */
export function servePage(page: (session: string) => Promise<string | undefined>): void {
  const app = new Koa();
  app.use(async (ctx) => {
    const html = await page(ctx.cookies.get(COOKIE) ?? '');
    if (html === undefined) return ctx.redirect('/login');
    ctx.type = 'html';
    ctx.body = html;
  });
  const server = app.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
