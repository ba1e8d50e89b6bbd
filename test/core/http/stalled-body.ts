import { createServer } from 'node:http';
import { connect } from 'node:net';
import Koa from 'koa';
import { readBody } from '../../../core/http/body.ts';
import type { Route } from '../../../core/http/route.ts';
import { anonymous } from '../../../core/policy/actor.ts';
import type { Method } from '../../../core/request/route-info.ts';
import type { TestApp } from '../../support/app.ts';
import { rustioFailureOf } from '../../support/failure.ts';

/**
 * Sends only the first bytes of a body, to a route with a timeout of 40 ms.
 *
 * @returns the code of the error that ends the request, after the connection is closed
 */
export async function stalledBody(
  { app, booted }: TestApp,
  at: { readonly method: Method; readonly path: string },
  sent: { readonly type: string; readonly bytes: string },
): Promise<string> {
  const route = booted.routes.find(({ method, path }) => method === at.method && path === at.path);
  if (route === undefined) throw new Error(`there is no route ${at.method} ${at.path}`);
  const ended = Promise.withResolvers<unknown>();
  const failure = rustioFailureOf(ended.promise);
  const server = createServer(serverOf(route, app, ended).callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const gone = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.resume();
  const length = sent.bytes.length + 5;
  socket.write(
    `${at.method} ${at.path} HTTP/1.1\r\nHost: desk\r\nContent-Type: ${sent.type}\r\nContent-Length: ${length}\r\n\r\n${sent.bytes}`,
  );
  await gone;
  const { code } = await failure;
  await new Promise((resolve) => server.close(resolve));
  return code;
}

function serverOf(route: Route, app: TestApp['app'], ended: PromiseWithResolvers<unknown>): Koa {
  const read: unknown = readBody(route, app, 40);
  const koa = new Koa();
  koa.on('error', () => {});
  koa.use(async (ctx) => {
    ctx.state.route = route;
    ctx.state.actor = anonymous;
    if (typeof read === 'function') await read(ctx, async () => {}).then(ended.resolve, ended.reject);
  });
  return koa;
}
