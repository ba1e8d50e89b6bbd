import type { App } from '../../core/app.ts';
import type { Transaction } from '../../core/database/transaction.ts';
import type { AuditContext } from '../../core/policy/actor.ts';
import { accountSubject, parseEmail } from '../auth/account.ts';
import { type AccountLink, createLink, endLinks } from '../auth/account-links.ts';
import { roleCeilingIssue } from '../auth/authority-guards.ts';
import { createUser, type NewUser } from '../auth/create-user.ts';
import { addToGroup } from '../auth/group-members.ts';
import { type AccountCondition, type LockedAccount, lockForChange } from '../auth/lock-for-change.ts';
import { type Outcome, rejected } from '../auth/outcome.ts';
import { readerOf } from '../auth/preferences.ts';
import { findUserActor } from '../auth/user-actor.ts';
import { RolledBack } from './run-rule.ts';
import './options.ts';

declare module '../auth/account-links.ts' {
  interface LinkPurposes {
    invitation: true;
  }
}
declare module '../../core/request/views.ts' {
  interface ViewTypes {
    'accounts/invitation.subject.txt': InvitationMail;
    'accounts/invitation.txt': InvitationMail;
    'accounts/invitation.html': InvitationMail;
  }
}
interface InvitationMail {
  /** The display name, or the address. */
  readonly name: string;
  /** The user who sends the invitation; undefined on the command line. */
  readonly inviter: string | undefined;
  readonly link: string;
  readonly days: number;
}

/** A user to be invited. */
export interface Invitee extends Omit<NewUser, 'password' | 'service'> {
  readonly groups: readonly string[];
}

/**
 * Creates an account without a password, adds it to groups and sends an invitation. Run it with `runRule`: if one of these is
 * rejected, nothing is saved. Until the user has chosen a password, the account cannot sign in, and does not count as an administrator
 * who can sign in.
 */
export async function inviteUser(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { groups, ...user }: Invitee,
): Promise<Outcome<{ readonly id: number }>> {
  const created = await createUser(tx, context, app.events, user);
  if (created.outcome !== 'done') return created;
  const { id } = created;
  for (const group of groups) {
    const added = await addToGroup(tx, context, app, group, id);
    if (added.outcome !== 'done') throw new RolledBack(added);
  }
  const sent = await sendInvitation(tx, context, app, id);
  if (sent.outcome !== 'done') throw new RolledBack(sent);
  return { outcome: 'done', id };
}

/**
 * Sends an invitation, which replaces an earlier one, to an account that has no password. Users who can create
 * an account with this role can invite it. Recorded as `user_invited`.
 */
export const sendInvitation = invitationRule(async (tx, { account, context }, app) => {
  const { id } = account;
  // fault: invitation-of-service
  if (account.service) return rejected('auth.rejected.service');
  // fault: invitation-of-user-with-password
  if (account.hasPassword) return rejected('accounts.invitation.hasPassword');
  const user = await findUserActor(tx, id);
  if (!user) return rejected('accounts.invitation.inactive');
  // Another program may have stored it.
  if (!parseEmail(account.email).ok) return rejected('auth.rejected.address');
  const days = app.options('accounts').invitationDays;
  await endLinks(tx, id, { purpose: 'invitation' });
  const token = await createLink(tx, { userId: id, purpose: 'invitation', minutes: days * 24 * 60 });
  const until = new Date(Date.now() + days * 86_400_000).toISOString();
  await app.events.record(tx, context, 'user_invited', { subject: accountSubject(account), data: { until } });
  const { actor } = context;
  await app.service('mail').send(tx, context, {
    to: account.email,
    locale: readerOf(app, user).locale,
    view: 'accounts/invitation',
    data: {
      name: account.displayName ?? account.email,
      inviter: actor.kind === 'user' ? (actor.displayName ?? actor.name) : undefined,
      link: app.urls.toPublic(`/invitation/${token}`),
      days,
    },
  });
  return { outcome: 'done' };
});

/** Ends an invitation. The account remains, without a password. Recorded as `invitation_withdrawn`. */
export const withdrawInvitation = invitationRule(async (tx, { account, context }, app) => {
  const ended = await endLinks(tx, account.id, { purpose: 'invitation' });
  if (ended > 0)
    await app.events.record(tx, context, 'invitation_withdrawn', { subject: accountSubject(account), data: {} });
  return { outcome: 'done' };
});

/** A rule about the invitation of an account, for users who could create an account with its role. */
function invitationRule(change: (tx: Transaction, locked: LockedAccount, app: App) => Promise<Outcome>) {
  return async (tx: Transaction, context: AuditContext, app: App, id: number): Promise<Outcome> => {
    // fault: invitation-above-own-role
    const issueWith: AccountCondition = (actor, { role }) => roleCeilingIssue(actor, role);
    const locked = await lockForChange(tx, context, app.events, id, issueWith);
    return 'outcome' in locked ? locked : change(tx, locked, app);
  };
}

/** Records that an invited user has chosen a password, as `invitation_accepted`; `password_changed_self` is recorded with it. */
export async function recordAcceptance(
  tx: Transaction,
  context: AuditContext,
  app: App,
  link: AccountLink,
): Promise<void> {
  await app.events.record(tx, context, 'invitation_accepted', { subject: accountSubject(link), data: {} });
}
