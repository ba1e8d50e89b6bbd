import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { isAllowed } from '../../core/http/layout.ts';
import { homePath, seeOther } from '../../core/http/redirect.ts';
import type { Issue } from '../../core/model/issue.ts';
import type { UserActor } from '../../core/policy/actor.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData, ViewData } from '../../core/request/views.ts';
import { tooManyAttempts } from './attempts.ts';
import { nextPath } from './complete-sign-in.ts';
import { signOut } from './end-sessions.ts';
import { factorsFor, reauthenticate } from './reauthenticate.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
import { signIn } from './sign-in.ts';

interface SignInView extends PageData {
  readonly next: string;
  /** As typed. */
  readonly email: string;
  /** A key of the messages. */
  readonly notice?: string | undefined;
  readonly problem?: Issue | undefined;
  readonly methods: readonly { readonly view: string; readonly data: ViewData }[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
}
interface ReauthenticationView extends PageData {
  readonly next: string;
  readonly problem?: Issue | undefined;
  /** Views with the inputs of additional factors. */
  readonly factors: readonly { readonly view: string; readonly data: ViewData }[];
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'sessions/login': SignInView;
    'sessions/reauth': ReauthenticationView;
  }
}

/** Messages that the sign-in page can show above its form, by the `notice` query parameter. */
const NOTICES: Readonly<Record<string, string>> = {
  'signed-out': 'sessions.notice.signedOut',
  'password-set': 'sessions.notice.passwordSet',
};

/** GET /login: redirects to the requested page if the user is already signed in. */
export function signInPage(ctx: Context, app: App): void {
  const query = new URLSearchParams(ctx.querystring);
  const next = nextOf(app, query.get('next'));
  if (ctx.state.actor.kind === 'user') {
    seeOther(ctx, next);
    return;
  }
  const notice = lostNotice(ctx) ?? NOTICES[query.get('notice') ?? ''];
  if (ctx.state.lostSession !== undefined) clearSessionCookie(ctx, app);
  showSignIn(ctx, app, { next, email: '', notice });
}

/** The message about a session that the browser has lost, except by signing out. Plugins add messages for their reasons. */
function lostNotice({ state: { lostSession: reason, t } }: Context): string | undefined {
  if (reason === undefined || reason === 'logout') return undefined;
  const key = `sessions.lost.${reason}`;
  return t(key) === key ? 'sessions.lost.other' : key;
}

/** POST /login */
export async function signInForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const email = form?.get('email') ?? '';
  const password = form?.get('password') ?? '';
  const next = nextOf(app, form?.get('next'));
  const result = await signIn(ctx, app, { email, password, next });
  switch (result.outcome) {
    case 'rejected':
      ctx.status = 401;
      showSignIn(ctx, app, { next, email, problem: { key: 'sessions.signIn.rejected' } });
      return;
    case 'refused':
      ctx.status = 403;
      showSignIn(ctx, app, { next, email, problem: { key: result.message } });
      return;
    case 'throttled':
      showSignIn(ctx, app, { next, email, problem: tooManyAttempts(ctx, result) });
      return;
    case 'done':
      return; // completeSignIn has already set the redirect
  }
}

/** POST /logout: works in any state and can be repeated. */
export async function signOutForm(ctx: Context, app: App): Promise<void> {
  await signOut(app, auditContext(ctx));
  clearSessionCookie(ctx, app);
  // Not "cookies", which would make this browser an unknown device.
  ctx.set('clear-site-data', '"cache", "storage"');
  seeOther(ctx, app.urls.to('/login', { notice: 'signed-out' }));
}

/** GET /reauth */
export async function reauthenticationPage(ctx: Context, app: App): Promise<void> {
  const next = nextOf(app, new URLSearchParams(ctx.querystring).get('next'));
  await showReauthentication(ctx, app, { next });
}

/** POST /reauth */
export async function reauthenticationForm(ctx: Context, app: App): Promise<void> {
  const { form, session } = ctx.state;
  const next = nextOf(app, form?.get('next'));
  if (!form || !session) throw notFound();
  const result = await reauthenticate(ctx, app, signedInUser(ctx), session.id, form);
  switch (result.outcome) {
    case 'rejected':
      ctx.status = 401;
      await showReauthentication(ctx, app, { next, rejected: true });
      return;
    case 'refused':
      ctx.status = 403;
      await showReauthentication(ctx, app, { next, problem: { key: result.message } });
      return;
    case 'throttled':
      await showReauthentication(ctx, app, { next, problem: tooManyAttempts(ctx, result) });
      return;
    case 'missing':
      seeOther(ctx, app.urls.to('/login', { next }));
      return;
    case 'done':
      setSessionCookie(ctx, app, result.token);
      seeOther(ctx, next);
  }
}

/** The sign-in page, with what was typed and a problem. Sign-in methods show it if they reject a sign-in. */
export function showSignIn(
  ctx: Context,
  app: App,
  view: Pick<SignInView, 'next' | 'email' | 'notice' | 'problem'>,
): void {
  app.views.page(ctx, 'sessions/login', {
    frame: 'bare',
    title: ctx.state.t('sessions.signIn.title'),
    methods: methodsFor(ctx, app),
    links: linksFor(ctx, app),
    ...view,
  });
}

/** The additional sign-in methods, each with the data of its view. */
function methodsFor(ctx: Context, app: App): SignInView['methods'] {
  return app.contributions('signIn.methods').flatMap((method) => {
    if (!isAllowed(ctx, app, method)) return [];
    const data = method.data === undefined ? {} : method.data(ctx, app);
    return data === undefined ? [] : [{ view: method.view, data }];
  });
}

function linksFor(ctx: Context, app: App): SignInView['links'] {
  return app
    .contributions('signIn.links')
    .filter((link) => isAllowed(ctx, app, link))
    .map(({ label, path }) => ({ label: ctx.state.t(label), url: app.urls.to(path) }));
}

async function showReauthentication(
  ctx: Context,
  app: App,
  { rejected = false, ...view }: Pick<ReauthenticationView, 'next' | 'problem'> & { readonly rejected?: boolean },
): Promise<void> {
  const factors = await factorsFor(app, signedInUser(ctx));
  // If there are additional factors, the message does not reveal which one was wrong.
  const key = factors.length > 0 ? 'sessions.reauth.rejected.factor' : 'sessions.reauth.rejected';
  app.views.page(ctx, 'sessions/reauth', {
    frame: 'bare',
    title: ctx.state.t('sessions.reauth.title'),
    factors,
    ...(rejected && { problem: { key } }),
    ...view,
  });
}

/** The page to open next: the requested one, or a page that is open to every signed-in user. */
export function nextOf(app: App, requested: string | null | undefined): string {
  const start = app.urls.to('/');
  const path = nextPath(requested ?? undefined, start);
  // Without a dashboard, fall back to a page that is open to every signed-in user.
  return path === start ? (homePath(app) ?? app.urls.to('/account/sessions')) : path;
}

/** The signed-in user. The routes of these pages require one. */
export function signedInUser(ctx: Context): UserActor {
  if (ctx.state.actor.kind !== 'user') throw notFound();
  return ctx.state.actor;
}
