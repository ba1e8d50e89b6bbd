import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import { isoOf, showFor } from '../../core/view/show.ts';
import { deviceOf } from './device.ts';
import type { OwnSession } from './own-sessions.ts';

/** One line of the page that lists where somebody is signed in. */
export function shownSession(ctx: Context, app: App, session: OwnSession) {
  const { t } = ctx.state;
  const { browser, system } = deviceOf(session.user_agent);
  const moment = (wire: string) => ({ iso: isoOf(wire), text: showFor(ctx).timestamp(wire) });
  return {
    device:
      browser !== undefined && system !== undefined
        ? t('sessions.own.device', { browser, system })
        : (browser ?? system ?? t('sessions.own.unknownDevice')),
    address: session.address,
    since: moment(session.created_at),
    lastSeen: moment(session.last_seen_at),
    current: session.id === ctx.state.session?.id,
    endUrl: app.urls.to(`/account/sessions/${session.id}/end`),
  };
}
