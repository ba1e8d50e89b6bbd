import { type App, auditContext, type Context, flash, notFound, seeOther, type UserActor } from 'rustio-admin/plugin';
import { nextPath, rotateSession, setSessionCookie } from 'rustio-admin/sessions';
import { enable, proves } from './codes.ts';

/** GET /+code */
export function codePage(ctx: Context, app: App): void {
  show(ctx, app, new URLSearchParams(ctx.querystring).get('next') ?? undefined);
}

/** POST /+code: a right code gives the session more trust, and a new token with it. */
export async function codeForm(ctx: Context, app: App): Promise<void> {
  const { form, session } = ctx.state;
  const user = signedInUser(ctx);
  if (!session) throw notFound();
  const token = await app.database.transaction(async (tx) => {
    const proven = await proves(tx, auditContext(ctx), app, user, form?.get('code') ?? '');
    return proven ? rotateSession(tx, session.id, { trust: 'mfa_verified' }) : undefined;
  });
  const next = nextPath(form?.get('next'), app.urls.to('/'));
  if (token === undefined) {
    ctx.status = 401;
    return show(ctx, app, next, 'second-factor.wrong');
  }
  setSessionCookie(ctx, app, token);
  seeOther(ctx, next);
}

/** POST /account/code: enables the factor for the user. */
export async function enableForm(ctx: Context, app: App): Promise<void> {
  const user = signedInUser(ctx);
  const code = ctx.state.form?.get('code') ?? '';
  if (!/^\d{6,12}$/.test(code)) {
    ctx.status = 422;
    return showAccount(ctx, app, 'second-factor.choose');
  }
  await app.database.transaction((tx) => enable(tx, auditContext(ctx), app, user, code));
  flash(ctx, app, { tone: 'good', key: 'second-factor.enabled' });
  seeOther(ctx, app.urls.to('/account/code'));
}

/** GET /account/code */
export function accountPage(ctx: Context, app: App): void {
  showAccount(ctx, app);
}

function showAccount(ctx: Context, app: App, problem?: string): void {
  app.views.page(ctx, 'second-factor/account', {
    title: ctx.state.t('second-factor.title'),
    on: ctx.state.session?.columns.hasSecondFactor === true,
    action: app.urls.to('/account/code'),
    problem,
  });
}

function show(ctx: Context, app: App, next: string | undefined, problem?: string): void {
  app.views.page(ctx, 'second-factor/code', {
    frame: 'bare',
    title: ctx.state.t('second-factor.title'),
    action: app.urls.to('/+code'),
    next: next ?? '',
    problem,
  });
}

function signedInUser({ state: { actor } }: Context): UserActor {
  if (actor.kind !== 'user') throw notFound();
  return actor;
}
