import { sql } from 'slonik';
import type { App } from '../../../core/app.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { accountSubject, findAccountById } from '../../auth/account.ts';
import { notify } from '../notice.ts';
import { type Holder, type Purpose, useChallenge } from './challenge.ts';
import { type Credential, findOwner, lockCredential } from './passkey.ts';
import type { RelyingParty } from './relying-party.ts';
import type { AssertionResponse } from './response.ts';

/** A response to verify, and what it must be for. */
export interface PasskeyProof {
  readonly response: AssertionResponse;
  readonly party: RelyingParty;
  readonly purpose: Exclude<Purpose, 'registration'>;
  readonly holder: Holder;
  /** The account, if it is known. Without it, the passkey identifies the account: then the device must have verified its user. */
  readonly userId?: number;
}

/** Why a passkey was not accepted, for the audit trail. */
export type PasskeyReason = 'passkey_challenge' | 'passkey_unknown' | 'passkey_signature' | 'passkey_counter';

export type VerifiedPasskey =
  | { readonly verified: true; readonly userId: number; readonly name: string }
  | { readonly verified: false; readonly userId?: number; readonly reason: PasskeyReason };

/**
 * Verifies the signature of a passkey, and uses its challenge up. A rejection is an outcome: the challenge is then used up as well, so
 * the caller commits.
 *
 * @example
 * const proof = { response, party, purpose: 'second_factor', holder: { session: session.id }, userId: user.id } as const;
 * const verified = await usePasskey(tx, auditContext(ctx), app, proof);
 */
export async function usePasskey(
  tx: Transaction,
  context: AuditContext,
  app: App,
  proof: PasskeyProof,
): Promise<VerifiedPasskey> {
  const { response, purpose, holder } = proof;
  // fault: challenge-used-again
  if ((await useChallenge(tx, response.challenge, { purpose, holder })) === undefined)
    return { verified: false, reason: 'passkey_challenge' };
  const userId = proof.userId ?? (await findOwner(tx, response.credentialId)) ?? undefined;
  if (userId === undefined) return { verified: false, reason: 'passkey_unknown' };
  // In the order in which recovery locks them, so that neither waits for the other.
  await tx.query(sql.unsafe`select from rustio_user where id = ${userId} for share`);
  const credential = await lockCredential(tx, response.credentialId, userId);
  if (!credential) return { verified: false, userId, reason: 'passkey_unknown' };
  const signed = await verifySignature(proof, credential);
  if (!signed) return { verified: false, userId, reason: 'passkey_signature' };
  if (!isAhead(signed.counter, credential.counter)) {
    await recordCounter(tx, context, app, credential, signed.counter);
    return { verified: false, userId, reason: 'passkey_counter' };
  }
  await tx.query(sql.unsafe`
    update rustio_mfa_passkey
    set counter = ${signed.counter}, backed_up = ${signed.backedUp}, last_used_at = now()
    where id = ${credential.id}::bigint
  `);
  return { verified: true, userId, name: credential.name };
}

/** The library takes a sixth of a second to load, which a server without passkeys need not spend. */
async function verifySignature(
  { response: { json, challenge }, party, userId }: PasskeyProof,
  credential: Credential,
): Promise<{ readonly counter: number; readonly backedUp: boolean } | undefined> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const isDiscovered = userId === undefined;
  // WebAuthn, 7.2, step 6: a passkey that identifies the account must return the handle of the account.
  const { userHandle, ...signed } = json.response;
  const isOwn = userHandle === undefined ? !isDiscovered : credential.user_handle.equals(userHandle);
  // fault: foreign-user-handle
  if (!isOwn) return undefined;
  try {
    const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
      response: { ...json, response: signed, clientExtensionResults: {} },
      expectedChallenge: challenge.toString('base64url'),
      // fault: passkey-of-another-origin
      expectedOrigin: party.origin,
      // fault: passkey-of-another-host
      expectedRPID: party.id,
      // fault: passkey-without-user-verification
      requireUserVerification: isDiscovered,
      // The caller compares the counter, so that only a valid signature is reported as coming from a copy.
      credential: { id: json.id, publicKey: new Uint8Array(credential.public_key), counter: 0 },
    });
    return verified ? { counter: info.newCounter, backedUp: info.credentialBackedUp } : undefined;
  } catch {
    // The library throws for everything that is not as expected.
    return undefined;
  }
}

/** WebAuthn, 6.1.1: authenticators that count never repeat a number; those that do not count always send 0. */
function isAhead(counter: number, stored: number): boolean {
  // fault: copied-passkey
  return counter > stored || (counter === 0 && stored === 0);
}

async function recordCounter(
  tx: Transaction,
  context: AuditContext,
  app: App,
  { user_id, name, counter }: Credential,
  received: number,
): Promise<void> {
  const account = await findAccountById(tx, user_id);
  await app.events.record(tx, context, 'passkey_counter_rejected', {
    subject: account ? accountSubject(account) : null,
    data: { name, stored: counter, received },
  });
  await notify(tx, context, app, user_id, { kind: 'passkeyCopied' });
}
