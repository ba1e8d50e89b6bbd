import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import type { Judges, Verdict } from '../plugin.ts';
import type { Access, Context, ContextMiddleware } from './context.ts';
import { isSafe } from './origin.ts';
import { seeOther } from './see-other.ts';

type Judge = (ctx: Context, wanted: never, app: App) => Verdict;

/** Decides whether a request may go on: the kernel asks, plugins answer, pages never do. */
export interface AccessControl {
  judge(ctx: Context, access: Access): Verdict;
  /** Kinds of access that nobody judges; the boot stops when a route asks for one. */
  unknownKinds(access: Access): readonly string[];
}

export function accessControl(judges: readonly Judges[], app: () => App): AccessControl {
  const byKind = new Map<string, Judge>();
  for (const set of judges) for (const [kind, judge] of Object.entries(set)) byKind.set(kind, judge as Judge);
  return {
    judge(ctx, access) {
      if ('open' in access) return 'pass';
      let asked = 0;
      for (const kind in access) {
        const judge = byKind.get(kind);
        // Closed by default: what nobody can judge is refused, whatever the boot has let through.
        if (!judge) return 'forbidden';
        // The judge of a kind was declared for that kind's own value; only the lookup by name loses its type.
        const verdict = judge(ctx, access[kind as keyof Access] as never, app());
        if (verdict !== 'pass') return verdict;
        asked += 1;
      }
      return asked > 0 ? 'pass' : 'forbidden';
    },
    unknownKinds: (access) => Object.keys(access).filter((kind) => kind !== 'open' && !byKind.has(kind)),
  };
}

/** Access first, then the gates in their order. A stranger is sent to sign in; nobody is told more than that. */
export function checkAccess(app: App, control: AccessControl): ContextMiddleware {
  const gates = app.plugins.flatMap((plugin) => plugin.gates ?? []);
  const signIn = app.plugins.find((plugin) => plugin.signInPage !== undefined)?.signInPage;
  return async (ctx, next) => {
    const { route } = ctx.state;
    if (!route) throw forbidden();
    const verdict = control.judge(ctx, route.access);
    // A form that was sent is gone; the page on which it stood is the best place to come back to.
    const back = isSafe(ctx.method) && ctx.path !== app.urls.to('/') ? ctx.path + ctx.search : undefined;
    if (verdict === 'sign-in') {
      if (wantsJson(ctx) || signIn === undefined) throw signInFirst();
      seeOther(ctx, app.urls.to(signIn, { next: back }));
      return;
    }
    if (verdict === 'forbidden') throw forbidden();
    if (ctx.state.actor.kind === 'person') {
      const { despite } = route.options;
      const closed = gates.find(
        (gate) => despite !== 'all' && !(despite?.includes(gate.name) ?? false) && !gate.passes(ctx),
      );
      if (closed) {
        seeOther(ctx, app.urls.to(closed.page, { next: back }));
        return;
      }
    }
    await next();
  };
}

export function wantsJson(ctx: Context): boolean {
  return ctx.accepts('html', 'json') === 'json';
}

export function forbidden(): RustioError {
  return new RustioError(
    'RIO-HTTP-FORBIDDEN',
    {
      problem: 'You may not do this.',
      why: 'Your account does not have the permission that it needs.',
      fix: 'Ask an administrator for it, if it belongs to your work.',
      retry: 'After the permission was given.',
    },
    { status: 403 },
  );
}

function signInFirst(): RustioError {
  return new RustioError(
    'RIO-HTTP-SIGN-IN',
    {
      problem: 'You are not signed in.',
      why: 'This address is for people who are, and your session may have ended.',
      fix: 'Sign in and try again.',
      retry: 'After signing in.',
    },
    { status: 401 },
  );
}
