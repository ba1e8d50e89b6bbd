import type { App } from '../../core/app.ts';
import type { Context } from '../../core/request/context.ts';
import { formatterFor, toIso } from '../../core/view/formatter.ts';
import { findAccountById } from '../auth/account.ts';
import type { UserPanel } from '../auth/user-panels.ts';
import { deviceLabel } from '../sessions/device-name.ts';
import { ownSessions } from '../sessions/own-sessions.ts';

/** A type alias rather than an interface, because it passes through an extension point. */
type SessionsView = {
  readonly sessions: readonly {
    readonly device: string;
    readonly address: string;
    readonly iso: string;
    readonly text: string;
  }[];
  /** The audit trail of this user; undefined if the reader cannot see it. */
  readonly activityUrl?: string;
};

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'accounts/sessions': SessionsView;
  }
}

/** The active sessions of a user, and a link to what they did. */
export const sessionsPanel: UserPanel = {
  name: 'sessions',
  place: 'aside',
  title: 'accounts.sessions',
  view: 'accounts/sessions',
  access: { role: 'administrator' },
  load: loadSessions,
};

async function loadSessions(ctx: Context, app: App, userId: number): Promise<SessionsView> {
  const { t } = ctx.state;
  const formatter = formatterFor(ctx);
  const sessions = await ownSessions(app, { id: userId });
  const hasTrail = app.permissions.includes('audit.view') && app.policy.holds(ctx.state.actor, 'audit.view');
  const email = hasTrail ? await emailOf(app, userId) : undefined;
  return {
    sessions: sessions.map(({ user_agent, address, last_seen_at }) => ({
      device: deviceLabel(t, user_agent),
      address: address ?? '–',
      iso: toIso(last_seen_at),
      text: formatter.timestamp(last_seen_at),
    })),
    ...(email !== undefined && { activityUrl: app.urls.to('/audit', { user: email }) }),
  };
}

async function emailOf(app: App, id: number): Promise<string | undefined> {
  return (await findAccountById(app.reading, id))?.email;
}
