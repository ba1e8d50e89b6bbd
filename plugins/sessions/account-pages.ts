import type { App } from '../../core/app.ts';
import { notFound } from '../../core/errors/http.ts';
import { flash } from '../../core/http/flash.ts';
import { isAllowed, type LayoutBlock } from '../../core/http/layout.ts';
import { seeOther } from '../../core/http/redirect.ts';
import { auditContext, type Context } from '../../core/request/context.ts';
import type { PageData } from '../../core/request/views.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { deviceLabel } from './device-name.ts';
import { endOtherSessions, endOwnSession, type OwnSession, ownSessions } from './own-sessions.ts';
import { signedInUser, signOutForm } from './sign-in-pages.ts';

interface AccountView extends PageData {
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  readonly pages: readonly { readonly label: string; readonly url: string; readonly description?: string }[];
}
interface OwnSessionsView extends PageData {
  readonly crumb: { readonly url: string; readonly label: string };
  readonly sessions: readonly SessionView[];
}

/** One row of the list of the user's sessions. */
interface SessionView {
  /** Browser and system. */
  readonly device: string;
  readonly address: string | null;
  readonly since: { readonly iso: string; readonly text: string };
  readonly lastSeen: { readonly iso: string; readonly text: string };
  readonly current: boolean;
  readonly endUrl: string;
}

/** A type alias rather than an interface, because it passes through an extension point. */
type UserMenuView = {
  readonly name: string;
  readonly role: string;
  readonly accountUrl: string;
  readonly signOutUrl: string;
};

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'sessions/account': AccountView;
    'sessions/own': OwnSessionsView;
    'sessions/user-menu': UserMenuView;
  }
}

/** The signed-in user, with links to their sessions and sign-out. */
export const userMenu: LayoutBlock = { name: 'sessions', rank: 20, view: 'sessions/user-menu', data: menuFor };

function menuFor({ state: { actor, session, t } }: Context, app: App): UserMenuView | undefined {
  // Users authenticated by another plugin cannot sign out here.
  if (actor.kind !== 'user' || session === undefined) return undefined;
  return {
    name: actor.displayName ?? actor.name,
    role: t(`auth.role.${actor.role}`),
    accountUrl: app.urls.to('/account'),
    signOutUrl: app.urls.to('/logout'),
  };
}

/** GET /account */
export function accountPage(ctx: Context, app: App): void {
  const { t } = ctx.state;
  const user = signedInUser(ctx);
  const pages = app.contributions('account.pages').filter((page) => isAllowed(ctx, app, page));
  app.views.page(ctx, 'sessions/account', {
    title: t('sessions.account.title'),
    facts: [
      ...(user.displayName === null ? [] : [{ label: t('sessions.account.name'), text: user.displayName }]),
      { label: t('sessions.account.email'), text: user.name },
      { label: t('sessions.account.role'), text: t(`auth.role.${user.role}`) },
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
  const sessions = await ownSessions(app, signedInUser(ctx));
  app.views.page(ctx, 'sessions/own', {
    title: ctx.state.t('sessions.own.title'),
    crumb: { url: app.urls.to('/account'), label: ctx.state.t('sessions.account.title') },
    sessions: sessions.map((session) => sessionView(ctx, app, session)),
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
  if (!(await endOwnSession(app, auditContext(ctx), signedInUser(ctx), id))) throw notFound();
  flash(ctx, app, { tone: 'good', key: 'sessions.own.ended', params: { n: 1 } });
  seeOther(ctx, app.urls.to('/account/sessions'));
}

/** POST /account/sessions/end-others */
export async function endOtherSessionsForm(ctx: Context, app: App): Promise<void> {
  const n = await endOtherSessions(app, auditContext(ctx), signedInUser(ctx));
  flash(ctx, app, { tone: 'good', key: 'sessions.own.ended', params: { n } });
  seeOther(ctx, app.urls.to('/account/sessions'));
}

function sessionView(ctx: Context, app: App, session: OwnSession): SessionView {
  const moment = (dbValue: string) => ({ iso: toIso(dbValue), text: formatterFor(ctx).timestamp(dbValue) });
  const current = session.id === ctx.state.session?.id;
  return {
    device: deviceLabel(ctx.state.t, session.user_agent),
    address: session.address,
    since: moment(session.created_at),
    lastSeen: moment(session.last_seen_at),
    current,
    // Signing out does not need the password, unlike ending other sessions.
    endUrl: app.urls.to(current ? '/logout' : `/account/sessions/${session.id}/end`),
  };
}
