import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../core/app.ts';
import type { Query } from '../../core/database/queries.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { ExtensionPoints } from '../../core/extension-points.ts';
import type { Parsed } from '../../core/model/issue.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import type { EventHandlers } from '../../core/write/events.ts';
import { accountOf, accountSubject, findAccountById, lockAccount, parseEmail } from '../auth/account.ts';
import {
  type AccountLink,
  countLinks,
  endLinks,
  findLink,
  findLinkById,
  issueToken,
  reserveLink,
  useLink,
} from '../auth/account-links.ts';
import { editAccount } from '../auth/edit-account.ts';
import { lookAlikeIssue, mixesScripts } from '../auth/look-alikes.ts';
import { invalid, type Outcome, rejected } from '../auth/outcome.ts';
import { loadPreferences, readerOf } from '../auth/preferences.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { RolledBack } from './run-rule.ts';

const MINUTES = 60;
/** Max links per account and day: each sends an email to an address that may be a stranger's. */
const MAX_PER_DAY = 10;

declare module '../auth/account-links.ts' {
  interface LinkPurposes {
    new_address: true;
  }
}
declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'accounts/new-address.subject.txt': NewAddressMail;
    'accounts/new-address.txt': NewAddressMail;
    'accounts/new-address.html': NewAddressMail;
    'accounts/address-requested.subject.txt': NoticeMail;
    'accounts/address-requested.txt': NoticeMail;
    'accounts/address-requested.html': NoticeMail;
    'accounts/address-changed.subject.txt': NoticeMail;
    'accounts/address-changed.txt': NoticeMail;
    'accounts/address-changed.html': NoticeMail;
  }
}
/** For the new address, which may be a stranger's: it contains nothing that the user typed. */
interface NewAddressMail {
  readonly link: string;
  readonly minutes: number;
}
/** For the old address: it does not contain the new one. */
interface NoticeMail {
  readonly name: string;
}

/**
 * The address that a user wants to have. It reveals nothing about other accounts: whether one of them has it, or one that looks like it,
 * only decides whether a link is sent.
 */
export function parseNewAddress(typed: string, current: string): Parsed<string> {
  const email = parseEmail(typed);
  if (!email.ok) return email;
  if (email.value === current) return { ok: false, issue: { key: 'accounts.address.same' } };
  return mixesScripts(email.value) ? { ok: false, issue: { key: 'auth.problem.emailMixed' } } : email;
}

/**
 * Begins the change of a user's own address. It always adds a job, even if another account has the address: neither the response nor
 * its time reveals which accounts exist. Earlier links end. Recorded as `address_change_requested`.
 */
export async function requestAddress(
  tx: Transaction,
  requestContext: AuditContext,
  app: App,
  id: number,
  typed: string,
): Promise<Outcome> {
  const account = await lockAccount(tx, id);
  if (!account) return { outcome: 'missing' };
  const context = await app.events.currentContext(tx, requestContext);
  if (context?.actor.kind !== 'user' || context.actor.id !== id) return rejected('auth.rejected.notAllowed');
  const email = parseNewAddress(typed, account.email);
  if (!email.ok) return invalid('email', email.issue);
  // Counted per account, because a user can have any number of sessions and devices.
  // fault: any-number-of-addresses
  if ((await countLinks(tx, id, 'new_address')) >= MAX_PER_DAY) return rejected('accounts.address.tooMany');
  // The job gives the link a token that is only in the email.
  await endLinks(tx, id, { purpose: 'new_address' });
  const data = { email: email.value };
  const link = await reserveLink(tx, { userId: id, purpose: 'new_address', minutes: MINUTES, data });
  await app.events.record(tx, context, 'address_change_requested', { subject: accountSubject(account), data: {} });
  await app.service('jobs').enqueue(tx, context, 'accounts.confirm', { link }, { maxAttempts: 3 });
  return { outcome: 'done' };
}

