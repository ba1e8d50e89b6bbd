import type {
  PublicKeyCredentialCreationOptionsJSON as CreationOptions,
  PublicKeyCredentialRequestOptionsJSON as RequestOptions,
} from '@simplewebauthn/server';
import type { App } from '../../../core/app.ts';
import type { UserActor } from '../../../core/policy/actor.ts';
import { createChallenge, createSignInChallenge, type Holder } from './challenge.ts';
import { type Credential, credentialsOf } from './passkey.ts';
import { ALGORITHMS, newUserHandle } from './register.ts';
import type { RelyingParty } from './relying-party.ts';

// What the browser receives before it asks the user for a passkey. Each has a challenge of its own.

/** As long as the challenge is valid, in milliseconds. */
const TIMEOUT = 5 * 60_000;

/** For a new passkey of the user. Devices that have one for the account already are excluded. */
export async function creationOptions(
  app: App,
  party: RelyingParty,
  user: UserActor,
  session: string,
): Promise<CreationOptions> {
  const existing = await credentialsOf(app.database, user.id);
  const userHandle = existing[0]?.user_handle ?? newUserHandle();
  const challenge = await createChallenge(app.database, { purpose: 'registration', holder: { session }, userHandle });
  return {
    rp: { id: party.id, name: party.name },
    user: { id: userHandle.toString('base64url'), name: user.name, displayName: user.displayName ?? user.name },
    challenge: challenge.toString('base64url'),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: TIMEOUT,
    attestation: 'none',
    excludeCredentials: existing.map(descriptorOf),
    // Stored on the device, so that it can be used without an email address, if the device supports that.
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: 'preferred',
    },
    extensions: { credProps: true },
  };
}

/** For a sign-in: any passkey on the device, which must verify its user. Undefined if the network has requested too many. */
export async function signInOptions(
  app: App,
  party: RelyingParty,
  requester: { readonly browser: string; readonly network: string },
): Promise<RequestOptions | undefined> {
  const challenge = await createSignInChallenge(app.database, requester);
  if (challenge === undefined) return undefined;
  return {
    rpId: party.id,
    challenge: challenge.toString('base64url'),
    timeout: TIMEOUT,
    userVerification: 'required',
  };
}

/** For a passkey of this user, after the password. */
export async function factorOptions(
  app: App,
  party: RelyingParty,
  user: UserActor,
  request: { readonly purpose: 'second_factor' | 'reauthentication'; readonly holder: Holder },
): Promise<RequestOptions> {
  const credentials = await credentialsOf(app.database, user.id);
  const challenge = await createChallenge(app.database, request);
  return {
    rpId: party.id,
    challenge: challenge.toString('base64url'),
    timeout: TIMEOUT,
    userVerification: 'preferred',
    allowCredentials: credentials.map(descriptorOf),
  };
}

function descriptorOf({ credential_id, transports }: Credential) {
  return { id: credential_id.toString('base64url'), type: 'public-key', transports } as const;
}
