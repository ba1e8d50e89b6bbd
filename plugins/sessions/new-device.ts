import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import { type AuditContext, getSessionId } from '../../core/policy/actor.ts';
import { readerOf } from '../auth/preferences.ts';
import { deviceLabel } from './device-name.ts';
import { RETENTION } from './end-sessions.ts';

interface NewDeviceMail {
  /** The display name, or the address. */
  readonly name: string;
  /** Browser and system. */
  readonly device: string;
  readonly ip: string;
  /** The time with its time zone. */
  readonly at: string;
  /** True if another step, such as a second factor, was still pending. */
  readonly isPending: boolean;
}
declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'sessions/new-device.subject.txt': NewDeviceMail;
    'sessions/new-device.txt': NewDeviceMail;
    'sessions/new-device.html': NewDeviceMail;
  }
}

/** Max emails of this kind per account and hour: somebody who knows the password could otherwise send any number. */
const MAX_PER_HOUR = 20;

const newSession = z.object({
  user_agent: z.string().nullable(),
  address: z.string().nullable(),
  created_at: z.string(),
  first: z.boolean(),
  recent: z.number(),
});

/**
 * Reports a sign-in from a device that is not known to the account, to its user: with browser, IP address, time, and what to do. In the
 * transaction of the sign-in, and only if there is a plugin that sends emails. The first sign-in of a new account is not reported.
 */
export async function reportNewDevice(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { isPending }: Pick<NewDeviceMail, 'isPending'>,
): Promise<void> {
  const { actor } = context;
  const mail = app.optionalService('mail');
  if (mail === undefined || actor.kind !== 'user' || !app.options('sessions').newDeviceMail) return;
  const session = await tx.maybeOne(sql.type(newSession)`
    select
      s.user_agent,
      host(s.address) as address,
      s.created_at,
      u.created_at > now() - ${RETENTION}::interval
        and not exists (select from rustio_session o where o.user_id = s.user_id and o.id <> s.id) as first,
      (
        select count(*)::integer
        from rustio_session o
        where o.user_id = s.user_id and o.created_at > now() - interval '1 hour'
      ) as recent
    from rustio_session s
    join rustio_user u on u.id = s.user_id
    where s.id = ${getSessionId(context)}::uuid
  `);
  // fault: first-sign-in-reported
  if (!session || session.first) return;
  // fault: any-number-of-device-emails
  if (session.recent > MAX_PER_HOUR) return;
  const { locale, t, moment } = readerOf(app, actor);
  // An address that cannot receive emails must not lock its user out: sign-in methods other than the password accept any address.
  await mail.sendNotice(tx, context, {
    to: actor.name,
    locale,
    view: 'sessions/new-device',
    data: {
      name: actor.displayName ?? actor.name,
      device: deviceLabel(t, session.user_agent),
      ip: session.address ?? '–',
      at: moment(session.created_at),
      isPending,
    },
  });
}