const payload = z.strictObject({ link: z.string().regex(/^\d{1,18}$/) });

/** Sends a notice to the old address, and the link to the new one if no other account has it. */
export const newAddressTask: ExtensionPoints['jobs.tasks'] = {
  name: 'accounts.confirm',
  payload,
  permissions: [],
  async commit(tx, { app, context, ...job }) {
    const { link } = payload.parse(job.payload);
    const requested = await findLinkById(tx, 'new_address', link);
    if (!requested || !(await lockAccount(tx, requested.id))) return;
    const user = await findUserActor(tx, requested.id);
    const token = await issueToken(tx, link);
    if (user === undefined || token === undefined) return;
    const mail = app.service('mail');
    const { locale } = readerOf(app, user);
    const data = { name: user.displayName ?? user.name };
    // fault: new-address-needs-notice
    await mail.sendNotice(tx, context, { to: user.name, locale, view: 'accounts/address-requested', data });
    // fault: link-to-taken-address
    const email = addressIn(requested);
    if (email === undefined || !(await isFree(tx, email, user.id))) return;
    await mail.send(tx, context, {
      to: email,
      locale,
      view: 'accounts/new-address',
      data: { link: app.urls.toPublic(`/account/new-address/${token}`), minutes: MINUTES },
    });
  },
};

/** Whether no other account has this address, or one that looks like it. */
async function isFree(tx: Transaction, email: string, id: number): Promise<boolean> {
  if ((await lookAlikeIssue(tx, email, id)) !== undefined) return false;
  return !(await tx.exists(sql.unsafe`
    select from rustio_user u where lower(u.email) = lower(${email}) and u.id <> ${id}
  `));
}

/** The address that a link proves. */
function addressIn({ data }: AccountLink): string | undefined {
  return data.email;
}

/** The new address of a link of this user; undefined if the link has ended, or belongs to somebody else. */
export async function requestedAddress(query: Query, token: string, userId: number): Promise<string | undefined> {
  const link = await findLink(query, 'new_address', token);
  // fault: address-link-of-other-user
  if (link?.id !== userId) return undefined;
  return addressIn(link);
}

/**
 * Changes a user's own address to the one that the link proves. In the same transaction, the link and all links to the old address end,
 * the user's other sessions end, the current one gets a new token, and the old address gets a notice. Run it with `runRule`. Recorded as
 * `user_updated`.
 */
export async function confirmAddress(
  tx: Transaction,
  context: AuditContext,
  app: App,
  id: number,
  token: string,
): Promise<Outcome> {
  const account = await lockAccount(tx, id);
  const link = await findLink(tx, 'new_address', token);
  const email = link?.id === id ? addressIn(link) : undefined;
  if (!account || !link || email === undefined) return { outcome: 'missing' };
  await useLink(tx, link.link);
  const changed = await editAccount(tx, context, app.events, id, { email, isEmailProven: true });
  // The link remains usable, for example once the address is free again.
  if (changed.outcome !== 'done') throw new RolledBack(changed);
  return { outcome: 'done' };
}

/**
 * Sends a notice to the old address whenever the address of an account changes, even if an administrator or a command changes it: later
 * notices go only to the new address. Users who have not accepted their invitation yet get none; the old address may be a typing error.
 */
export function noticeOfNewAddress(app: App): EventHandlers {
  return {
    async user_updated(tx, { context, subject, data: { before } }) {
      const { email } = before;
      const mail = app.optionalService('mail');
      if (typeof email !== 'string' || mail === undefined) return;
      const account = await findAccountById(tx, accountOf(subject));
      if (!account?.hasPassword) return;
      const { locale } = readerOf(app, await loadPreferences(tx, account.id));
      const data = { name: account.displayName ?? email };
      // fault: address-changed-silently
      await mail.sendNotice(tx, context, { to: email, locale, view: 'accounts/address-changed', data });
    },
  };
}
