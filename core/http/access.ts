import type { App } from '../app.ts';
import { RustioError } from '../errors.ts';
import { didYouMean } from '../model/nearest.ts';
import type { AccessChecks, Gate } from '../plugin.ts';
import type { Action } from '../query/types.ts';
import type { Authenticator } from './authenticate.ts';
import type { Access, AccessControl, AccessDecision, Context, Middleware } from './context.ts';
import { formKeeper } from './interrupted-form.ts';
import { isSafe } from './origin.ts';
import type { Route } from './route.ts';
import { seeOther } from './see-other.ts';

type Check = (ctx: Context, required: never, app: App) => AccessDecision;

/** The kinds of access that core itself decides. */
export const coreAccessChecks: AccessChecks = {
  signedIn: ({ state: { actor } }) => (actor.kind === 'anonymous' ? 'sign-in' : 'allow'),
  permission(ctx, required, app) {
    const { actor, model } = ctx.state;
    if (actor.kind === 'anonymous') return 'sign-in';
    const names = typeof required === 'string' ? [required] : required;
    const declared = declaredIn(app.permissions);
    const held = names.every((name) => {
      if (!(name.includes('.') ? declared.full : declared.verbs).has(name)) throw unknownPermission(name, declared);
      if (name.includes('.')) return app.policy.holds(actor, name);
      if (!model) return false;
      return isAction(name) ? app.policy.may(actor, name, model) : app.policy.holds(actor, `${model.name}.${name}`);
    });
    return held && names.length > 0 ? 'allow' : 'deny';
  },
};

interface Declared {
  readonly full: ReadonlySet<string>;
  /** What is behind the dot; those of every model exist also where there is no model (yet). */
  readonly verbs: ReadonlySet<string>;
}
const declaredSets = new WeakMap<readonly string[], Declared>();

/** What an access may name, of the permissions of an application. */
export function declaredIn(permissions: readonly string[]): Declared {
  let sets = declaredSets.get(permissions);
  if (sets === undefined) {
    const verbs = permissions.map((name) => name.slice(name.indexOf('.') + 1));
    sets = { full: new Set(permissions), verbs: new Set([...ACTIONS, ...verbs]) };
    declaredSets.set(permissions, sets);
  }
  return sets;
}

/** The boot checks routes and contributions. A page that asks by itself would hide what it shows from everyone, silently. */
function unknownPermission(name: string, { full, verbs }: Declared): RustioError {
  return new RustioError('RIO-HTTP-PERMISSION', {
    problem: `The permission "${name}" does not exist.${didYouMean(name, name.includes('.') ? full : verbs)}`,
    why: 'The code of this page asks for it, and neither a model nor an enabled plugin declares it.',
    fix: 'Correct the name in `app.access.decide`, or declare it in `permissions` of the plugin.',
    retry: 'After the correction.',
  });
}

const ACTIONS: readonly Action[] = ['view', 'add', 'change', 'delete'];

function isAction(word: string): word is Action {
  return ACTIONS.some((action) => action === word);
}

export function accessControl(checks: readonly AccessChecks[], app: () => App): AccessControl {
  const byKind = new Map<string, Check>();
  for (const set of [coreAccessChecks, ...checks])
    for (const [kind, check] of Object.entries(set)) byKind.set(kind, check as Check);
  return {
    decide(ctx, access) {
      if (isOpenAccess(access)) return 'allow';
      let asked = 0;
      for (const kind in access) {
        const check = byKind.get(kind);
        // Closed by default: what nobody can decide is denied, whatever the boot has let through.
        if (!check) return 'deny';
        // The check of a kind was declared for that kind's own value; only the lookup by name loses its type.
        const decision = check(ctx, access[kind as keyof Access] as never, app());
        // Nor does a promise, or anything else that is not a decision, let anybody in.
        if (decision !== 'allow') return decision === 'sign-in' ? 'sign-in' : 'deny';
        asked += 1;
      }
      return asked > 0 ? 'allow' : 'deny';
    },
    unknownKinds: (access) => Object.keys(access).filter((kind) => kind !== 'open' && !byKind.has(kind)),
  };
}

/**
 * Gates first, then access: a user who has not passed a gate must not learn from the answer what they would be allowed to do.
 * Anonymous users are sent to the sign-in page and learn nothing else.
 */
