import type { App, Gate } from '../app.ts';
import { didYouMean } from '../base/nearest.ts';
import { forbidden, gateClosed, signInRequired, unknownPermission } from '../errors/http.ts';
import { ACTIONS, type Action } from '../policy/policy.ts';
import type { AccessControl, Context, Middleware } from '../request/context.ts';
import type { Access, AccessDecision, AccessKinds, RouteInfo } from '../request/route-info.ts';
import type { Authenticator } from './authenticate.ts';
import { isSafe } from './csrf.ts';
import { noteAccess } from './debug-requests.ts';
import { formKeeper } from './interrupted-form.ts';
import { safeReturn, seeOther } from './redirect.ts';
import type { Route } from './route.ts';

/**
 * A plugin's checks for the kinds of access that it adds to `AccessKinds`. A check is synchronous and uses the request's state;
 * load data in the authenticator.
 *
 * @example
 * accessChecks: {
 *   role: ({ state: { actor } }, required) =>
 *     actor.kind === 'anonymous' ? 'sign-in' : actor.kind === 'user' && reaches(actor.role, required) ? 'allow' : 'deny',
 * },
 */
export type AccessChecks = {
  readonly [K in Exclude<keyof AccessKinds, 'open'>]?: (
    ctx: Context,
    required: AccessKinds[K],
    app: App,
  ) => AccessDecision;
};

type Check = (ctx: Context, required: never, app: App) => AccessDecision;

/** Checks for core's own kinds of access. */
export const coreAccessChecks: AccessChecks = {
  signedIn: ({ state: { actor } }) => (actor.kind === 'anonymous' ? 'sign-in' : 'allow'),
  permission(ctx, required, app) {
    if (ctx.state.actor.kind === 'anonymous') return 'sign-in';
    if (typeof required === 'string') return hasPermission(required, ctx, app) ? 'allow' : 'deny';
    return required.length > 0 && required.every((name) => hasPermission(name, ctx, app)) ? 'allow' : 'deny';
  },
};

/** `view` refers to the page's model; `audit.view` is a full name. */
function hasPermission(name: string, { state: { actor, model } }: Context, { policy, permissions }: App): boolean {
  const declared = declaredPermissions(permissions);
  const isFull = name.includes('.');
  const available = isFull ? declared.full : declared.verbs;
  // Names in routes and contributions are checked at startup. A misspelled name in a page's code would hide content from everyone.
  if (!available.has(name)) throw unknownPermission({ permission: name, suggestion: didYouMean(name, available) });
  if (isFull) return policy.holds(actor, name);
  if (!model) return false;
  return isAction(name) ? policy.may(actor, name, model) : policy.holds(actor, `${model.name}.${name}`);
}

interface Declared {
  readonly full: ReadonlySet<string>;
  /** The parts after the dot. The verbs of models exist even if there is no model yet. */
  readonly verbs: ReadonlySet<string>;
}
const declaredSets = new WeakMap<readonly string[], Declared>();

/** The permissions that an `access` may name. */
export function declaredPermissions(permissions: readonly string[]): Declared {
  let sets = declaredSets.get(permissions);
  if (sets === undefined) {
    const verbs = permissions.map((name) => name.slice(name.indexOf('.') + 1));
    sets = { full: new Set(permissions), verbs: new Set([...ACTIONS, ...verbs]) };
    declaredSets.set(permissions, sets);
  }
  return sets;
}

function isAction(name: string): name is Action {
  return (ACTIONS as readonly string[]).includes(name);
}

/** Decides each kind of access with the check of core or of the plugin that declares it. */
export function accessControl(checks: readonly AccessChecks[], app: () => App): AccessControl {
  const byKind = new Map<string, Check>();
  for (const group of [coreAccessChecks, ...checks])
    for (const [kind, check] of Object.entries(group)) byKind.set(kind, check as Check);
  return {
    decide(ctx, access) {
      if (isOpenAccess(access)) return 'allow';
      let passed = 0;
      for (const kind in access) {
        const check = byKind.get(kind);
        // Closed by default: a kind of access without a check is denied, although startup already rejects it.
        if (!check) return 'deny';
        // A check takes the value of its own kind; only the lookup by name loses that type.
        const decision = check(ctx, access[kind as keyof Access] as never, app());
        // A promise, or any other invalid result, does not grant access.
        // fault: invalid-decision
        if (decision !== 'allow') return decision === 'sign-in' ? 'sign-in' : 'deny';
        passed += 1;
      }
      return passed > 0 ? 'allow' : 'deny';
    },
    unknownKinds: (access) => Object.keys(access).filter((kind) => kind !== 'open' && !byKind.has(kind)),
  };
}

/**
 * Checks gates before access: until users have passed every gate, responses must not reveal their permissions. Anonymous users are
 * redirected to the sign-in page.
 */
