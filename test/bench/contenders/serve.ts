import type { AddressInfo } from 'node:net';
import Koa from 'koa';

/** Serves one page to those who are signed in; `undefined` sends to the sign-in page. Prints where it listens. */
export function servePage(page: (session: string) => Promise<string | undefined>): void {
  const app = new Koa();
  app.use(async (ctx) => {
    const html = await page(ctx.cookies.get('rustio') ?? '');
    if (html === undefined) return ctx.redirect('/login');
    ctx.type = 'html';
    ctx.body = html;
  });
  const server = app.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
