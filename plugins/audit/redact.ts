import { createHash } from 'node:crypto';
import { exactDigits, isJsonNull } from '../../core/base/exact-json.ts';
import type { ModelInfo } from '../../core/model/field-type.ts';
import { LargeValue } from '../../core/model/row.ts';

/** Words in a field name that mark its value as a secret. */
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
/** Last words of names that describe a property of the secret, not the secret itself. */
const HARMLESS_LAST = new Set(['at', 'on', 'until', 'count', 'fingerprint', 'kind', 'id']);
/** Genuine records are not nested deeper than this. */
const DEEPEST = 20;

/**
 * Converts a value for permanent storage in the audit trail. Secrets are removed by field name, at any depth: a token becomes a
 * fingerprint, so that related entries can be found; a password is removed completely, because even a fingerprint could be
 * brute-forced. Values that JSON cannot represent are converted.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) return '…';
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1));
  // Numbers are stored with all their digits.
  if (
    value === null ||
    typeof value !== 'object' ||
    value instanceof LargeValue ||
    exactDigits(value) !== undefined ||
    isJsonNull(value)
  )
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redacted(name), redactedField(name, inner, depth)]),
  );
}

/**
 * `redacted` for the values of a record, by field name. The declaration of a field decides whether it is secret, and its name only if
 * the field does not declare it.
 */
export function redactedRow(values: unknown, fields: ModelInfo['fields'] | undefined): unknown {
  if (fields === undefined || typeof values !== 'object' || values === null) return redacted(values);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const secret = fields.get(name)?.secret;
      if (secret === undefined) return [redacted(name), redactedField(name, value, 0)];
      // Whether the field has a value is not a secret.
      // fault: declared-secret-recorded
      return [name, secret && value !== null && value !== undefined ? '<redacted>' : redacted(value, 1)];
    }),
  );
}

function redactedField(name: string, value: unknown, depth: number): unknown {
  const nature = classifyField(name);
  // Whether the field has a value is not a secret.
  if (nature === 'plain' || value === null || value === undefined || typeof value === 'boolean')
    return redacted(value, depth + 1);
  return nature === 'token' && typeof value === 'string' ? `<token:${fingerprint(value)}>` : '<redacted>';
}

function classifyField(name: string): 'plain' | 'secret' | 'token' {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  if (HARMLESS_LAST.has(words.at(-1) ?? '')) return 'plain';
  // fault: secrets-recorded
  if (words.some((word) => SECRET_WORDS.has(word))) return 'secret';
  if (SECRET_PAIRS.some(([first, second]) => words.some((word, i) => word === first && words[i + 1] === second)))
    return 'secret';
  return words.includes('token') || words.includes('tokens') ? 'token' : 'plain';
}

function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 8);
}