export function checkAccess(route: Route, app: App, authenticators: readonly Authenticator[]): Middleware {
  const gates = gatesOfRoute(route, app);
  const signIn = app.signInPage;
  const schemes = route.schemes.flatMap((scheme) => authenticators.find((each) => each.scheme === scheme) ?? []);
  const challenge = schemes.flatMap((each) => each.challenge ?? []);
  const isForTokens = schemes.length > 0 && schemes.every(({ ambient }) => !ambient);
  const keepForm = formKeeper(route, app);
  return async function checkAccess(ctx, next) {
    const returnPath = returnPathOf(ctx, app.urls);
    if (ctx.state.actor.kind === 'user') {
      const closed = await checkGates(ctx, app, { route, gates, keepForm });
      if (closed) {
        const next = closed.isFormKept ? ctx.path + ctx.search : returnPath;
        return seeOther(ctx, app.urls.to(closed.gate.page, { next }));
      }
    }
    const decision = app.access.decide(ctx, route.access);
    noteAccess(ctx, decision);
    if (decision === 'sign-in') {
      if (signIn !== undefined && !wantsJson(ctx)) return seeOther(ctx, app.urls.to(signIn, { next: returnPath }));
      if (challenge.length > 0) ctx.set('www-authenticate', challenge.join(', '));
      throw signInRequired({ by: isForTokens ? 'token' : 'session' });
    }
    // fault: access-decision-ignored
    if (decision === 'deny') throw forbidden();
    await route.precondition?.(ctx, app);
    await next();
  };
}

/**
 * The page to which users return afterwards: the requested one, or the one whose form was submitted, unless the form is kept (see
 * `checkGates`). Undefined for the dashboard. The page that redirects there validates it again.
 */
function returnPathOf(ctx: Context, urls: App['urls']): string | undefined {
  const home = urls.to('/');
  if (isSafe(ctx.method)) return ctx.path === home ? undefined : ctx.path + ctx.search;
  const referrer = URL.parse(ctx.get('referer'));
  if (referrer?.origin !== urls.publicOrigin) return undefined;
  const page = safeReturn(referrer.pathname + referrer.search, home);
  return page === home ? undefined : page;
}

/** The first gate that the user has not passed; undefined if there is none. */
async function checkGates(
  ctx: Context,
  app: App,
  {
    route,
    gates,
    keepForm,
  }: {
    readonly route: Route;
    readonly gates: readonly RouteGate[];
    readonly keepForm: ReturnType<typeof formKeeper>;
  },
): Promise<{ readonly gate: Gate; readonly isFormKept: boolean } | undefined> {
  // fault: gates-open
  const closed = stoppingGate(gates, (gate) => !isPassed(gate, ctx, app));
  if (!closed) return undefined;
  noteAccess(ctx, `gate:${closed.name}`);
  // Until users have passed all other gates, no response may depend on their permissions.
  // fault: kept-form-reveals-permission
  const isLast = gates.every(({ gate }) => gate === closed || isPassed(gate, ctx, app));
  // Nobody enters a password in vain.
  // fault: password-asked-in-vain
  if (isLast && closed.onlyFor !== undefined && app.access.decide(ctx, route.access) === 'allow')
    await route.precondition?.(ctx, app);
  if (wantsJson(ctx)) throw gateClosed();
  const isFormKept = isLast && closed.keepsForms === true && (await keepForm?.(ctx)) === true;
  return { gate: closed, isFormKept };
}

/** A gate of a route. */
export interface RouteGate {
  readonly gate: Gate;
  /** The route is the page of the gate, or one that the gate leaves reachable. */
  readonly isReachable: boolean;
}

/** The gates that a route does not skip, in their order. */
export function gatesOfRoute(
  { skipGates, access, path }: Pick<RouteInfo, 'skipGates' | 'access' | 'path'>,
  { gates, urls }: Pick<App, 'gates'> & { readonly urls: Pick<App['urls'], 'to'> },
): readonly RouteGate[] {
  if (skipGates === 'all') return [];
  return gates.flatMap((gate): readonly RouteGate[] => {
    const { name, page, onlyFor, leavesReachable = [] } = gate;
    if (onlyFor !== undefined && !Object.hasOwn(access, onlyFor)) return [];
    const isReachable = [page, ...leavesReachable].some((each) => urls.to(each) === path);
    return isReachable || !skipGates.includes(name) ? [{ gate, isReachable }] : [];
  });
}

/**
 * The gate that stops a request: of those that are closed, the first one. If it leads to this route, later ones do not stop it, since
 * users get to them only once they have passed the first; otherwise two gates could redirect to each other, although neither knows
 * the other. Gates for one kind of access, such as `recent`, apply nevertheless.
 */
export function stoppingGate(gates: readonly RouteGate[], isClosed: (gate: Gate) => boolean): Gate | undefined {
  let isDecided = false;
  for (const { gate, isReachable } of gates) {
    if (isDecided && gate.onlyFor === undefined) continue;
    if (!isClosed(gate)) continue;
    if (!isReachable) return gate;
    // fault: page-stopped-by-later-gates
    isDecided = true;
  }
  return undefined;
}

/** A gate is closed if it returns anything but `true`, such as a promise. */
export function isPassed(gate: Gate, ctx: Context, app: App): boolean {
  // fault: promise-passes-gate
  return gate.passes(ctx, app) === true;
}

/** Whether everyone has access: exactly `open: true`. Anything else that plain JavaScript can pass (`open: false`) is not open. */
export function isOpenAccess(access: Access): boolean {
  // fault: open-and-restricted
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
