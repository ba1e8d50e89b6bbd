import type { App } from '../app.ts';
import type { ContextMiddleware } from './context.ts';

/** Runs the route's handler, and keeps it to the answers that it declared. */
export function runHandler(app: App): ContextMiddleware {
  return async (ctx) => {
    const { route } = ctx.state;
    if (!route) return;
    await route.handler(ctx, app);
    if (!route.answers.has(ctx.status)) {
      app.log.error(
        { id: ctx.state.correlationId, route: route.path, owner: route.owner, status: ctx.status },
        'undeclared answer: add the status to `answers` of the route',
      );
    }
  };
}
