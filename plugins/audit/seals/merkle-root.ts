import { hash } from 'node:crypto';

/** The size of a SHA-256 hash in bytes. */
export const HASH_BYTES = 32;
const NODE = Buffer.of(1);

/**
 * The root of the Merkle tree over hashes, 32 bytes each, by RFC 6962: nodes are hashed with the prefix 1, leaves were hashed with the
 * prefix 0. A hash that is left over on a level moves up unchanged.
 */
export function merkleRoot(hashes: Buffer): Buffer {
  if (hashes.length % HASH_BYTES !== 0) throw new RangeError('Not a list of hashes.');
  if (hashes.length === 0) return hash('sha256', '', 'buffer');
  let level = hashes;
  while (level.length > HASH_BYTES) {
    const pairs = Math.floor(level.length / (2 * HASH_BYTES));
    const above: Buffer[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const at = pair * 2 * HASH_BYTES;
      above.push(hash('sha256', Buffer.concat([NODE, level.subarray(at, at + 2 * HASH_BYTES)]), 'buffer'));
    }
    level = Buffer.concat([...above, level.subarray(pairs * 2 * HASH_BYTES)]);
  }
  return level;
}
