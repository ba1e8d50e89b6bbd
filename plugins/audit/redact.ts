import { createHash } from 'node:crypto';

/** Words in a field's name that make its value a secret. */
const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'otp',
  'totp',
  'pin',
  'cookie',
  'authorization',
  'credential',
  'credentials',
]);
const SECRET_PAIRS = [
  ['api', 'key'],
  ['private', 'key'],
  ['secret', 'key'],
  ['backup', 'code'],
  ['backup', 'codes'],
];
/** Words that turn the name into one of something about the secret. */
const HARMLESS_LAST = new Set(['at', 'on', 'until', 'count', 'fingerprint', 'kind', 'id']);
/** A structure deeper than this is nobody's record. */
const DEEPEST = 20;

/**
 * A value as it may stand in the audit trail for ever: secrets are taken out by the names of their fields, wherever in the
 * value they are. A token becomes a fingerprint, so that rows about the same one can be found; a password becomes nothing,
 * since even a fingerprint could be guessed at. What JSON cannot hold is made into what it can.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) return '…';
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redacted(name), redactedField(name, inner, depth)]),
  );
}

function redactedField(name: string, value: unknown, depth: number): unknown {
  const nature = natureOf(name);
  // That there is one, or none, is no secret.
  if (nature === 'plain' || value === null || value === undefined || typeof value === 'boolean')
    return redacted(value, depth + 1);
  return nature === 'token' && typeof value === 'string' ? `<token:${fingerprint(value)}>` : '<redacted>';
}

function natureOf(name: string): 'plain' | 'secret' | 'token' {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  if (HARMLESS_LAST.has(words.at(-1) ?? '')) return 'plain';
  if (words.some((word) => SECRET_WORDS.has(word))) return 'secret';
  if (SECRET_PAIRS.some(([first, second]) => words.some((word, i) => word === first && words[i + 1] === second)))
    return 'secret';
  return words.includes('token') || words.includes('tokens') ? 'token' : 'plain';
}

function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 8);
}
