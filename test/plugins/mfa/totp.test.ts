// Codes of authenticator apps: the vectors of the standards, and which codes are accepted.
import * as assert from 'uvu/assert';
import { newBackupCode, parseBackupCode } from '../../../plugins/mfa/backup-codes.ts';
import { codeOf, enrolmentUri, matchingStep, newSecret, stepAt } from '../../../plugins/mfa/totp.ts';
import { suite } from '../../support/suite.ts';

const test = suite('mfa: codes');
/** The secret of the examples in both RFCs: the text 12345678901234567890. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test('codes are those of RFC 6238, appendix B', async () => {
  const vectors = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const;
  for (const [seconds, code] of vectors) assert.is(await codeOf(SECRET, stepAt(seconds * 1000), 8), code);
});

test('codes are those of RFC 4226, appendix D', async () => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
  for (const [counter, code] of codes.entries()) assert.is(await codeOf(SECRET, counter), code);
});

test('codes of the step before and after are accepted, those of two steps away are not', async () => {
  const now = 1_234_567_890_000;
  const step = stepAt(now);
  for (const offset of [-1, 0, 1])
    assert.is(await matchingStep(SECRET, await codeOf(SECRET, step + offset), { lastStep: 0, now }), step + offset);
  for (const offset of [-2, 2, -10, 10])
    assert.is(await matchingStep(SECRET, await codeOf(SECRET, step + offset), { lastStep: 0, now }), undefined);
});

test('attack: a code of a step that was used, or of an earlier one, is rejected', async () => {
  const now = 1_234_567_890_000;
  const step = stepAt(now);
  const match = async (offset: number, lastStep: number) =>
    matchingStep(SECRET, await codeOf(SECRET, step + offset), { lastStep, now });
  assert.is(await match(0, step), undefined);
  assert.is(await match(-1, step), undefined);
  assert.is(await match(1, step), step + 1);
  assert.is(await match(-1, step - 1), undefined);
});

test('text that is not a code of six digits is rejected', async () => {
  for (const typed of ['', '1', '12345', '1234567', 'abcdef', '287082\0', '２８７０８２', '9'.repeat(10_000)])
    assert.is(await matchingStep(SECRET, typed, { lastStep: 0, now: 59_000 }), undefined, typed.slice(0, 10));
  assert.is(await matchingStep(SECRET, '287082', { lastStep: 0, now: 59_000 }), 1);
});

test('a secret has 160 random bits in base32, and the URI names the application and the account', async () => {
  const secrets = new Set<string>();
  for (let n = 0; n < 20; n += 1) secrets.add(await newSecret());
  assert.is(secrets.size, 20);
  for (const secret of secrets) assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.is(
    await enrolmentUri(SECRET, { issuer: 'Night & day: desk', account: 'ana@desk.example' }),
    `otpauth://totp/Night%20%26%20day%3A%20desk:ana%40desk.example?issuer=Night%20%26%20day%3A%20desk&secret=${SECRET}&algorithm=SHA1&digits=6&period=30`,
  );
});

test('a backup code has 58 random bits and no letters or digits that look alike', () => {
  const codes = Array.from({ length: 500 }, newBackupCode);
  assert.is(new Set(codes).size, 500);
  for (const code of codes) {
    assert.match(code, /^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    assert.not.match(code, /[01ILOU]/);
  }
  const letters = new Set(codes.join('').replaceAll('-', ''));
  assert.is(letters.size, 30);
  assert.ok(12 * Math.log2(letters.size) > 58);
});

test('a backup code can be typed with or without hyphens, in small letters and with spaces', () => {
  for (const typed of ['K7MW-PX9Q-HV2J', 'k7mwpx9qhv2j', ' K7MW PX9Q hv2j ', 'K-7-M-W-PX9QHV2J'])
    assert.is(parseBackupCode(typed), 'K7MWPX9QHV2J', typed);
  for (const typed of ['', 'K7MW-PX9Q', 'K7MW-PX9Q-HV2J-K7MW', 'K7MW-PX9Q-HV2O', '287082', 'K7MW_PX9Q_HV2J'])
    assert.is(parseBackupCode(typed), undefined, typed);
});
