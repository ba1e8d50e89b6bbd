import type { App } from '../../../core/app.ts';
import type { Query } from '../../../core/database/queries.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import { type AuditContext, getSessionId, type UserActor } from '../../../core/policy/actor.ts';
import { accountSubject } from '../../auth/account.ts';
import { hasPasskey } from './passkey.ts';
import { relyingParty } from './relying-party.ts';
import { parseAssertion } from './response.ts';
import { usePasskey } from './verify.ts';

/** Whether a user has a passkey that browsers can use at the public URL. */
export async function canUsePasskey(query: Query, app: App, userId: number): Promise<boolean> {
  return relyingParty(app) !== undefined && (await hasPasskey(query, userId));
}

/**
 * Whether a response of the browser proves a passkey of the user who is signed in, after their password. A rejection is recorded, so
 * the caller commits.
 *
 * @example
 * const proven = await provesPasskey(tx, context, app, { user, sent: form.get('passkey'), purpose: 'second_factor' });
 */
export async function provesPasskey(
  tx: Transaction,
  context: AuditContext,
  app: App,
  {
    user,
    sent,
    purpose,
  }: {
    readonly user: Pick<UserActor, 'id' | 'name'>;
    readonly sent: string | undefined;
    readonly purpose: 'second_factor' | 'reauthentication';
  },
): Promise<boolean> {
  const response = parseAssertion(sent);
  const party = relyingParty(app);
  const session = getSessionId(context);
  const isProven = async () => {
    if (!response || !party || session === null) return false;
    const proof = { response, party, purpose, holder: { session }, userId: user.id } as const;
    return (await usePasskey(tx, context, app, proof)).verified;
  };
  if (await isProven()) return true;
  await app.events.record(tx, context, 'mfa_failed', {
    subject: accountSubject({ id: user.id, email: user.name }),
    data: { reason: 'rejected' },
    aggregationKey: 'rejected',
  });
  return false;
}
