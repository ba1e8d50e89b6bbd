import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parseEmail } from '../../../plugins/auth/email-address.ts';
import { generatePassword } from '../../../plugins/auth/generated-password.ts';
import { hashPassword, isOutdated, PARAMETERS, verifyPassword } from '../../../plugins/auth/password-hash.ts';
import { passwordIssue } from '../../../plugins/auth/password-policy.ts';
import { suite } from '../../support/suite.ts';

const test = suite('auth: passwords and addresses');
const EMAIL = 'jane.doe@example.org';
const keyOf = (password: string, email = EMAIL) => passwordIssue(password, email)?.key;

test('length is counted in code points: ten emoji are ten', () => {
  assert.is(keyOf('abcdefghi'), 'auth.problem.passwordShort');
  assert.is(keyOf('abcdefghik'), undefined);
  assert.is(keyOf('😀😁😂🤣😃😄😅😆😉'), 'auth.problem.passwordShort');
  assert.is(keyOf('😀😁😂🤣😃😄😅😆😉😊'), undefined);
  assert.is(keyOf('abcd'.repeat(50)), undefined);
  assert.is(keyOf(`${'abcd'.repeat(50)}e`), 'auth.problem.passwordLong');
});

test('what guessers try first is refused, whatever its case', () => {
  for (const common of ['password123', 'PassWord123', '1234567890', 'qwertyuiop', 'administrator'])
    assert.is(keyOf(common), 'auth.problem.passwordCommon', common);
  assert.is(keyOf('aaaaaaaaaaab'), 'auth.problem.passwordSame');
});

test('the e-mail address and its name are refused, with digits and signs around them too', () => {
  for (const close of [
    'jane.doe@example.org',
    'JaneDoe2026!',
    'jane.doe.1234',
    'doe..jane.doe'.slice(5).padEnd(10, '1'),
  ])
    assert.is(keyOf(close), 'auth.problem.passwordEmail', close);
  assert.is(keyOf('janedoejanedoe'), 'auth.problem.passwordEmail');
  assert.is(keyOf('jane likes her garden'), undefined);
  // A name without letters must not make every password of digits "too close".
  assert.is(passwordIssue('83 41 97 22 05', '12345@example.org'), undefined);
});

test('the reason for a refusal never holds the password', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 300 }), (password) => {
      const issue = passwordIssue(password, EMAIL);
      const told = JSON.stringify(issue ?? '').replace(/"(min|max|length)":\d+/g, '');
      assert.not.ok(password.trim().length >= 4 && told.includes(password));
    }),
  );
});

test('a hash verifies its password only, also when it was typed in another Unicode form', async () => {
  const hash = await hashPassword('schöner Garten');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.ok(await verifyPassword(hash, 'schöner Garten'));
  assert.ok(await verifyPassword(hash, 'schöner Garten'.normalize('NFD')));
  assert.not.ok(await verifyPassword(hash, 'schoner Garten'));
  assert.not.ok(isOutdated(hash));
});

test('where there is no hash a verification still happens, with the same parameters, and is never true', async () => {
  const hash = await hashPassword('correct horse battery');
  // Work of this process, threads included, and not time: a busy machine does not change it.
  const leastWork = async (stored: string | null) => {
    const costs: number[] = [];
    for (let i = 0; i < 5; i++) {
      const before = process.cpuUsage();
      assert.not.ok(await verifyPassword(stored, 'a wrong password'));
      const { user, system } = process.cpuUsage(before);
      costs.push(user + system);
    }
    return Math.min(...costs);
  };
  // Skipping it would cost a thousandth.
  assert.ok((await leastWork(null)) > (await leastWork(hash)) / 3);
});

test('a hash with weaker parameters is outdated', () => {
  const weaker = `$argon2id$v=19$m=4096,t=${PARAMETERS.timeCost},p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA`;
  assert.ok(isOutdated(weaker));
});

test('a crowd of sign-ins is served in turn, and beyond the queue told to come back', async () => {
  const hash = await hashPassword('correct horse battery');
  const outcomes = await Promise.allSettled(Array.from({ length: 110 }, () => verifyPassword(hash, 'wrong password')));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.is(refused.length, 110 - 2 - 100);
  assert.ok(refused.every(({ reason }) => reason.code === 'RIO-AUTH-BUSY' && reason.status === 503));
  assert.ok(await verifyPassword(hash, 'correct horse battery'), 'the queue works again afterwards');
});

test('a generated password keeps the policy, is never the same, and has no signs that look alike', () => {
  const made = new Set(Array.from({ length: 200 }, generatePassword));
  assert.is(made.size, 200);
  for (const password of made) {
    assert.match(password, /^[a-hj-kmnp-z2-9]{5}(-[a-hj-kmnp-z2-9]{5}){3}$/);
    assert.is(passwordIssue(password, EMAIL), undefined);
  }
  // 31 signs, 20 of them.
  assert.ok(20 * Math.log2(31) >= 80);
});

test('an address is trimmed and composed, otherwise kept as typed', () => {
  assert.equal(parseEmail('  Jane@Example.org '), { ok: true, value: 'Jane@Example.org' });
  assert.equal(parseEmail('jo\u0308rg@example.org'), { ok: true, value: 'jörg@example.org' });
});

test('what smuggles a second address or a header past a parser is no address', () => {
  const hostile = [
    '',
    'jane',
    'jane@',
    '@example.org',
    'jane@example.org,evil@example.net',
    'jane@example.org\r\nBcc: evil@example.net',
    '"jane@evil.example"@example.org',
    'jane@example.org (comment)',
    'Jane <jane@example.org>',
    'jane@@example.org',
    'jane@exa mple.org',
    'jane\u0000@example.org',
    'jane\u200b@example.org',
    `${'a'.repeat(250)}@example.org`,
  ];
  for (const text of hostile) assert.not.ok(parseEmail(text).ok, JSON.stringify(text));
});