export function checkAccess(route: Route, app: App, authenticators: readonly Authenticator[]): Middleware {
  const { skipGates } = route;
  const gates = gatesOf(app).filter((gate) => skipGates !== 'all' && !skipGates.includes(gate.name));
  const signIn = app.plugins.find((plugin) => plugin.signInPage !== undefined)?.signInPage;
  const asked = route.schemes.flatMap((scheme) => authenticators.find((each) => each.scheme === scheme) ?? []);
  const challenge = asked.flatMap((each) => each.challenge ?? []);
  const isForTokens = asked.length > 0 && asked.every(({ ambient }) => !ambient);
  const keepForm = formKeeper(route, app);
  return async function checkAccess(ctx, next) {
    // A form that was sent is gone, unless it is kept below.
    const back = isSafe(ctx.method) && ctx.path !== app.urls.to('/') ? ctx.path + ctx.search : undefined;
    if (ctx.state.actor.kind === 'person') {
      const closed = gates.find((gate) => !isPassed(gate, ctx, app));
      if (closed && wantsJson(ctx)) throw gateClosed();
      if (closed) {
        // Only for users whom nothing else stops: until then, no answer may depend on what they are allowed to do.
        const isKept =
          closed.keepsForms === true &&
          gates.every((gate) => gate === closed || isPassed(gate, ctx, app)) &&
          (await keepForm?.(ctx)) === true;
        return seeOther(ctx, app.urls.to(closed.page, { next: isKept ? ctx.path + ctx.search : back }));
      }
    }
    const decision = app.access.decide(ctx, route.access);
    if (decision === 'sign-in') {
      if (signIn !== undefined && !wantsJson(ctx)) return seeOther(ctx, app.urls.to(signIn, { next: back }));
      if (challenge.length > 0) ctx.set('www-authenticate', challenge.join(', '));
      throw isForTokens ? tokenRequired() : signInFirst();
    }
    if (decision === 'deny') throw forbidden();
    await next();
  };
}

const gatesByApp = new WeakMap<App, readonly Gate[]>();

/** The gates of all plugins, in their order. */
export function gatesOf(app: App): readonly Gate[] {
  let gates = gatesByApp.get(app);
  if (gates === undefined) {
    gates = app.plugins.flatMap((plugin) => plugin.gates ?? []);
    gatesByApp.set(app, gates);
  }
  return gates;
}

/** A gate that answers anything but `true`, such as a promise, is closed. */
export function isPassed(gate: Gate, ctx: Context, app: App): boolean {
  return gate.passes(ctx, app) === true;
}

/** Everybody may: `open: true` and nothing else. What plain JavaScript makes of it besides (`open: false`) is not open. */
export function isOpenAccess(access: Access): boolean {
  return 'open' in access && access.open === true && Object.keys(access).length === 1;
}

/**
 * Whether a response must be JSON: the route declares it, or the client prefers it to HTML.
 *
 * @example
 * if (wantsJson(ctx)) ctx.body = { saved: true };
 */
export function wantsJson(ctx: Context): boolean {
  return ctx.state.route?.format === 'json' || ctx.accepts('html', 'json') === 'json';
}

/**
 * The error that a page throws when users lack the right to what they ask for: 403. Prefer `access` of the route, which decides
 * before anything is read.
 *
 * @example
 * if (!app.policy.may(ctx.state.actor, 'change', model)) throw forbidden();
 */
export function forbidden(): RustioError {
  return new RustioError(
    'RIO-HTTP-FORBIDDEN',
    {
      problem: 'You do not have permission to do this.',
      why: 'Your account does not have the permission that this requires.',
      fix: 'Ask an administrator for access.',
      retry: 'After access has been granted.',
    },
    { status: 403 },
  );
}

function signInFirst(): RustioError {
  return new RustioError(
    'RIO-HTTP-SIGN-IN',
    {
      problem: 'You are not signed in.',
      why: 'This page requires you to be signed in, and your session may have ended.',
      fix: 'Sign in and try again.',
      retry: 'After signing in.',
    },
    { status: 401, params: { by: 'session' } },
  );
}

/** The same for routes whose schemes browsers do not send automatically. */
function tokenRequired(): RustioError {
  return new RustioError(
    'RIO-HTTP-SIGN-IN',
    {
      problem: 'Authentication is required.',
      why: 'The request has no valid token.',
      fix: 'Send a valid token with the request.',
      retry: 'With a valid token.',
    },
    { status: 401, params: { by: 'token' } },
  );
}

function gateClosed(): RustioError {
  return new RustioError(
    'RIO-HTTP-GATE',
    {
      problem: 'Your sign-in is not complete.',
      why: 'One more step is required before you can continue.',
      fix: 'Open the application in a browser and complete the sign-in.',
      retry: 'After that.',
    },
    { status: 403 },
  );
}
