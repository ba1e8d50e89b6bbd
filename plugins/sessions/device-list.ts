import type { App } from '../../core/app.ts';
import type { Context } from '../../core/http/context.ts';
import type { Show } from '../../core/model/kind.ts';
import { createShow, isoOf } from '../../core/view/show.ts';
import { deviceOf } from './device.ts';
import type { OwnSession } from './own-sessions.ts';

const shows = new Map<string, Show>();

/** One line of the page that lists where somebody is signed in. */
export function shownSession(ctx: Context, app: App, session: OwnSession) {
  const { t, sessionId } = ctx.state;
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
    current: session.id === sessionId,
    endUrl: app.urls.to(`/account/sessions/${session.id}/end`),
  };
}

/** Formatters cost milliseconds to make, so there is one set for each language and zone. */
function showFor({ state: { locale, timeZone, t } }: Context): Show {
  const key = `${locale} ${timeZone}`;
  let show = shows.get(key);
  if (!show) {
    show = createShow(locale, timeZone, t, () => undefined);
    shows.set(key, show);
  }
  return show;
}
