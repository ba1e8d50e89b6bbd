import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { redacted } from '../../../plugins/audit/redact.ts';
import { suite } from '../../support/suite.ts';

const test = suite('audit: redaction');

test('values of fields named like secrets are removed at any depth', () => {
  const names = [
    'password',
    'newPassword',
    'password_hash',
    'clientSecret',
    'api_key',
    'privateKey',
    'totp',
    'backupCodes',
    'Authorization',
    'pin',
  ];
  for (const name of names) {
    const json = JSON.stringify(redacted({ plain: 1, list: [{ deep: { [name]: 'hunter2hunter2' } }] }));
    assert.not.match(json, /hunter2/, name);
    assert.match(json, '<redacted>');
  }
});

test('a token becomes a fingerprint: equal for equal tokens, and without any part of the token', () => {
  const token = 'Zx81-abcdefghijklmnopqrstuvwxyz0123456789-AB';
  const [one, two] = [redacted({ resetToken: token }), redacted({ resetToken: token })];
  assert.equal(one, two);
  const json = JSON.stringify(one);
  assert.match(json, /^\{"resetToken":"<token:[\w-]{8}>"\}$/);
  for (let i = 0; i + 4 <= token.length; i++) assert.not.ok(json.includes(token.slice(i, i + 4)));
});

test('properties of a secret, and fields that only sound like one, are kept', () => {
  const plain = {
    passwordChangedAt: '2026-11-20 10:44:00+00',
    emailFingerprint: 'abcdefgh',
    mustChangePassword: true,
    password: null,
    tokenCount: 3,
    passport: 'C01X00T47',
    opinion: 'good',
    secretary: 'Ana',
    spinning: 'yes',
    key: 'ATL',
  };
  assert.equal(redacted(plain), plain);
});

test('property: no secret survives, at any depth and next to any other value', () => {
  const secret = 'S3cr3t-value-of-a-test';
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constant(secret.slice(0, 0)),
      fc.integer(),
      fc.array(tie('node')),
      tie('record'),
    ),
    record: fc.dictionary(fc.string(), tie('node')).map((record) => ({ ...record, user_password: secret })),
  })).record;
  fc.assert(
    fc.property(tree, (value) => {
      assert.not.match(JSON.stringify(redacted(value)), secret);
    }),
  );
});

test('the data of any event can be stored as JSON by PostgreSQL', () => {
  const strange = { big: 2n ** 70n, when: new Date(0), nul: 'a\0b', half: '\ud83d', none: undefined, 'na\0me': 1 };
  assert.is(
    JSON.stringify(redacted(strange)),
    '{"big":"1180591620717411303424","when":"1970-01-01T00:00:00.000Z","nul":"ab","half":"\ufffd","name":1}',
  );
  const endless: Record<string, unknown> = {};
  endless.self = endless;
  assert.ok(JSON.stringify(redacted(endless)).length < 1_000);
  assert.is(JSON.stringify(redacted(JSON.parse('{"__proto__":{"x":1}}'))), '{"__proto__":{"x":1}}');
});
