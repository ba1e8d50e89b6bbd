// An authenticator in software: it creates passkeys and signs with them, as a phone or a security key does.
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** The options for a new passkey, as the server sends them. */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly excludeCredentials?: readonly { readonly id: string }[];
}
/** The options for a signature, as the server sends them. */
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
}

/** What differs from an honest response. */
export interface Deviation {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  /** Whether the device has verified its user, with a PIN for example. @defaultValue true */
  readonly userVerified?: boolean;
  /** @defaultValue one more than before */
  readonly counter?: number;
  /** As base64url; null for none. */
  readonly userHandle?: string | null;
  /** The key that signs. */
  readonly key?: KeyObject;
  /** The format of the attestation, and its statement as CBOR about these bytes. */
  readonly attestation?: { readonly format: string; statement(signed: Buffer): Buffer };
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/** One passkey on a device. */
export class Authenticator {
  readonly origin: string;
  readonly credentialId: Buffer;
  #counter = 0;
  #userHandle = '';
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(origin: string, credentialId: Buffer = randomBytes(32)) {
    this.origin = origin;
    this.credentialId = credentialId;
  }

  get userHandle(): Buffer {
    return Buffer.from(this.#userHandle, 'base64url');
  }

  get id(): string {
    return this.credentialId.toString('base64url');
  }

  /** What `navigator.credentials.create()` returns, as JSON. */
  create(options: CreationOptions, deviation: Deviation = {}): string {
    this.#userHandle = options.user.id;
    const clientDataJSON = this.#clientData('webauthn.create', options.challenge, deviation);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const attested = [Buffer.alloc(16), length, this.credentialId, coseKey(this.#key.publicKey)];
    const head = this.#head(deviation.rpId ?? options.rp.id, HAS_CREDENTIAL, deviation);
    const data = Buffer.concat([head, ...attested]);
    const { format = 'none', statement = () => cborMap([]) } = deviation.attestation ?? {};
    const attestationObject = cborMap([
      [cborText('fmt'), cborText(format)],
      [cborText('attStmt'), statement(Buffer.concat([data, sha256(clientDataJSON)]))],
      [cborText('authData'), cborBytes(data)],
    ]);
    return this.#json({
      clientDataJSON: clientDataJSON.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** What `navigator.credentials.get()` returns, as JSON. */
  sign(options: RequestOptions, deviation: Deviation = {}): string {
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, deviation);
    this.#counter = deviation.counter ?? this.#counter + 1;
    const data = this.#head(deviation.rpId ?? options.rpId, 0, deviation);
    const signed = createSign('sha256').update(data).update(sha256(clientDataJSON));
    const userHandle = deviation.userHandle === undefined ? this.#userHandle : deviation.userHandle;
    return this.#json({
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signed.sign(deviation.key ?? this.#key.privateKey).toString('base64url'),
      ...(userHandle !== null && { userHandle }),
    });
  }

  #clientData(type: string, challenge: string, deviation: Deviation): Buffer {
    const { origin = this.origin, crossOrigin = false } = deviation;
    const data = { type: deviation.type ?? type, challenge: deviation.challenge ?? challenge, origin, crossOrigin };
    return Buffer.from(JSON.stringify(data));
  }

  /** The hash of the host, the flags and the counter (WebAuthn, 6.1). */
  #head(rpId: string, flags: number, { userVerified = true }: Deviation): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    return Buffer.concat([
      sha256(Buffer.from(rpId)),
      Buffer.of(flags | USER_PRESENT | (userVerified ? USER_VERIFIED : 0)),
      counter,
    ]);
  }

  #json(response: object): string {
    const { id } = this;
    return JSON.stringify({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} });
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** An ES256 key as COSE (RFC 9053). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return cborMap([
    [Buffer.of(0x01), Buffer.of(0x02)],
    [Buffer.of(0x03), Buffer.of(0x26)],
    [Buffer.of(0x20), Buffer.of(0x01)],
    [Buffer.of(0x21), cborBytes(Buffer.from(x, 'base64url'))],
    [Buffer.of(0x22), cborBytes(Buffer.from(y, 'base64url'))],
  ]);
}

/** A map with at most 23 entries, whose keys and values are encoded already (RFC 8949). */
export function cborMap(entries: readonly (readonly [key: Buffer, value: Buffer])[]): Buffer {
  return Buffer.concat([Buffer.of(0xa0 + entries.length), ...entries.flat()]);
}

export function cborText(text: string): Buffer {
  return cborString(0x60, Buffer.from(text));
}

export function cborBytes(bytes: Buffer): Buffer {
  return cborString(0x40, bytes);
}

function cborString(type: number, bytes: Buffer): Buffer {
  if (bytes.length < 24) return Buffer.concat([Buffer.of(type + bytes.length), bytes]);
  const head = bytes.length < 256 ? Buffer.of(type + 24, bytes.length) : Buffer.alloc(3, type + 25);
  if (bytes.length >= 256) head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
