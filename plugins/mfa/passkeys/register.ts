import { randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { App } from '../../../core/app.ts';
import type { Transaction } from '../../../core/database/transaction.ts';
import type { AuditContext } from '../../../core/policy/actor.ts';
import { type Account, accountSubject } from '../../auth/account.ts';
import { invalid, type Outcome, rejected } from '../../auth/outcome.ts';
import { useChallenge } from './challenge.ts';
import { MAX_PASSKEYS, parseName } from './passkey.ts';
import type { RelyingParty } from './relying-party.ts';
import type { RegistrationResponse } from './response.ts';
import './events.ts';

/** EdDSA, ECDSA and RSA, each with SHA-256 or better: COSE algorithms that Node verifies and every authenticator offers one of. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

const USER_HANDLE_BYTES = 32;

/** A handle for an account that has no passkeys yet. It is random, because it is stored on devices and must not identify the user. */
export function newUserHandle(): Buffer {
  return randomBytes(USER_HANDLE_BYTES);
}

/** A passkey to be added. */
export interface NewPasskey {
  /** The session that requested the challenge. */
  readonly session: string;
  readonly party: RelyingParty;
  /** As typed. */
  readonly name: string;
  readonly response: RegistrationResponse;
}

/**
 * Adds a passkey to an account, which the caller has locked, so that concurrent requests cannot exceed the limit together. The
 * challenge is used up in any case, so the caller commits.
 */
export async function addPasskey(
  tx: Transaction,
  context: AuditContext,
  app: Pick<App, 'events'>,
  account: Pick<Account, 'id' | 'email'>,
  { session, party, name: typed, response }: NewPasskey,
): Promise<Outcome> {
  const { id: userId } = account;
  const challenge = await useChallenge(tx, response.challenge, { purpose: 'registration', holder: { session } });
  if (!challenge?.userHandle) return rejected('mfa.passkeys.problem.expired');
  // Two tabs that add the first passkey have each received a handle, and the device would list the second one as another account.
  // fault: handle-of-another-tab
  if (await hasOtherHandle(tx, userId, challenge.userHandle)) return rejected('mfa.passkeys.problem.expired');
  const name = parseName(typed);
  if (!name.ok) return invalid('name', name.issue);
  const passkey = await verifyRegistration(response, party);
  if (!passkey) return rejected('mfa.passkeys.problem.rejected');
  const count = await tx.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*)::integer as count from rustio_mfa_passkey where user_id = ${userId}
  `);
  // fault: any-number-of-passkeys
  if (count >= MAX_PASSKEYS) return rejected('mfa.passkeys.problem.tooMany', { max: MAX_PASSKEYS });
  const { rowCount } = await tx.query(sql.unsafe`
    insert into rustio_mfa_passkey (
      user_id, credential_id, public_key, counter, transports, user_handle, name, aaguid, backed_up
    )
    values (
      ${userId}, ${sql.binary(passkey.credentialId)}, ${sql.binary(passkey.publicKey)}, ${passkey.counter},
      ${sql.array(passkey.transports, 'text')}, ${sql.binary(challenge.userHandle)}, ${name.value},
      ${passkey.aaguid}::uuid, ${passkey.backedUp}
    )
    on conflict (credential_id) do nothing
  `);
  // Of this account or another one, which the message does not reveal.
  if (rowCount === 0) return rejected('mfa.passkeys.problem.exists');
  await app.events.record(tx, context, 'passkey_added', {
    subject: accountSubject(account),
    data: { name: name.value, backedUp: passkey.backedUp },
  });
  return { outcome: 'done' };
}

function hasOtherHandle(tx: Transaction, userId: number, userHandle: Buffer): Promise<boolean> {
  return tx.exists(sql.unsafe`
    select from rustio_mfa_passkey where user_id = ${userId} and user_handle <> ${sql.binary(userHandle)}
  `);
}

/** Those that browsers know; others would be sent back to them. */
const TRANSPORTS: readonly string[] = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

interface VerifiedRegistration {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly aaguid: string;
  readonly backedUp: boolean;
}

async function verifyRegistration(
  { json, challenge }: RegistrationResponse,
  party: RelyingParty,
): Promise<VerifiedRegistration | undefined> {
  try {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    // fault: attestation-with-certificates
    if (!(await isWithoutCertificates(json.response.attestationObject))) return undefined;
    const { verified, registrationInfo: info } = await verifyRegistrationResponse({
      response: {
        ...json,
        response: { ...json.response, transports: [] },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge.toString('base64url'),
      // fault: registration-of-another-origin
      expectedOrigin: party.origin,
      // fault: registration-of-another-host
      expectedRPID: party.id,
      // Required when it is used without a password; with one, a security key without a PIN is a second factor, too.
      requireUserVerification: false,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified) return undefined;
    const { credential } = info;
    const { transports = [] } = json.response;
    const credentialId = Buffer.from(credential.id, 'base64url');
    // WebAuthn, 4: 16 to 1,023 bytes.
    if (credentialId.length < 16 || credentialId.length > 1_023) return undefined;
    return {
      credentialId,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: TRANSPORTS.filter((each) => transports.includes(each)),
      aaguid: info.aaguid,
      backedUp: info.credentialBackedUp,
    };
  } catch {
    // The library throws for everything that is not as expected.
    return undefined;
  }
}

/**
 * No attestation is requested, so browsers send none, or one that the key itself has signed. The library would verify the certificates of
 * others, and download their revocation lists from URLs that the sender chooses.
 */
async function isWithoutCertificates(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
  const format = decoded.get('fmt');
  return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined);
}
