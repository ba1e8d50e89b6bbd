import argon2 from 'argon2';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parseEmail } from '../../../plugins/auth/account.ts';
import { toNetwork } from '../../../plugins/auth/hashing-queue.ts';
import { hashPassword, isOutdated, PARAMETERS, verifyPassword } from '../../../plugins/auth/password-hash.ts';
import { generatePassword, passwordIssue } from '../../../plugins/auth/password-policy.ts';
import { suite } from '../../support/suite.ts';

const test = suite('auth: passwords and email addresses');
const EMAIL = 'jane.doe@example.org';
const keyOf = (password: string, email = EMAIL) => passwordIssue(password, email)?.key;

test('length is counted in code points: 12 to 128', () => {
  assert.is(keyOf('abcdefghikz'), 'auth.problem.passwordShort');
  assert.is(keyOf('abcdefghikzy'), undefined);
  assert.is(keyOf('😀😁😂🤣😃😄😅😆😉😊😋'), 'auth.problem.passwordShort');
  assert.is(keyOf('😀😁😂🤣😃😄😅😆😉😊😋😎'), undefined);
  assert.is(keyOf('ﷺ'), 'auth.problem.passwordShort', 'eighteen characters in its normal form, but only one typed');
  const long = Array.from({ length: 128 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
  assert.is(keyOf(long), undefined);
  assert.is(keyOf(`${long}x`), 'auth.problem.passwordLong');
});

test('common passwords are rejected, even with digits, punctuation and substitutes', () => {
  for (const common of [
    '1qaz2wsx3edc',
    'QWERTY123456',
    'administrator',
    'password2026!',
    'P@ssw0rd!!!!!',
    'Pa$$word123456',
    '2026summer2026',
    'passwordpassword',
    'correcthorsebatterystaple',
    'abcdabcdabcd',
    '123412341234',
  ])
    assert.is(keyOf(common), 'auth.problem.passwordCommon', common);
  assert.is(keyOf('aaaaaaaaaaab'), 'auth.problem.passwordSame');
  for (const good of ['correct horse battery', 'garden chairs 81', 'k7mwp-3xq9d-hv2ja'])
    assert.is(keyOf(good), undefined);
});

test('the email address, its local part and the name are rejected, even surrounded by digits and punctuation', () => {
  for (const close of ['jane.doe@example.org', 'JaneDoe2026!', 'jane.doe.1234'])
    assert.is(keyOf(close), 'auth.problem.passwordEmail', close);
  assert.is(keyOf('janedoejanedoe'), 'auth.problem.passwordEmail');
  assert.is(keyOf('jane likes her garden'), undefined);
  // A name without letters must not make every password of digits "too close".
  assert.is(passwordIssue('83 41 97 22 05', '12345@example.org'), undefined);
  for (const close of ['Marie-Claire 2026', 'marieclaire!!', 'Duponteau12345', 'Marie-Claire Duponteau'])
    assert.is(passwordIssue(close, EMAIL, 'Marie-Claire Duponteau')?.key, 'auth.problem.passwordName', close);
  assert.is(passwordIssue('claire de lune 7', EMAIL, 'Marie-Claire Duponteau'), undefined);
});

test('the reason for a rejection never contains the password', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 300 }), (password) => {
      const issue = passwordIssue(password, EMAIL);
      const issueText = JSON.stringify(issue ?? '').replace(/"(min|max|length)":\d+/g, '');
      assert.not.ok(password.trim().length >= 4 && issueText.includes(password));
    }),
  );
});

test('a hash verifies only its password, in any Unicode normalisation form', async () => {
  const hash = await hashPassword('schöner Garten');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.ok(await verifyPassword(hash, 'schöner Garten'));
  assert.ok(await verifyPassword(hash, 'schöner Garten'.normalize('NFD')));
  assert.ok(await verifyPassword(hash, 'ｓｃｈöｎｅｒ Garten'), 'compatibility forms');
  assert.not.ok(await verifyPassword(hash, 'schoner Garten'));
  assert.not.ok(isOutdated(hash));
});

test('without a hash, a verification with the same parameters still takes place and always fails', async () => {
  const hash = await hashPassword('correct horse battery');
  // CPU time of this process, threads included: a busy machine does not change it.
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
  // Without it the cost would be a thousandth.
  assert.ok((await leastWork(null)) > (await leastWork(hash)) / 3);
});

test('attack: verifying an outdated hash takes as much work as a current one, so its account cannot be recognised', async () => {
  const salt = Buffer.from('c2FsdHNhbHRzYWx0', 'base64');
  const options = { type: argon2.argon2id, salt, memoryCost: 4_096, timeCost: 2, parallelism: 1 } as const;
  const old = await argon2.hash('a password of last year', options);
  const current = await hashPassword('a password of last year');
  assert.ok(isOutdated(old));
  assert.ok(await verifyPassword(old, 'a password of last year'));
  const cheapest = new Map<string, number>();
  for (let round = 0; round < 6; round++) {
    for (const [name, hash] of [
      ['old', old],
      ['current', current],
      ['unknown', null],
    ] as const) {
      const before = process.cpuUsage();
      assert.not.ok(await verifyPassword(hash, 'a wrong password'));
      const { user, system } = process.cpuUsage(before);
      cheapest.set(name, Math.min(cheapest.get(name) ?? Number.POSITIVE_INFINITY, user + system));
    }
  }
  const reference = cheapest.get('current') ?? 0;
  for (const [name, cost] of cheapest)
    assert.ok(cost > reference * 0.6 && cost < reference * 1.6, `${name}: ${cost} instead of ${reference}`);
});

test('a hash with weaker parameters is outdated', () => {
  const weaker = `$argon2id$v=19$m=4096,t=${PARAMETERS.timeCost},p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA`;
  assert.ok(isOutdated(weaker));
});

test('two hundred simultaneous sign-ins are all served (F14)', async () => {
  const hash = await hashPassword('correct horse battery');
  const outcomes = Array.from({ length: 200 }, () => verifyPassword(hash, 'wrong password', '192.0.2.7'));
  const meanwhile = verifyPassword(hash, 'correct horse battery', '198.51.100.1');
  // The one from elsewhere does not wait for the others.
  assert.is(await Promise.race([meanwhile, outcomes[20]]), true);
  for (const outcome of outcomes) assert.is(await outcome, false);
});

test('the addresses of one IPv6 customer count as one origin (F14)', () => {
  assert.is(toNetwork('192.0.2.7'), '192.0.2.7');
  assert.is(toNetwork('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.is(toNetwork('2001:db8:1:2::7'), '2001:db8:1:2::/64');
  assert.is(toNetwork('::1'), '0:0:0:0::/64');
});

test('a generated password meets the policy, is never the same, and has no ambiguous characters', () => {
  const passwords = new Set(Array.from({ length: 200 }, generatePassword));
  assert.is(passwords.size, 200);
  for (const password of passwords) {
    assert.match(password, /^[a-hj-kmnp-z2-9]{5}(-[a-hj-kmnp-z2-9]{5}){3}$/);
    assert.is(passwordIssue(password, EMAIL), undefined);
  }
  // 31 characters, 20 of them.
  assert.ok(20 * Math.log2(31) >= 80);
});

test('an address is trimmed and normalised, otherwise kept as typed', () => {
  assert.equal(parseEmail('  Jane@Example.org '), { ok: true, value: 'Jane@Example.org' });
  assert.equal(parseEmail('jo\u0308rg@example.org'), { ok: true, value: 'jörg@example.org' });
});

test('text that could smuggle a second address or a header past a parser is not an address', () => {
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
