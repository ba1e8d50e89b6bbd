import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { MessageParams } from '../../core/messages/catalogue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { Account } from '../auth/account.ts';
import { loadPreferences, readerOf } from '../auth/preferences.ts';
import '../mail/send.ts';

/** What was done to an account, by somebody else or with a link: the name of its messages, `recovery.notice.NAME`. */
export type NoticeKind =
  | 'passwordChosen'
  | 'temporaryPassword'
  | 'locked'
  | 'lockedForever'
  | 'unlocked'
  | 'sessionsEnded'
  | 'roleChanged'
  | 'factorRemoved'
  | 'linkIssued';

interface NoticeMail {
  /** The display name, or the address. */
  readonly name: string;
  readonly subject: string;
  readonly text: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'recovery/notice.subject.txt': NoticeMail;
    'recovery/notice.txt': NoticeMail;
    'recovery/notice.html': NoticeMail;
  }
}

export interface Notice {
  readonly kind: NoticeKind;
  /** Until when an account is locked, as PostgreSQL writes it. */
  readonly until?: string;
  /** A role that the account now has. */
  readonly role?: string;
}

/**
 * Notifies users by email of what was done to their account, in the transaction that does it. The notice contains neither
 * a password or link, nor the reason. Without the plugin mail, and for erased and service accounts, it does nothing.
 */
export async function notify(
  tx: Transaction,
  context: AuditContext,
  app: App,
  account: Account,
  { kind, until, role }: Notice,
): Promise<void> {
  const mail = app.optionalService('mail');
  if (mail === undefined || account.erased || account.service) return;
  const { locale, t, moment } = readerOf(app, await loadPreferences(tx, account.id));
  const params: MessageParams = {
    app: app.config.name,
    ...(until !== undefined && { until: moment(until) }),
    ...(role !== undefined && { role: t(`auth.role.${role}`) }),
  };
  // A recovery may be the last way into the project, so it must not depend on an email.
  // fault: recovery-without-notice
  await mail.sendNotice(tx, context, {
    to: account.email,
    locale,
    view: 'recovery/notice',
    data: {
      name: account.displayName ?? account.email,
      subject: t(`recovery.notice.${kind}.subject`, params),
      text: t(`recovery.notice.${kind}`, params),
    },
  });
}
