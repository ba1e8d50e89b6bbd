import type { Person } from '../../core/actor.ts';
import type { App } from '../../core/app.ts';
import { isAllowed } from '../../core/extension-points.ts';
import { auditContext, type Context } from '../../core/http/context.ts';
import { flash } from '../../core/http/flash.ts';
import { homeOf } from '../../core/http/home.ts';
import { notFound } from '../../core/http/router.ts';
import { seeOther } from '../../core/http/see-other.ts';
import type { ViewData } from '../../core/view/views.ts';
import type { MessageParams } from '../../core/view/words.ts';
import { shownSession } from './device-list.ts';
import { nextPath } from './next-path.ts';
import { endOtherSessions, endOwnSession, ownSessions } from './own-sessions.ts';
import { factorsFor, reauthenticate } from './reauthenticate.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';

/** What the sign-in page may report above its form, by the `notice` of its query. */
const NOTICES: Readonly<Record<string, string>> = { 'signed-out': 'sessions.notice.signedOut' };

/** GET /login — users who are already signed in go on to the page that they wanted. */
export function signInPage(ctx: Context, app: App): void {
  const query = new URLSearchParams(ctx.querystring);
  const next = nextOf(app, query.get('next'));
  if (ctx.state.actor.kind === 'person') {
    seeOther(ctx, next);
    return;
  }
  showSignIn(ctx, app, { next, email: '', notice: NOTICES[query.get('notice') ?? ''] });
}

/** POST /login */
export async function signInForm(ctx: Context, app: App): Promise<void> {
  const { form } = ctx.state;
  const email = form?.get('email') ?? '';
  const password = form?.get('password') ?? '';
  const next = nextOf(app, form?.get('next'));
  const signedIn = await signIn(ctx, app, { email, password, next });
  switch (signedIn.outcome) {
    case 'refused':
      ctx.status = 401;
      showSignIn(ctx, app, { next, email, problem: { key: 'sessions.signIn.refused' } });
      return;
    case 'throttled':
      showSignIn(ctx, app, { next, email, problem: tooManyAttempts(ctx, signedIn.retryAfter) });
      return;
    case 'done':
      return; // the redirect has been set with the cookie
  }
}

/** Answers with 429, and returns what the page shows. */
function tooManyAttempts(ctx: Context, retryAfter: number): PageProblem {
  ctx.status = 429;
  ctx.set('retry-after', String(retryAfter));
  return { key: 'sessions.signIn.throttled', params: { minutes: Math.ceil(retryAfter / 60) } };
}

/** POST /logout — from every state, and again when it has worked already. */
export async function signOutForm(ctx: Context, app: App): Promise<void> {
  await signOut(app, auditContext(ctx));
  clearSessionCookie(ctx, app);
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
  const again = await reauthenticate(app, auditContext(ctx), personOf(ctx), session.id, form);
  switch (again.outcome) {
    case 'refused':
      ctx.status = 401;
      await showReauthentication(ctx, app, { next, problem: { key: 'sessions.reauth.refused' } });
      return;
    case 'throttled':
      await showReauthentication(ctx, app, { next, problem: tooManyAttempts(ctx, again.retryAfter) });
      return;
    case 'missing':
      seeOther(ctx, app.urls.to('/login', { next }));
      return;
    case 'done':
      setSessionCookie(ctx, app, again.token);
      seeOther(ctx, next);
  }
}

/** GET /account */
export function accountPage(ctx: Context, app: App): void {
  const { t } = ctx.state;
  const person = personOf(ctx);
  const pages = app.contributions('account.pages').filter((page) => isAllowed(ctx, app, page));
  app.views.page(ctx, 'sessions/account', {
    title: t('sessions.account.title'),
    facts: [
      ...(person.displayName === null ? [] : [{ label: t('sessions.account.name'), text: person.displayName }]),
      { label: t('sessions.account.email'), text: person.name },
      { label: t('sessions.account.role'), text: t(`auth.role.${person.role}`) },
    ],
    pages: pages.map(({ label, description, path }) => ({
      label: t(label),
      url: app.urls.to(path),
      ...(description !== undefined && { description: t(description) }),
    })),
  });
}

/** GET /account/sessions */
export async function ownSessionsPage(ctx: Context, app: App): Promise<void> {
  const sessions = await ownSessions(app, personOf(ctx));
  app.views.page(ctx, 'sessions/own', {
    title: ctx.state.t('sessions.own.title'),
    sessions: sessions.map((session) => shownSession(ctx, app, session)),
  });
}

/** POST /account/sessions/:id/end */
export async function endOwnSessionForm(ctx: Context, app: App): Promise<void> {
  const { params, session } = ctx.state;
  const id = params.id ?? '';
  if (id === session?.id) {
    await signOutForm(ctx, app);
    return;
  }
  if (!(await endOwnSession(app, auditContext(ctx), personOf(ctx), id))) throw notFound();
  flash(ctx, app, { tone: 'good', key: 'sessions.own.ended', params: { n: 1 } });
  seeOther(ctx, app.urls.to('/account/sessions'));
}

/** POST /account/sessions/end-others */
export async function endOtherSessionsForm(ctx: Context, app: App): Promise<void> {
  const n = await endOtherSessions(app, auditContext(ctx), personOf(ctx));
  flash(ctx, app, { tone: 'good', key: 'sessions.own.ended', params: { n } });
  seeOther(ctx, app.urls.to('/account/sessions'));
}

interface PageProblem {
  readonly key: string;
  readonly params?: MessageParams;
}

interface SignInView {
  readonly next: string;
  readonly email: string;
  readonly notice?: string | undefined;
  readonly problem?: PageProblem;
}

function showSignIn(ctx: Context, app: App, view: SignInView): void {
  app.views.page(ctx, 'sessions/login', {
    frame: 'bare',
    title: ctx.state.t('sessions.signIn.title'),
    methods: methodsFor(ctx, app),
    links: linksFor(ctx, app),
    notice: undefined,
    problem: undefined,
    ...view,
  });
}

/** Other ways to sign in, each with the data of its view. */
function methodsFor(ctx: Context, app: App): readonly { readonly view: string; readonly data: ViewData }[] {
  return app.contributions('signIn.methods').flatMap((method) => {
    if (!isAllowed(ctx, app, method)) return [];
    const data = method.data === undefined ? {} : method.data(ctx, app);
    return data === undefined ? [] : [{ view: method.view, data }];
  });
}

function linksFor(ctx: Context, app: App): readonly { readonly label: string; readonly url: string }[] {
  return app
    .contributions('signIn.links')
    .filter((link) => isAllowed(ctx, app, link))
    .map(({ label, path }) => ({ label: ctx.state.t(label), url: app.urls.to(path) }));
}

async function showReauthentication(
  ctx: Context,
  app: App,
  view: { readonly next: string; readonly problem?: PageProblem },
): Promise<void> {
  const factors = await factorsFor(app, personOf(ctx));
  app.views.page(ctx, 'sessions/reauth', {
    frame: 'bare',
    title: ctx.state.t('sessions.reauth.title'),
    problem: undefined,
    factors: factors.map((factor) => factor.view),
    ...view,
  });
}

function nextOf(app: App, wanted: string | null | undefined): string {
  const start = app.urls.to('/');
  const path = nextPath(wanted ?? undefined, start);
  // Without a start page, the page that every signed-in user has.
  return path === start ? (homeOf(app) ?? app.urls.to('/account/sessions')) : path;
}

/** The routes of these pages let nobody else in. */
function personOf(ctx: Context): Person {
  if (ctx.state.actor.kind !== 'person') throw notFound();
  return ctx.state.actor;
}
