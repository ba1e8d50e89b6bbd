import type { App } from '../../core/app.ts';
import type { LayoutBlock } from '../../core/extension-points.ts';
import type { Context } from '../../core/http/context.ts';
import type { ViewData } from '../../core/view/views.ts';

/** Who is signed in, where else, and the way out. */
export const userMenu: LayoutBlock = { name: 'sessions', rank: 20, view: 'sessions/user-menu', data: menuFor };

function menuFor({ state: { actor, session, t } }: Context, app: App): ViewData | undefined {
  // Users whom another plugin has authenticated cannot sign out here.
  if (actor.kind !== 'person' || session === undefined) return undefined;
  return {
    name: actor.displayName ?? actor.name,
    role: t(`auth.role.${actor.role}`),
    accountUrl: app.urls.to('/account'),
    signOutUrl: app.urls.to('/logout'),
  };
}
