import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

// Layout: a version byte, 12 bytes of nonce, 16 bytes of tag, then the ciphertext.
const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const START = 1 + NONCE + TAG;

/**
 * Encrypts text for the database: AES-256-GCM under the first key. `boundTo` is authenticated but not stored, so that a value
 * copied into another row cannot be read there.
 *
 * @example
 * const sealed = seal(app.environment.secretKeys, JSON.stringify(content), id);
 */
export function seal(keys: readonly string[], text: string, boundTo: string): Buffer {
  const [key] = keys;
  if (key === undefined) throw new Error('RUSTIO_SECRET_KEYS is empty.'); // startup reports it
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', derivedKey(key), nonce).setAAD(Buffer.from(boundTo));
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), encrypted]);
}

/** Decrypts with any of the keys, so that keys can be replaced; undefined if none of them decrypts the value, or if it was changed. */
export function unseal(keys: readonly string[], sealed: Buffer, boundTo: string): string | undefined {
  if (sealed[0] !== VERSION || sealed.length < START) return undefined;
  for (const key of keys) {
    const decipher = createDecipheriv('aes-256-gcm', derivedKey(key), sealed.subarray(1, 1 + NONCE), {
      authTagLength: TAG,
    });
    decipher.setAAD(Buffer.from(boundTo)).setAuthTag(sealed.subarray(1 + NONCE, START));
    try {
      return decipher.update(sealed.subarray(START), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // Not encrypted under this key.
    }
  }
  return undefined;
}

/** The secret keys also sign other values, so a separate key is derived from each of them. */
function derivedKey(key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'rustio-admin seal', 32));
}
