import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { accountSubject, findAccountById, lockAccount } from '../auth/account.ts';
import { type AccountLink, countUsableLinks, createLink } from '../auth/account-links.ts';
import { loadPreferences, readerOf } from '../auth/preferences.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { defineJobTask } from '../jobs/task.ts';
import '../jobs/jobs.ts';
import '../mail/send.ts';
import { notify } from './notice.ts';
import './options.ts';

const payload = z.strictObject({ userId: z.number().nullable(), ip: z.string() });

/** Users with this many usable links are not sent another one, so that strangers cannot flood their mailbox. */
const MAX_LINKS = 5;

declare module '../auth/account-links.ts' {
  interface LinkPurposes {
    password_reset: true;
  }
}

declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'recovery/reset-link.subject.txt': ResetLinkMail;
    'recovery/reset-link.txt': ResetLinkMail;
    'recovery/reset-link.html': ResetLinkMail;
  }
}
interface ResetLinkMail {
  /** The display name, or the address. */
  readonly name: string;
  readonly link: string;
  readonly minutes: number;
  /** Where the request came from; undefined if an administrator has sent the link. */
  readonly ip: string | undefined;
}

/**
 * Requests a link for an account; `userId` is null if no account has the address that was typed. A job is added in either case, so
 * neither the response nor its time reveals whether there is an account. The address that was typed is not stored.
 */
export async function requestReset(app: App, context: AuditContext, userId: number | null): Promise<void> {
  await app.database.transaction((tx) =>
    app.service('jobs').enqueue(tx, context, sendLinkTask.name, { userId, ip: context.ip ?? '' }, { maxAttempts: 3 }),
  );
}

/**
 * Sends a link if there is an account, it is active and not locked, and it has a password. An account without one can only be invited:
 * otherwise invited users could replace an invitation that was withdrawn.
 */
export const sendLinkTask = defineJobTask<z.output<typeof payload>>({
  name: 'recovery.send',
  payload,
  permissions: [],
  async commit(tx, { payload: { userId, ip }, app, context }) {
    if (userId === null) return;
    // A concurrent change of the address or password ends the links that exist: creating another one has to wait for it.
    // fault: link-beside-new-address
    await lockAccount(tx, userId);
    const user = await findUserActor(tx, userId);
    const account = user && (await findAccountById(tx, user.id));
    // fault: link-instead-of-invitation
    if (account?.hasPassword !== true) return;
    // fault: any-number-of-links
    if ((await countUsableLinks(tx, userId, 'password_reset')) >= MAX_LINKS) return;
    await mailLink(tx, { ...context, ip: ip === '' ? null : ip }, app, account, { requestedByUser: true });
  },
});

/** Records that a password was chosen with a link, and notifies the user. `password_changed_self` is recorded with it. */
export async function completeReset(
  tx: Transaction,
  context: AuditContext,
  app: App,
  link: AccountLink,
): Promise<void> {
  await app.events.record(tx, context, 'password_reset_completed', { subject: accountSubject(link), data: {} });
  const account = await findAccountById(tx, link.id);
  if (account) await notify(tx, context, app, account, { kind: 'passwordChosen' });
}

/** Sends the user of an account a link to choose a new password. The caller has checked that the account can use it. */
export async function mailLink(
  tx: Transaction,
  context: AuditContext,
  app: App,
  account: { readonly id: number; readonly email: string; readonly displayName: string | null },
  { requestedByUser }: { readonly requestedByUser: boolean },
): Promise<void> {
  const minutes = app.options('recovery').linkMinutes;
  const token = await createLink(tx, { userId: account.id, purpose: 'password_reset', minutes });
  await app.events.record(tx, context, 'password_reset_requested', {
    subject: accountSubject(account),
    data: { minutes },
  });
  const { locale } = readerOf(app, await loadPreferences(tx, account.id));
  await app.service('mail').send(tx, context, {
    to: account.email,
    locale,
    view: 'recovery/reset-link',
    data: {
      name: account.displayName ?? account.email,
      link: app.urls.toPublic(`/reset-password/${token}`),
      minutes,
      ip: requestedByUser ? (context.ip ?? '') : undefined,
    },
  });
}
