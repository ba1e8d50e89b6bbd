import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { findAccountById } from '../auth/account.ts';
import { loadPreferences, readerOf } from '../auth/preferences.ts';
import '../mail/send.ts';

interface NoticeMail {
  /** The display name, or the address. */
  readonly name: string;
  readonly subject: string;
  readonly text: string;
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'mfa/notice.subject.txt': NoticeMail;
    'mfa/notice.txt': NoticeMail;
    'mfa/notice.html': NoticeMail;
  }
}

/** What has changed: the name of its messages, `mfa.notice.NAME`. */
export type NoticeKind =
  | 'enabled'
  | 'disabled'
  /** The user still has passkeys. */
  | 'appRemoved'
  | 'codesRegenerated'
  | 'backupCodeUsed'
  | 'passkeyAdded'
  | 'passkeyRemoved'
  | 'lastPasskeyRemoved'
  | 'passkeyCopied';

/**
 * Notifies users by email that their second factor has changed, in the transaction of the change: somebody else may have done it in a
 * session that they left open. Without the plugin mail, it does nothing.
 */
export async function notify(
  tx: Transaction,
  context: AuditContext,
  app: App,
  userId: number,
  { kind, remaining = 0 }: { readonly kind: NoticeKind; readonly remaining?: number },
): Promise<void> {
  const mail = app.optionalService('mail');
  const account = mail && (await findAccountById(tx, userId));
  if (!mail || !account) return;
  const { locale, t } = readerOf(app, await loadPreferences(tx, userId));
  const params = { app: app.config.name, remaining };
  await mail.sendNotice(tx, context, {
    to: account.email,
    locale,
    view: 'mfa/notice',
    data: {
      name: account.displayName ?? account.email,
      subject: t(`mfa.notice.${kind}.subject`, params),
      text: t(`mfa.notice.${kind}`, params),
    },
  });
}
